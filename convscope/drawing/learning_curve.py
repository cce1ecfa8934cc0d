"""What more training images are worth."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from convscope.drawing.axes import error_lengths, finish_axes, percent
from convscope.drawing.figure import LIGHT, Theme, new_figure

APART = 0.18
"""Of the axis: two numbers nearer than this would touch."""


def draw_learning_curve(
    images: Sequence[int],
    accuracies: Sequence[float],
    intervals: Sequence[tuple[float, float]],
    theme: Theme = LIGHT,
) -> Figure:
    """Validation accuracy (fractions, with 95 % intervals) over the number of training images."""
    figure = new_figure(4.6, 3.2, theme)
    axes = figure.subplots()
    right = percent(accuracies)
    reach = error_lengths(right, [percent(interval) for interval in intervals])
    axes.errorbar(
        images, right, yerr=reach, color=theme.validation, marker="o", markersize=4, capsize=2,
        elinewidth=1,
    )  # fmt: skip
    axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(numbered := _apart(images), [f"{count:,}" for count in numbered])
    finish_axes(axes, theme, "validation accuracy, %", x="training images")
    return figure


def _apart(images: Sequence[int]) -> list[int]:
    """The smallest and the largest count, and those between that leave room to be written."""
    smallest, largest = min(images), max(images)
    room = (largest / smallest) ** APART
    kept = [smallest]
    for count in sorted(images):
        if count >= kept[-1] * room and count * room <= largest:
            kept.append(count)
    return sorted({*kept, largest})
