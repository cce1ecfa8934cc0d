"""The loss while the learning rate rises, with the rate that is suggested."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from convscope.drawing.axes import add_legend, finish_axes
from convscope.drawing.figure import LIGHT, Theme, new_figure

ROOM = 0.5
"""Of the fall of the smoothed loss, shown above and below: divergence would squeeze all flat."""


def draw_rates(
    rates: Sequence[float],
    losses: Sequence[float],
    smoothed: Sequence[float],
    suggestion: float | None = None,
    theme: Theme = LIGHT,
) -> Figure:
    """Each step's loss as a dot and the smoothed loss as a line, over the rate (logarithmic).

    `suggestion` is marked, if there is one.
    """
    figure = new_figure(6.4, 3.6, theme)
    axes = figure.subplots()
    axes.plot(rates, losses, ".", color=theme.quiet, alpha=0.6, markersize=4, label="of each step")
    axes.plot(rates, smoothed, color=theme.train, linewidth=1.8, label="smoothed")
    axes.set_xscale("log")
    lowest, first = min(smoothed), max(smoothed[: max(1, len(smoothed) // 10)])
    room = max(ROOM * (first - lowest), 0.02 * abs(first), 1e-6)
    axes.set_ylim(lowest - room, first + room)
    if suggestion is not None:
        axes.axvline(suggestion, color=theme.mark, linewidth=1, linestyle="--", zorder=1)
        words = f"suggested: {suggestion:g}"
        axes.set_title(words, loc="right", color=theme.mark, fontsize=9)
    add_legend(axes, theme)
    finish_axes(axes, theme, "training loss", x="learning rate")
    return figure
