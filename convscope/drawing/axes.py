"""What axes share: titles, ticks and grid in the theme's colours, legends, names, error bars."""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from matplotlib.axes import Axes

from convscope.drawing.figure import Theme

MOST_MARKED = 60
"""Values of a line up to which each is a dot on it."""
LONGEST = 18
"""Columns of a name that fit beside a panel on a phone."""


def finish_axes(
    axes: Axes, theme: Theme, title: str, *, x: str = "", y: str = "", grid: bool = True
) -> None:
    """Title, labels, ticks, frame and grid, after everything was drawn."""
    axes.set_facecolor(theme.paper)
    axes.set_title(title, color=theme.ink, loc="left", fontsize=11)
    axes.set_xlabel(x, color=theme.quiet, fontsize=10)
    axes.set_ylabel(y, color=theme.quiet, fontsize=10)
    axes.tick_params(colors=theme.quiet, labelsize=10)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(color=theme.grid, linewidth=0.7)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(theme.frame)


def add_legend(axes: Axes, theme: Theme) -> None:
    """What the labelled lines are, where they leave room."""
    axes.legend(frameon=False, labelcolor=theme.ink, fontsize=9)


def marker(values: Sequence[object]) -> str:
    """A dot for each value while there are few."""
    return "." if len(values) <= MOST_MARKED else ""


def one_line(name: str, longest: int = LONGEST) -> str:
    """A foreign name as plain text of at most `longest` columns; what is cut ends in an ellipsis.

    Control characters are written out, and no `$` begins a formula.
    """
    written = "".join(c if c.isprintable() else repr(c)[1:-1] for c in name[: longest + 1])
    ends = list(accumulate(_columns(c) for c in written))
    if ends and ends[-1] > longest:
        written = written[: bisect_right(ends, longest - 1)] + "…"
    return written.replace("$", r"\$")


def _columns(character: str) -> int:
    """2 for the wide characters of East Asia and for most emoji."""
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def error_lengths(
    values: Sequence[float], intervals: Sequence[Sequence[float]]
) -> tuple[list[float], list[float]]:
    """How far each interval reaches below and above its value: never less than nothing."""
    below = [max(0.0, value - low) for value, (low, _) in zip(values, intervals, strict=True)]
    above = [max(0.0, high - value) for value, (_, high) in zip(values, intervals, strict=True)]
    return below, above


def percent(shares: Sequence[float]) -> list[float]:
    """Fractions as people read them."""
    return [100 * share for share in shares]
