"""Whether a model is as often right as it is sure: the reliability diagram."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from convscope.drawing.axes import add_legend, error_lengths, finish_axes, percent
from convscope.drawing.figure import LIGHT, Theme, new_figure


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

    `after` is the same after temperature scaling, a second, quiet line.
    """
    figure = new_figure(4.6, 4.2, theme)
    diagram, counts = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    diagram.plot([0, 100], [0, 100], color=theme.frame, linewidth=1, linestyle="--")
    if after is not None:
        _show(diagram, after, "after temperature scaling", theme, quiet=True)
    _show(diagram, before, "as trained", theme)
    diagram.set(xlim=(0, 100), ylim=(0, 102))
    add_legend(diagram, theme)
    finish_axes(diagram, theme, "accuracy, %")
    _show_counts(counts, before.bins, theme)
    return figure


def _show(
    axes: Axes, reliability: Reliability, name: str, theme: Theme, *, quiet: bool = False
) -> None:
    filled = [a_bin for a_bin in reliability.bins if a_bin.count]
    sure = percent([a_bin.confidence for a_bin in filled])
    right = percent([a_bin.accuracy for a_bin in filled])
    label = f"{name}: off by {100 * reliability.expected_calibration_error:.1f} %"
    if quiet:
        axes.plot(sure, right, color=theme.quiet, marker=".", linewidth=1, label=label)
        return
    reach = error_lengths(right, [percent(a_bin.interval) for a_bin in filled])
    axes.errorbar(
        sure, right, yerr=reach, color=theme.validation, marker="o", markersize=4, capsize=2,
        elinewidth=1, label=label,
    )  # fmt: skip


def _show_counts(axes: Axes, bins: Sequence[Bin], theme: Theme) -> None:
    edges = percent([a_bin.low for a_bin in bins])
    widths = [100 * (a_bin.high - a_bin.low) for a_bin in bins]
    counts = [a_bin.count for a_bin in bins]
    most = max(counts, default=1)
    axes.bar(edges, counts, widths, align="edge", color=theme.frame, edgecolor=theme.paper)
    finish_axes(axes, theme, "answers", x="confidence, %", grid=False)
    axes.set_yticks([0, most], ["0", f"{most:,}"])
