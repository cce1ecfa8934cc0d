"""Pictures of a data set: a contact sheet, one image down to its numbers, one image augmented."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from convscope.data.dataset import Dataset
from convscope.drawing.axes import one_line
from convscope.drawing.figure import LIGHT, as_picture, montage, new_figure, show

MOST_CLASSES = 20
LONGEST_TITLE = 60
VARIANTS_A_ROW = 4
MOST_WRITTEN = 32
"""Pixels of a side up to which every value can be read."""
BRIGHT = {"red": "#ff5a4d", "green": "#4fd06a", "blue": "#7aa5ff"}
"""What 255 of each channel is drawn as."""


def draw_contact_sheet(dataset: Dataset, columns: int = 12) -> Figure:
    """The first `columns` images of each class, a row per class; at most 20 classes."""
    c, h, w = dataset.image_shape
    names = dataset.class_names[:MOST_CLASSES]
    pictures = np.full((len(names) * columns, h, w, 3), 255, np.uint8)
    for row in range(len(names)):
        chosen = (dataset.labels == row).nonzero()[:columns, 0].tolist()
        for column, i in enumerate(chosen):
            pictures[row * columns + column] = as_picture(dataset.images[i])
    gap = max(1, h // 14)
    side = 0.55 if max(h, w) <= 32 else 0.9
    figure = new_figure(columns * side * w / h + 1.6, len(names) * side + 0.5)
    axes = figure.subplots()
    axes.imshow(montage(pictures, columns, gap), interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks(
        [row * (h + gap) + h / 2 - 0.5 for row in range(len(names))], map(one_line, names)
    )
    axes.tick_params(length=0, labelcolor=LIGHT.ink)
    axes.spines[:].set_visible(False)
    left_out = len(dataset.class_names) - len(names)
    words = f"{len(dataset):,} images of {c} x {h} x {w}"
    axes.set_title(
        words + (f", {left_out} more classes" if left_out else ""), color=LIGHT.ink, loc="left"
    )
    return figure


def draw_image(image: Tensor, title: str) -> Figure:
    """One image (c, h, w) uint8, its pixel values written on each channel."""
    c, h, w = image.shape
    title = one_line(title, LONGEST_TITLE)
    rows, columns = _middle(h), _middle(w)
    shown_h, shown_w = rows.stop - rows.start, columns.stop - columns.start
    size = max(3.2, 0.27 * max(shown_h, shown_w))
    if c == 1:
        figure = new_figure(size * 1.02, size * shown_h / shown_w + 0.5)
        _write_values(figure.subplots(), image[0, rows, columns], title, "white")
        return figure
    figure = new_figure(2 * size, 2 * size * shown_h / shown_w + 0.8)
    panels = figure.subplots(2, 2)
    show(panels[0, 0], as_picture(image), title)
    if (shown_h, shown_w) != (h, w):
        corner = (columns.start - 0.5, rows.start - 0.5)
        panels[0, 0].add_patch(
            Rectangle(corner, shown_w, shown_h, fill=False, edgecolor=LIGHT.mark)
        )
    for i, (name, axes) in enumerate(zip(BRIGHT, panels.flat[1:], strict=True)):
        _write_values(axes, image[i, rows, columns], name, BRIGHT[name])
    return figure


def draw_variants(original: Tensor, variants: Tensor, augment: str) -> Figure:
    """One image (c, h, w) in 0..1, and what `augment` makes of it: variants (n, c, h, w)."""
    figure = new_figure(9.2, 6.9)
    left, right = figure.subplots(1, 2, width_ratios=(1, 2.2))
    show(left, as_picture(original), "as it is stored")
    pictures = np.stack([as_picture(variant) for variant in variants])
    gap = variants_gap(original.shape[1])
    show(right, montage(pictures, VARIANTS_A_ROW, gap), f"{augment}: {len(variants)} draws")
    return figure


def variants_gap(height: int) -> int:
    """Pixels between variants of an image so high."""
    return max(1, height // 14)


def _middle(size: int) -> slice:
    """The whole side, or its middle where it has more pixels than can be read."""
    shown = min(size, MOST_WRITTEN)
    start = (size - shown) // 2
    return slice(start, start + shown)


def _write_values(axes: Axes, channel: Tensor, title: str, bright: str) -> None:
    """One channel (h, w) as a picture, each of its 0..255 written in its square."""
    values: Sequence[Sequence[int]] = channel.tolist()
    ramp = LinearSegmentedColormap.from_list(title, ["black", bright])
    axes.imshow(values, cmap=ramp, vmin=0, vmax=255, interpolation="nearest")
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            ink = "white" if value < 110 else "black"
            axes.text(column, row, str(value), ha="center", va="center", color=ink, fontsize=6)
    axes.set_axis_off()
    axes.set_title(title, color=LIGHT.ink, fontsize=11)


def draw_mean_images(means: Tensor, names: Sequence[str]) -> Figure:
    """The mean image of each class: (k, c, h, w) in 0..1, named; at most the first 60 classes."""
    shown = min(len(means), 3 * MOST_CLASSES)
    columns = min(shown, 10)
    rows = -(-shown // columns)
    figure = new_figure(columns * 1.1, rows * 1.35)
    panels = figure.subplots(rows, columns, squeeze=False).flat
    for place, panel in enumerate(panels):
        if place < shown:
            show(panel, as_picture(means[place]), one_line(names[place], 12))
        else:
            panel.set_axis_off()
    return figure
