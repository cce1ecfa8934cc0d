"""Whether a model is as often right as it is sure: the reliability diagram."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from convscope.drawing.axes import error_lengths, finish_axes, percent
from convscope.drawing.figure import LIGHT, Theme, new_figure

LEAST_SHARE = 0.01
"""Of all answers: a bin with fewer says nothing without its interval."""


@runtime_checkable
class Bin(Protocol):
    """The answers whose confidence lies in (low, high]; the interval is the accuracy's."""

    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def count(self) -> int: ...
    @property
    def confidence(self) -> float: ...
    @property
    def accuracy(self) -> float: ...
    @property
    def interval(self) -> Sequence[float]: ...


@runtime_checkable
class Reliability(Protocol):
    """All answers by their confidence; fractions."""

    @property
    def bins(self) -> Sequence[Bin]: ...
    @property
    def expected_calibration_error(self) -> float: ...


def draw_reliability(
    before: Reliability, after: Reliability | None = None, theme: Theme = LIGHT
) -> Figure:
    """Accuracy over confidence, with 95 % intervals; below, how many answers were that sure.

    `after` is the same after temperature scaling: a quiet line through the bins that count.
    """
    figure = new_figure(4.6, 4.6, theme)
    diagram, counts = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    diagram.plot([0, 100], [0, 100], color=theme.frame, linewidth=1, linestyle="--")
    _show_points(diagram, before, theme)
    if after is not None:
        _show_line(diagram, after, theme)
    diagram.set(xlim=(0, 102), ylim=(-3, 103))
    finish_axes(diagram, theme, "accuracy, %")
    _show_counts(counts, before.bins, theme)
    named = zip(*diagram.get_legend_handles_labels(), strict=True)
    handles, labels = zip(*reversed(list(named)), strict=True)  # the points first
    figure.legend(
        handles, labels, loc="outside lower left", frameon=False, labelcolor=theme.ink, fontsize=9
    )
    return figure


def _show_points(axes: Axes, reliability: Reliability, theme: Theme) -> None:
    filled = [part for part in reliability.bins if part.count]
    right = percent([part.accuracy for part in filled])
    reach = error_lengths(right, [percent(part.interval) for part in filled])
    axes.errorbar(
        percent([part.confidence for part in filled]), right, yerr=reach, fmt="o",
        color=theme.validation, markersize=5, capsize=2, elinewidth=1,
        label=_named("as trained", reliability),
    )  # fmt: skip


def _show_line(axes: Axes, reliability: Reliability, theme: Theme) -> None:
    fewest = LEAST_SHARE * sum(part.count for part in reliability.bins)
    weighty = [part for part in reliability.bins if part.count and part.count >= fewest]
    axes.plot(
        percent([part.confidence for part in weighty]),
        percent([part.accuracy for part in weighty]),
        color=theme.quiet, marker=".", linewidth=1,
        label=_named("after temperature scaling", reliability),
    )  # fmt: skip


def _named(name: str, reliability: Reliability) -> str:
    return f"{name}: off by {100 * reliability.expected_calibration_error:.1f} % on average"


def _show_counts(axes: Axes, bins: Sequence[Bin], theme: Theme) -> None:
    edges = percent([part.low for part in bins])
    widths = [100 * (part.high - part.low) for part in bins]
    counts = [part.count for part in bins]
    most = max(counts, default=1)
    axes.bar(edges, counts, widths, align="edge", color=theme.frame, edgecolor=theme.paper)
    finish_axes(axes, theme, "answers", x="confidence, %", grid=False)
    axes.set_yticks([0, most], ["0", f"{most:,}"])
