"""One value of a filtered picture: the window, its pixels, the kernel, the products, the sum."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from convscope.drawing.axes import one_line
from convscope.drawing.figure import LIGHT, Theme
from convscope.drawing.numbers import as_numbers, pixel_colours, signed_colours, write_numbers
from convscope.drawing.shades import place_height, roomy_figure, show_values
from convscope.filters.arithmetic import number
from convscope.filters.worked_sum import WorkedSum

WIDTH = 4.6
"""Inches of the picture."""
CELL = 0.52
"""Inches of a number."""
NARROWEST, WIDEST = 1.9, 3.6
"""Inches of the numbers together."""
SMALLEST_MARK = 11
"""Points of a window's mark on a picture where it would be smaller."""
CHANNELS = {1: ("the picture",), 3: ("red", "green", "blue")}


def draw_window(
    image: Tensor, worked: Sequence[WorkedSum], name: str, theme: Theme = LIGHT
) -> Figure:
    """`image` (c, h, w) in 0..255 and, a row for each channel, how its value comes about.

    `worked` has the channels' values, at one place; `name` is the kernel's.
    """
    window = max(worked[0].inside.shape)
    side = min(max(CELL * window, NARROWEST), WIDEST)
    height = max(WIDTH * place_height(image), side + 0.3) + 0.5
    figure = roomy_figure(WIDTH + 3 * side + 1.2, len(worked) * height, theme)
    panels = figure.subplots(len(worked), 4, squeeze=False, width_ratios=(WIDTH, side, side, side))
    for row, value, channel, title in zip(panels, worked, image, CHANNELS[len(image)], strict=True):
        show_values(row[0], channel[None], title, theme, scale=(0, 255), bar=False)
        _mark(row[0], image, value, theme)
        _write_sum(list(row[1:]), value, one_line(name), side, theme)
    return figure


def _write_sum(
    panels: Sequence[Axes], worked: WorkedSum, name: str, inches: float, theme: Theme
) -> None:
    pixels, weights, products = (
        as_numbers(values[0]) for values in (worked.patch, worked.filter, worked.products)
    )
    _, _, row, column = worked.at
    for axes, values, colours, title, below in (
        (panels[0], pixels, pixel_colours(pixels), f"pixels around {row}, {column}", "times"),
        (panels[1], weights, signed_colours(weights, theme), name, "gives"),
        (panels[2], products, signed_colours(products, theme), "products",
         f"their sum: {number(worked.total)}"),
    ):  # fmt: skip
        write_numbers(axes, values, colours, inches, theme)
        axes.set_title(title, color=theme.ink, fontsize=10)
        bold = axes is panels[2]
        axes.set_xlabel(
            below, color=theme.ink if bold else theme.quiet, fontsize=11,
            fontweight="bold" if bold else "normal",
        )  # fmt: skip


def _mark(axes: Axes, image: Tensor, worked: WorkedSum, theme: Theme) -> None:
    """The window on the picture, and a square around it where it would be too small to see."""
    (top, left), (window_h, window_w) = (worked.rows[0], worked.columns[0]), worked.inside.shape
    _, h, w = image.shape
    axes.add_patch(
        Rectangle(
            (left - 0.5, top - 0.5), window_w, window_h, fill=False, edgecolor=theme.validation,
            linewidth=1.5, clip_on=False,
        )
    )  # fmt: skip
    if window_w * WIDTH * 72 / w < SMALLEST_MARK:
        _, _, row, column = worked.at
        axes.plot(
            [column], [row], "s", fillstyle="none", markersize=SMALLEST_MARK,
            color=theme.validation, clip_on=False,
        )  # fmt: skip
    axes.patch.set(hatch="////", edgecolor=theme.frame)  # what shows through is no pixel
    right, bottom = max(w, left + window_w), max(h, top + window_h)
    axes.set(xlim=(min(0, left) - 0.5, right - 0.5), ylim=(bottom - 0.5, min(0, top) - 0.5))
