"""The runs of a sweep side by side: how each learned, and what each value was worth."""

import math
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from convscope.drawing.axes import finish_axes, marker, one_line
from convscope.drawing.figure import LIGHT, Theme, new_figure

WIDE = 8.0
"""From this ratio of the largest number to the smallest on, the axis is logarithmic."""
MOST_NAMED = 8
"""Values that a legend has room for."""
SHORT = 8
"""Characters of a value of which four stand side by side."""
FEW = 12
"""Curves up to which none hides another."""

Curve = tuple[Sequence[int], Sequence[float]]
"""Epochs, and what was measured after each."""


def draw_runs(
    curves: Sequence[Curve],
    values: Sequence[str],
    field: str,
    chosen: int | None = None,
    theme: Theme = LIGHT,
) -> Figure:
    """The validation loss of every run over epochs, coloured by its value of `field`.

    The one at index `chosen` lies on top of the others, in the colour of what was chosen.
    """
    figure = new_figure(4.6, 4.0, theme)
    axes = figure.subplots()
    kinds = list(dict.fromkeys(values))
    shades = dict(zip(kinds, _shades(len(kinds), theme), strict=True))
    thin = 1.6 if len(curves) <= FEW else 0.9
    for (epochs, losses), value in zip(curves, values, strict=True):
        axes.plot(epochs, losses, color=shades[value], marker=marker(epochs), linewidth=thin)
    if chosen is not None:
        epochs, losses = curves[chosen]
        axes.plot(epochs, losses, color=theme.mark, linewidth=2.6, marker="o", markersize=3.5)
    for value in _some(kinds):
        axes.plot([], [], color=shades[value], linewidth=2, label=one_line(value))
    if chosen is not None:
        axes.plot([], [], color=theme.mark, linewidth=2.6, marker="o", label="chosen")
    legend = figure.legend(
        loc="outside lower center", frameon=False, labelcolor=theme.ink, fontsize=9,
        title=one_line(field), ncols=4 if max(map(len, kinds)) <= SHORT else 2,
    )  # fmt: skip
    legend.get_title().set(color=theme.quiet, fontsize=9)
    _scale(axes, [loss for _, losses in curves for loss in losses], "y")
    axes.xaxis.set_major_locator(MaxNLocator(steps=(1, 2, 5, 10), integer=True, min_n_ticks=1))
    finish_axes(axes, theme, "validation loss", x="epoch")
    return figure


def draw_effect(
    values: Sequence[str],
    losses: Sequence[float],
    field: str,
    chosen: int | None = None,
    theme: Theme = LIGHT,
) -> Figure:
    """The lowest validation loss of every run, in a row for each value of `field`.

    A bar marks the mean of a row. A run that diverged has an infinite loss, and a word for a dot.
    """
    kinds = list(dict.fromkeys(values))
    figure = new_figure(4.6, 0.36 * len(kinds) + 1.1, theme)
    axes = figure.subplots()
    axes.xaxis.set_major_locator(MaxNLocator(5))
    labels = [one_line(kind) for kind in kinds]
    for row, kind in enumerate(kinds):
        own = [loss for loss, value in zip(losses, values, strict=True) if value == kind]
        finite = [loss for loss in own if math.isfinite(loss)]
        axes.plot(finite, [row] * len(finite), "o", color=theme.train, markersize=6, alpha=0.75)
        if len(finite) > 1:
            axes.plot([np.mean(finite)] * 2, [row - 0.3, row + 0.3], color=theme.ink, linewidth=2)
        if lost := len(own) - len(finite):
            labels[row] += f"\n{lost} diverged"
    if chosen is not None:
        row = kinds.index(values[chosen])
        axes.plot(
            [losses[chosen]], [row], "o", markersize=11, markerfacecolor="none",
            markeredgecolor=theme.mark, markeredgewidth=2, clip_on=False,
        )  # fmt: skip
    _scale(axes, losses, "x")
    axes.set_ylim(len(kinds) - 0.5, -0.5)
    finish_axes(axes, theme, one_line(field, 40), x="lowest validation loss")
    axes.set_yticks(range(len(kinds)), labels)
    axes.tick_params(axis="y", length=0, labelcolor=theme.ink)
    for label in axes.get_yticklabels():
        if label.get_text().endswith("diverged"):
            label.set_color(theme.wrong)
    return figure


def _shades(count: int, theme: Theme) -> list[tuple[float, float, float, float]]:
    """Colours in an order that is seen, all of them readable on the theme's paper."""
    low, high = (0.0, 0.8) if theme is LIGHT else (0.3, 0.95)
    return [mpl.colormaps["plasma"](place) for place in np.linspace(low, high, count)]


def _some(kinds: Sequence[str]) -> list[str]:
    """All values, or as many as a legend has room for, the first and the last among them."""
    if len(kinds) <= MOST_NAMED:
        return list(kinds)
    places = np.linspace(0, len(kinds) - 1, MOST_NAMED).round()
    return [kinds[int(place)] for place in places]


def _scale(axes: Axes, numbers: Sequence[float], along: str) -> None:
    """A logarithmic axis if the numbers reach far; its ticks are written out."""
    positive = [number for number in numbers if math.isfinite(number) and number > 0]
    if not positive or max(positive) < WIDE * min(positive):
        return
    axis = axes.xaxis if along == "x" else axes.yaxis
    (axes.set_xscale if along == "x" else axes.set_yscale)("log")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter("{x:g}")
