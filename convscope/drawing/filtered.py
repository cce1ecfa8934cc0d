"""What kernels make of a picture: the picture, each kernel in numbers, its answer beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from torch import Tensor

from convscope.drawing.axes import one_line
from convscope.drawing.figure import LIGHT, Theme
from convscope.drawing.numbers import kernel_side, write_kernel
from convscope.drawing.shades import place_height, roomy_figure, show_values
from convscope.filters.kernels import Kernel

WIDTH = 5.2
"""Inches of a picture."""
LONGEST_TITLE = 60


@dataclass(frozen=True, eq=False, kw_only=True)
class Step:
    """A kernel, and what it answered."""

    kernel: Kernel
    answer: Tensor
    """(c, h, w), c = 1 or 3."""
    title: str


def draw_filtered(image: Tensor, steps: Sequence[Step], theme: Theme = LIGHT) -> Figure:
    """`image` (c, h, w) in 0..255 and each kernel with its answer, two in a row.

    An answer that goes below zero has zero as mid-grey; others are pictures from black, 0.
    """
    side = max(kernel_side(step.kernel) for step in steps)
    first = side if len(steps) > 1 else 0.01  # where several are below each other, in columns
    widths = (first, WIDTH, side, WIDTH)
    rows = -(-(1 + len(steps)) // 2)
    figure = roomy_figure(sum(widths) + 0.4, rows * (WIDTH * place_height(image) + 0.8), theme)
    grid = figure.add_gridspec(rows, 4, width_ratios=widths)
    show_values(figure.add_subplot(grid[0, 1]), image, "the picture", theme, scale=(0, 255))
    for place, step in enumerate(steps, start=1):
        row, column = place // 2, 2 * (place % 2)
        write_kernel(figure.add_subplot(grid[row, column]), step.kernel, theme)
        title = one_line(step.title, LONGEST_TITLE)
        show_values(figure.add_subplot(grid[row, column + 1]), step.answer, title, theme)
    return figure
