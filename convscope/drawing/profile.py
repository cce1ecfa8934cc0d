"""One row of a picture as curves below it: how bright, how that changes, what a kernel answers."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from convscope.drawing.axes import finish_axes, marker, one_line
from convscope.drawing.figure import LIGHT, Theme, new_figure
from convscope.drawing.numbers import as_numbers
from convscope.drawing.shades import reduced
from convscope.filters.kernels import Kernel
from convscope.filters.profile import Profile

WIDTH, LEFT, RIGHT = 8.8, 0.85, 0.2
"""Inches of the picture and the curves, and of what is beside them."""
CURVE, BETWEEN, BELOW, ABOVE = 1.35, 0.42, 0.55, 0.4
TALLEST = 0.57
"""Height of the picture in widths; of a taller one, the rows around the chosen one are shown."""
STEPS = "differences: each pixel less the one left of it"


def draw_profile(image: Tensor, found: Profile, kernel: Kernel, theme: Theme = LIGHT) -> Figure:
    """`image` (1, h, w) in 0..255 with a row marked, and its curves, column below column."""
    first, last = _rows_shown(found.row, image.shape[1], image.shape[2])
    tall = WIDTH * (last - first) / image.shape[2]
    lows = [BELOW + i * (CURVE + BETWEEN) for i in (3, 2, 1, 0)]
    figure = new_figure(LEFT + WIDTH + RIGHT, lows[0] + tall + ABOVE, theme)
    figure.set_layout_engine("none")  # columns stay below columns
    panels = [
        _add_axes(figure, low, high) for low, high in zip(lows, (tall, *3 * [CURVE]), strict=True)
    ]
    _show_picture(panels[0], image, found.row, (first, last), theme)
    columns = np.arange(image.shape[2])
    answers = as_numbers(found.response[0])
    curves = (
        (columns, as_numbers(found.intensity[0]), "intensity", theme.ink),
        (columns[1:] - 0.5, as_numbers(found.differences[0]), STEPS, theme.train),
        (columns[: len(answers)] + found.first, answers,
         f"answer of {one_line(kernel.name)}", theme.validation),
    )  # fmt: skip
    for axes, (x, y, title, colour) in zip(panels[1:], curves, strict=True):
        axes.axhline(0, color=theme.quiet, linewidth=0.8)
        axes.plot(x, y, color=colour, linewidth=1, marker=marker(range(len(y))))
        finish_axes(axes, theme, title)
    for axes in panels:
        axes.set_xlim(-0.5, image.shape[2] - 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.tick_params(labelbottom=axes is panels[-1])
    panels[-1].set_xlabel("column", color=theme.quiet, fontsize=10)
    return figure


def _add_axes(figure: Figure, low: float, high: float) -> Axes:
    """Axes of `high` inches that begin `low` inches above the lower end."""
    width, height = figure.get_size_inches()
    return figure.add_axes((LEFT / width, low / height, WIDTH / width, high / height))


def _rows_shown(row: int, h: int, w: int) -> tuple[int, int]:
    """The first row and the one after the last: all, or as many as fit around the chosen one."""
    shown = min(h, max(1, round(TALLEST * w)))
    first = min(max(row - shown // 2, 0), h - shown)
    return first, first + shown


def _show_picture(axes: Axes, image: Tensor, row: int, rows: tuple[int, int], theme: Theme) -> None:
    _, h, w = image.shape
    axes.imshow(
        as_numbers(reduced(image)[0]), cmap="gray", vmin=0, vmax=255, aspect="auto",
        interpolation="antialiased", extent=(-0.5, w - 0.5, h - 0.5, -0.5),
    )  # fmt: skip
    axes.axhline(row, color=theme.validation, linewidth=1.2)
    axes.set_ylim(rows[1] - 0.5, rows[0] - 0.5)
    axes.yaxis.set_major_locator(MaxNLocator(8, integer=True))
    whole = rows == (0, h)
    part = "" if whole else f"; rows {rows[0]} to {rows[1] - 1} are shown"
    finish_axes(axes, theme, f"row {row}{part}", grid=False)
