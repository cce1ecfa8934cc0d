"""How accuracy falls as pictures are moved, made smaller or larger, and turned."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from convscope.drawing.axes import finish_axes, one_line, percent
from convscope.drawing.figure import LIGHT, Theme, new_figure

LINES = ("-", "--", "-.", ":")
ACCOMPANYING = (FAILS, GUESSING, CUT_OFF) = ("fails", "guessing", "parts are cut off")
LONGEST = 40
"""Columns of a name in the legend."""


@runtime_checkable
class Step(Protocol):
    """How images changed by one amount are answered, and whether parts of them were cut off."""

    @property
    def amount(self) -> float: ...
    @property
    def cut_off(self) -> bool: ...
    @property
    def accuracy(self) -> float: ...
    @property
    def interval(self) -> Sequence[float]: ...


@runtime_checkable
class Curve(Protocol):
    """One kind of change by rising amount, and where the model fails; None: nowhere."""

    @property
    def kind(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def steps(self) -> Sequence[Step]: ...
    @property
    def fails_below(self) -> float | None: ...
    @property
    def fails_above(self) -> float | None: ...


def draw_invariance(
    measured: Mapping[str, Sequence[Curve]], guessing: float, theme: Theme = LIGHT
) -> Figure:
    """A panel for each kind of change, in it a line for each model, by name, with its band.

    The models were measured at the same amounts. A cross marks where one fails, `guessing` (a
    fraction) is dotted, and the ground is grey where parts of the pictures are cut off.
    """
    kinds = next(iter(measured.values()))
    figure = new_figure(4.1 * len(kinds), 3.9, theme)
    panels = figure.subplots(1, len(kinds), sharey=True, squeeze=False)[0]
    for place, (axes, curve) in enumerate(zip(panels, kinds, strict=True)):
        _shade(axes, curve, theme)
        for number, (name, curves) in enumerate(measured.items()):
            _show_line(axes, curves[place], name, number, theme)
        axes.axhline(100 * guessing, color=theme.quiet, linewidth=1, linestyle=":", label=GUESSING)
        axes.plot([], [], color=theme.ink, linestyle="none", marker="x", label=FAILS)
        axes.set_ylim(-2, 102)
        axes.margins(x=0.02)
        if curve.unit == "degrees":
            axes.xaxis.set_major_locator(MultipleLocator(45))
        finish_axes(axes, theme, curve.kind, x=curve.unit, y="" if place else "accuracy, %")
    handles, labels = _named(figure.axes)
    figure.legend(
        handles, labels, loc="outside lower left", ncols=min(len(labels), 6), frameon=False,
        labelcolor=theme.ink, fontsize=9,
    )  # fmt: skip
    return figure


def _show_line(axes: Axes, curve: Curve, name: str, number: int, theme: Theme) -> None:
    colours = (theme.train, theme.validation, theme.mark, theme.wrong, theme.quiet)
    colour = colours[number % len(colours)]
    amounts = [step.amount for step in curve.steps]
    right = percent([step.accuracy for step in curve.steps])
    low = percent([step.interval[0] for step in curve.steps])
    high = percent([step.interval[1] for step in curve.steps])
    style = LINES[number % len(LINES)]
    axes.fill_between(amounts, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.plot(amounts, right, color=colour, linestyle=style, label=one_line(name, LONGEST))
    failed = [at for at in (curve.fails_below, curve.fails_above) if at is not None]
    heights = [right[amounts.index(at)] for at in failed]
    axes.plot(
        failed, heights, color=colour, linestyle="none", marker="x", markersize=8,
        markeredgewidth=2,
    )  # fmt: skip


def _shade(axes: Axes, curve: Curve, theme: Theme) -> None:
    """Grey from the last whole step on, to where the axis ends."""
    cut = [i for i, step in enumerate(curve.steps) if step.cut_off]
    if cut:
        begin = curve.steps[max(cut[0] - 1, 0)].amount
        axes.axvspan(
            begin, curve.steps[cut[-1]].amount, color=theme.grid, linewidth=0, zorder=0,
            label=CUT_OFF,
        )  # fmt: skip


def _named(panels: Sequence[Axes]) -> tuple[list[Artist], list[str]]:
    """The labelled artists of all panels, each label once, the models first."""
    found: dict[str, Artist] = {}
    for axes in panels:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    names = [name for name in found if name not in ACCOMPANYING]
    names += [name for name in ACCOMPANYING if name in found]
    return [found[name] for name in names], names
