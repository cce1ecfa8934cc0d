"""What every picture shares: its colours, how images are laid on it, and how it is saved."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from convscope.atomic import make_folder, replacing

INK = "#1d2733"
QUIET = "#7a8794"
PAPER = "white"
TRAIN, VALIDATION, MARK = "#2f6fb7", "#d1602b", "#2a8a57"


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of that many inches."""
    return Figure(figsize=(width, height), facecolor=PAPER, layout="constrained")


def save_figure(figure: Figure, path: Path) -> Path:
    """`figure` as PNG or SVG, as the suffix of `path` says; whole or not at all."""
    make_folder(path.parent)
    kind = path.suffix.lstrip(".") or "png"
    with replacing(path) as part:
        figure.savefig(part, format=kind, dpi=120, facecolor=figure.get_facecolor())
    return path


def as_picture(image: Tensor) -> np.ndarray:
    """(c, h, w) uint8, or floats in 0..1, with c = 1 or 3 -> (h, w, 3) uint8 for showing."""
    pixels = image.detach().cpu()
    if pixels.is_floating_point():
        pixels = pixels.clamp(0, 1).mul(255).round().byte()
    return pixels.expand(3, -1, -1).permute(1, 2, 0).numpy()


def show(axes: Axes, picture: np.ndarray, title: str = "") -> None:
    """`picture` on `axes`, every pixel a square, no ticks."""
    axes.imshow(picture, interpolation="nearest")
    axes.set_axis_off()
    if title:
        axes.set_title(title, color=INK, fontsize=11)


def montage(pictures: np.ndarray, columns: int, gap: int = 1) -> np.ndarray:
    """(n, h, w, 3) pictures side by side, `columns` in a row, as one picture with white gaps."""
    n, h, w, _ = pictures.shape
    rows = -(-n // columns)
    sheet = np.full((rows * (h + gap) - gap, columns * (w + gap) - gap, 3), 255, np.uint8)
    for i, picture in enumerate(pictures):
        top, left = (i // columns) * (h + gap), (i % columns) * (w + gap)
        sheet[top : top + h, left : left + w] = picture
    return sheet
