"""More filters or larger ones: four choices with what they see and what they cost."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from convscope.drawing.figure import LIGHT, Theme, new_figure
from convscope.networks.filter_sizes import Choice

SIDE = 7
"""Pixels of the piece of a map that is drawn."""


def draw_filter_sizes(choices: Sequence[Choice], theme: Theme = LIGHT) -> Figure:
    """Above, the pixels that a value sees, stronger by how many ways; below, the costs as bars.

    The bars of parameters and MACs are on one scale each; their formulas are written out.
    """
    figure = new_figure(11.0, 5.2, theme)
    grid = figure.add_gridspec(2, len(choices), height_ratios=(1.9, 1.6))
    largest = [max(c.parameters.value for c in choices), max(c.macs.value for c in choices)]
    for i, choice in enumerate(choices):
        _draw_field(figure.add_subplot(grid[0, i]), choice, theme)
        _draw_costs(figure.add_subplot(grid[1, i]), choice, largest, theme)
    figure.suptitle(
        "more filters or larger ones: what a value sees (stronger: in more ways) and costs",
        color=theme.ink,
        fontsize=12,
    )
    return figure


def ways_to_pixels(choice: Choice) -> np.ndarray:
    """(7, 7): in how many ways each pixel around a value reaches it through the windows."""
    row = np.zeros(SIDE, int)
    row[SIDE // 2] = 1
    for kernel in choice.kernels:
        row = np.convolve(row, np.ones(kernel, int), mode="same")
    return np.outer(row, row)


def _draw_field(axes: Axes, choice: Choice, theme: Theme) -> None:
    ways = ways_to_pixels(choice)
    for row, column in np.ndindex(ways.shape):
        shade = ways[row, column] / ways.max()
        axes.add_patch(
            Rectangle(
                (column, row), 1, 1, facecolor=theme.train if shade else theme.paper,
                alpha=0.25 + 0.75 * shade if shade else 1, edgecolor=theme.frame, linewidth=0.8,
            )
        )  # fmt: skip
    axes.set(xlim=(-0.1, SIDE + 0.1), ylim=(SIDE + 0.1, -0.1), aspect="equal")
    axes.set_axis_off()
    twice = ", twice" if len(choice.kernels) > 1 else ""
    size = max(choice.kernels)
    sizes = f"{choice.filters} filters of {size}x{size}{twice}"
    axes.set_title(f"{choice.name}\n", color=theme.ink, fontsize=11)
    axes.text(SIDE / 2, -0.3, sizes, color=theme.ink, fontsize=9, ha="center")
    field = choice.field.value
    axes.text(
        SIDE / 2, SIDE + 0.75, f"sees {field}x{field} pixels", color=theme.ink, fontsize=9.5,
        ha="center",
    )  # fmt: skip


def _draw_costs(axes: Axes, choice: Choice, largest: Sequence[int], theme: Theme) -> None:
    named = (("parameters", choice.parameters), ("MACs", choice.macs))
    for i, (name, worked) in enumerate(named):
        sum_, _, value = worked.formula.rpartition(" = ")
        axes.barh(
            i, worked.value / largest[i], height=0.22, color=(theme.train, theme.validation)[i]
        )
        axes.text(0, i - 0.22, f"{name}: {value}", color=theme.ink, fontsize=9.5)
        axes.text(0, i + 0.34, sum_, color=theme.quiet, fontsize=8)
    axes.set(xlim=(0, 1.12), ylim=(1.6, -0.6))
    axes.set_axis_off()
