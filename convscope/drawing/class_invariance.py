"""How each class is answered as pictures are changed more and more, and what it is taken for."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from convscope.drawing.axes import finish_axes, one_line
from convscope.drawing.figure import LIGHT, Theme, new_figure

MOST_SHOWN = 30
TICKS = 8
"""Amounts that can be read below a panel."""


@runtime_checkable
class OfClass(Protocol):
    """How the images of one class are answered; None where it has none."""

    @property
    def name(self) -> str: ...
    @property
    def recall(self) -> float | None: ...
    @property
    def mistaken_for(self) -> str | None: ...


@runtime_checkable
class Step(Protocol):
    """How images changed by one amount are answered."""

    @property
    def amount(self) -> float: ...
    @property
    def per_class(self) -> Sequence[OfClass]: ...


@runtime_checkable
class Curve(Protocol):
    """One kind of change by rising amount; `worst`: where a class is surest taken for another."""

    @property
    def kind(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def steps(self) -> Sequence[Step]: ...
    def worst(self, number: int) -> Step: ...


def draw_class_invariance(name: str, curves: Sequence[Curve], theme: Theme = LIGHT) -> Figure:
    """A panel for each kind of change: a row per class, each cell as dark as its recall.

    A dot marks where most of a class's images get one and the same wrong answer, which stands at
    the right. Of more than 30 classes, those with the lowest mean recall are shown.
    """
    shown = _shown(curves)
    figure = new_figure(5.2 * len(curves), 0.26 * len(shown) + 1.5, theme)
    panels = figure.subplots(1, len(curves), squeeze=False)[0]
    for axes, curve in zip(panels, curves, strict=True):
        _show_recalls(axes, curve, shown, theme)
        finish_axes(axes, theme, curve.kind, x=curve.unit, grid=False)
        axes.set_title("taken for", loc="right", color=theme.validation, fontsize=9)
        _name_classes(axes, curve, shown, theme)
    figure.suptitle(
        f"{one_line(name, 60)}: recall of each class; full colour is 100 %",
        color=theme.ink, fontsize=11, x=0.01, ha="left",
    )  # fmt: skip
    return figure


def _shown(curves: Sequence[Curve]) -> list[int]:
    """The classes to show, in their order."""
    rows = np.concatenate([_recalls(curve) for curve in curves], 1)  # (k, steps)
    worst = np.argsort(rows.mean(1), kind="stable")[:MOST_SHOWN]
    return sorted(worst.tolist())


def _recalls(curve: Curve) -> np.ndarray:
    """(k, steps) fractions, 0 where there are no images."""
    return np.array([[row.recall or 0.0 for row in step.per_class] for step in curve.steps]).T


def _show_recalls(axes: Axes, curve: Curve, shown: Sequence[int], theme: Theme) -> None:
    shade = LinearSegmentedColormap.from_list("recall", [theme.paper, theme.train])
    axes.imshow(
        _recalls(curve)[shown], cmap=shade, vmin=0, vmax=1, aspect="auto", interpolation="none"
    )
    amounts = [step.amount for step in curve.steps]
    stride = -(-len(amounts) // TICKS)
    unchanged = amounts.index(1.0) if curve.kind == "scale" else 0
    places = range(unchanged % stride, len(amounts), stride)
    axes.set_xticks(places, [f"{amounts[i]:g}" for i in places])
    worst = [amounts.index(curve.worst(i).amount) for i in shown]
    axes.plot(worst, range(len(shown)), ".", color=theme.validation)


def _name_classes(axes: Axes, curve: Curve, shown: Sequence[int], theme: Theme) -> None:
    """The class at the left of its row, at the right what it is taken for at its worst step."""
    steps = [curve.worst(i) for i in shown]
    axes.set_yticks(range(len(shown)), [one_line(steps[0].per_class[i].name) for i in shown])
    axes.tick_params(axis="y", length=0, labelcolor=theme.ink)
    for row, (number, step) in enumerate(zip(shown, steps, strict=True)):
        answer = step.per_class[number].mistaken_for
        axes.text(
            len(curve.steps) - 0.3, row, one_line(answer or "-", 12), va="center", fontsize=10,
            color=theme.validation,
        )  # fmt: skip
