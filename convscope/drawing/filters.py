"""The filters of a first layer, as small pictures."""

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor
from torch.nn import functional as F

from convscope.drawing.figure import LIGHT, Theme, as_bytes, montage, new_figure, show

MOST_SHOWN = 64
COLUMNS = 8
SIDE = 32
"""Pixels of a filter's longer side, where it has more."""


def draw_filters(weight: Tensor, theme: Theme = LIGHT) -> Figure:
    """The first 64 filters of `weight` (out, in, h, w), in = 1 or 3, in a grid.

    A linear layer's rows are filters too, given as (out, in_channels, h, w) of the image.
    """
    n, c, h, w = weight.shape
    shown = min(n, MOST_SHOWN)
    rows = -(-shown // COLUMNS)
    columns = -(-shown // rows)
    pictures = _framed(_sized(filter_pictures(weight[:shown])), theme)
    figure = new_figure(4.6, 4.6 * rows / columns * h / w + 0.3, theme)
    sheet = montage(pictures, columns, SIDE // 8, theme.paper)
    number = f"{n:,}" if shown == n else f"the first {shown} of {n:,}"
    show(figure.subplots(), sheet, f"{number} filters of {c} x {h} x {w}; grey is 0", theme)
    return figure


def filter_pictures(weight: Tensor) -> np.ndarray:
    """(n, c, h, w), c = 1 or 3 -> (n, h, w, 3) uint8: each filter on its own scale, 0 mid grey.

    The largest magnitude of a filter is black or white, or the full or no light of a colour.
    """
    filters = torch.nan_to_num(weight.detach().cpu().float(), 0.0, 0.0, 0.0)
    largest = filters.abs().amax((1, 2, 3), keepdim=True)
    signed = filters / torch.where(largest > 0, largest, 1)  # -1..1
    pictures = signed.mul(127.5).add(127.5).round().byte()
    return pictures.expand(-1, 3, -1, -1).permute(0, 2, 3, 1).numpy()


def _framed(pictures: np.ndarray, theme: Theme) -> np.ndarray:
    """(n, h, w, 3) with a thin line around each, so that white ends where the paper begins."""
    n, h, w, _ = pictures.shape
    framed = np.empty((n, h + 2, w + 2, 3), np.uint8)
    framed[:] = as_bytes(theme.frame)
    framed[:, 1:-1, 1:-1] = pictures
    return framed


def _sized(pictures: np.ndarray) -> np.ndarray:
    """(n, h, w, 3) enlarged in whole pixels, or made smaller by means, to about 32 a side."""
    n, h, w, _ = pictures.shape
    times = SIDE // max(h, w)
    if times >= 1:
        return pictures.repeat(times, axis=1).repeat(times, axis=2)
    size = (max(1, SIDE * h // max(h, w)), max(1, SIDE * w // max(h, w)))
    channels_first = torch.from_numpy(pictures.copy()).permute(0, 3, 1, 2).float()
    smaller = F.adaptive_avg_pool2d(channels_first, size)
    return smaller.round().byte().permute(0, 2, 3, 1).numpy()
