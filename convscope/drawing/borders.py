"""The five borders side by side: what each puts beyond the edge, and what a kernel makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from convscope.drawing.axes import one_line
from convscope.drawing.figure import LIGHT, Theme
from convscope.drawing.shades import (
    Scale,
    add_bar,
    beyond,
    place_height,
    roomy_figure,
    scale_of,
    show_values,
)
from convscope.filters.borders import pad
from convscope.filters.kernels import Kernel

WIDTH = 2.7
"""Inches of a column."""
SIDE = 12
"""Pixels of the enlarged corner; twice the kernel where that is more."""


@dataclass(frozen=True)
class Corner:
    """A part of the image, and beyond: its rows and columns, the last ones not included."""

    top: int
    bottom: int
    left: int
    right: int


def draw_borders(
    image: Tensor, kernel: Kernel, answers: Mapping[str, Tensor], theme: Theme = LIGHT
) -> Figure:
    """`image` (c, h, w) in 0..255 with each border of `answers` (c, h, w), a column each.

    Below the whole answer the corner in which borders differ most is enlarged: the picture with
    what the border adds, and the answer there. All answers are on one scale.
    """
    corner = _telling_corner(image, kernel, answers)
    scale = scale_of(*answers.values())
    tall = (corner.bottom - corner.top) / (corner.right - corner.left)
    heights = (place_height(image), tall, tall)
    figure = roomy_figure(len(answers) * WIDTH + 0.5, WIDTH * sum(heights) + 1.5, theme)
    panels = figure.subplots(3, len(answers), squeeze=False, height_ratios=heights)
    for column, (border, answer) in zip(panels.T, answers.items(), strict=True):
        anchor = kernel.size[0] // 2, kernel.size[1] // 2
        first = anchor if border == "crop" else (0, 0)
        padded = pad(image[None], kernel.size, border)[0]
        before = (0, 0) if border == "crop" else (-anchor[0], -anchor[1])
        _show_whole(column[0], answer, first, scale, image, corner, theme)
        column[0].set_title(border, color=theme.ink, fontsize=11, fontweight="bold")
        _show_corner(column[1], padded, before, (0, 255), image, corner, theme)
        _show_corner(column[2], answer, first, scale, image, corner, theme)
    words = f"answer of {one_line(kernel.name)}", "a corner, and beyond", "the answer there"
    for axes, word in zip(panels[:, 0], words, strict=True):
        axes.set_ylabel(word, color=theme.ink, fontsize=10)
    add_bar(list(panels.flat), scale, theme, beyond=beyond(scale, *answers.values()))
    return figure


def _show_whole(
    axes: Axes, answer: Tensor, first: tuple[int, int], scale: Scale, image: Tensor,
    corner: Corner, theme: Theme,
) -> None:  # fmt: skip
    """The answer over the image's extent, and a mark where the corner is."""
    _, h, w = image.shape
    _place(axes, answer, first, scale, theme)
    axes.set(xlim=(-0.5, w - 0.5), ylim=(h - 0.5, -0.5))
    if corner.bottom - corner.top < h:
        axes.plot(
            [(corner.left + corner.right) / 2], [(corner.top + corner.bottom) / 2], "s",
            fillstyle="none", markersize=9, color=theme.validation, clip_on=False,
        )  # fmt: skip


def _show_corner(
    axes: Axes, values: Tensor, first: tuple[int, int], scale: Scale, image: Tensor,
    corner: Corner, theme: Theme,
) -> None:  # fmt: skip
    """The corner of `values`, whose first pixel is `first` of the image, and the image's edge."""
    _, h, w = image.shape
    top, left = max(corner.top - first[0], 0), max(corner.left - first[1], 0)
    part = values[:, top : corner.bottom - first[0], left : corner.right - first[1]]
    _place(axes, part, (first[0] + top, first[1] + left), scale, theme)
    axes.set(xlim=(corner.left - 0.5, corner.right - 0.5))
    axes.set(ylim=(corner.bottom - 0.5, corner.top - 0.5))
    edge = {"fill": False, "edgecolor": theme.validation, "linewidth": 1.5}
    axes.add_patch(Rectangle((-0.5, -0.5), w, h, **edge))


def _place(axes: Axes, values: Tensor, first: tuple[int, int], scale: Scale, theme: Theme) -> None:
    """`values` (c, h, w) with their first pixel at the image's pixel `first`."""
    (top, left), (h, w) = first, values.shape[1:]
    show_values(axes, values, "", theme, scale=scale, bar=False)
    axes.images[0].set_extent((left - 0.5, left + w - 0.5, top + h - 0.5, top - 0.5))
    axes.patch.set(edgecolor=theme.frame, hatch="////")  # what shows through is no pixel


def _telling_corner(image: Tensor, kernel: Kernel, answers: Mapping[str, Tensor]) -> Corner:
    """The corner in which the answers of the image's size differ most, with what lies beyond."""
    whole = [answer for answer in answers.values() if answer.shape == image.shape]

    def apart(corner: Corner) -> float:
        rows = slice(max(corner.top, 0), corner.bottom)
        columns = slice(max(corner.left, 0), corner.right)
        parts = [answer[:, rows, columns] for answer in whole]
        return sum(float((part - parts[0]).abs().sum()) for part in parts)

    rows, columns = (_ends(side, k) for side, k in zip(image.shape[1:], kernel.size, strict=True))
    return max((Corner(*down, *across) for down, across in product(rows, columns)), key=apart)


def _ends(side: int, kernel: int) -> list[tuple[int, int]]:
    """The pixels shown at the near end of a side and at the far one, with those beyond."""
    before, after = kernel // 2, kernel - 1 - kernel // 2
    shown = max(SIDE, 2 * kernel)
    if shown >= side:
        return [(-before, side + after)]
    return [(-before, shown), (side - shown, side + after)]
