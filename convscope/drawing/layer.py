"""A convolution layer at work: its filters, their maps before and after ReLU, and after pooling."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from torch import Tensor

from convscope.drawing.figure import LIGHT, Theme
from convscope.drawing.numbers import kernel_side, write_kernel
from convscope.drawing.shades import (
    add_bar,
    beyond,
    place_height,
    roomy_figure,
    scale_of,
    show_values,
)
from convscope.filters.kernels import Kernel

WIDTH = 3.6
"""Inches of a map."""


@dataclass(frozen=True, eq=False, kw_only=True)
class FilterMaps:
    """What one filter of a layer makes of an image, step by step: (1, h, w) each."""

    kernel: Kernel
    before: Tensor
    after: Tensor
    """Where `before` is below 0, 0."""
    pooled: Tensor


def draw_layer(
    image: Tensor, filters: Sequence[FilterMaps], pooling: str, theme: Theme = LIGHT
) -> Figure:
    """`image` (1, h, w) in 0..255 and a row for each filter: its numbers and its three maps.

    The maps of a row are on one scale, zero in its middle; `pooling` is named above the last.
    """
    side = max(kernel_side(maps.kernel) for maps in filters)
    height = max(WIDTH * place_height(image), side) + 0.85
    widths = (WIDTH, side, WIDTH, WIDTH, WIDTH)
    figure = roomy_figure(sum(widths) + 0.5, len(filters) * height, theme)
    grid = figure.add_gridspec(len(filters), 5, width_ratios=widths)
    show_values(figure.add_subplot(grid[0, 0]), image, "the picture", theme, scale=(0, 255))
    for row, maps in enumerate(filters):
        write_kernel(figure.add_subplot(grid[row, 1]), maps.kernel, theme)
        panels = [figure.add_subplot(grid[row, column]) for column in (2, 3, 4)]
        scale = scale_of(maps.before)
        for axes, values, step in zip(
            panels,
            (maps.before, maps.after, maps.pooled),
            ("before ReLU", "after ReLU", pooling),
            strict=True,
        ):
            h, w = values.shape[1:]
            show_values(axes, values, f"{step}: {h} x {w}", theme, scale=scale, bar=False)
        add_bar(panels, scale, theme, beyond=beyond(scale, maps.before))
    return figure
