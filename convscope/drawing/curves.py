"""The curves of a run, with the epoch that was kept."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from convscope.drawing.axes import add_legend, finish_axes, marker, percent
from convscope.drawing.figure import LIGHT, Theme, new_figure

FAR = 3.0
"""Times the highest later loss from which on the one before training is left out."""


def draw_curves(
    epochs: Sequence[int],
    train_loss: Sequence[float | None],
    validation_loss: Sequence[float],
    validation_accuracy: Sequence[float],
    best_epoch: int,
    theme: Theme = LIGHT,
    measure: str = "accuracy",
) -> Figure:
    """Loss and accuracy, or another `measure` (fractions), over epochs, side by side."""
    figure = new_figure(9.2, 3.4, theme)
    losses, accuracies = figure.subplots(1, 2)
    _show_losses(losses, epochs, train_loss, validation_loss, best_epoch, theme)
    _show_accuracies(accuracies, epochs, validation_accuracy, best_epoch, theme, measure)
    return figure


def draw_losses(
    epochs: Sequence[int],
    train_loss: Sequence[float | None],
    validation_loss: Sequence[float],
    best_epoch: int,
    theme: Theme = LIGHT,
) -> Figure:
    """The two losses over epochs; epochs without a training loss (None) have no dot there."""
    figure = new_figure(4.6, 3.2, theme)
    _show_losses(figure.subplots(), epochs, train_loss, validation_loss, best_epoch, theme)
    return figure


def draw_accuracies(
    epochs: Sequence[int],
    validation_accuracy: Sequence[float],
    best_epoch: int,
    theme: Theme = LIGHT,
    measure: str = "accuracy",
) -> Figure:
    """The validation accuracy, or another `measure` (fractions), over epochs."""
    figure = new_figure(4.6, 3.2, theme)
    _show_accuracies(figure.subplots(), epochs, validation_accuracy, best_epoch, theme, measure)
    return figure


def _show_losses(
    axes: Axes,
    epochs: Sequence[int],
    train_loss: Sequence[float | None],
    validation_loss: Sequence[float],
    best_epoch: int,
    theme: Theme,
) -> None:
    trained = [(e, loss) for e, loss in zip(epochs, train_loss, strict=True) if loss is not None]
    dot = marker(epochs)
    if trained:
        axes.plot(*zip(*trained, strict=True), color=theme.train, marker=dot, label="train")
    axes.plot(epochs, validation_loss, color=theme.validation, marker=dot, label="validation")
    add_legend(axes, theme)
    later = [*validation_loss[1:], *(loss for _, loss in trained)]
    _leave_out_the_first(axes, validation_loss[0], later, theme)
    _finish(axes, "loss", best_epoch, theme)


def _leave_out_the_first(axes: Axes, first: float, later: Sequence[float], theme: Theme) -> None:
    """Where the loss before training would press all others flat, it is told and not shown."""
    known = [loss for loss in later if math.isfinite(loss)]
    if not known or not math.isfinite(first) or first < FAR * max(known):
        return
    low, high = min(known), max(known)
    margin = 0.05 * (high - low or high)
    axes.set_ylim(low - margin, high + margin)
    axes.set_title(f"{first:.3g} before training", color=theme.quiet, fontsize=9)


def _show_accuracies(
    axes: Axes,
    epochs: Sequence[int],
    validation_accuracy: Sequence[float],
    best_epoch: int,
    theme: Theme,
    measure: str,
) -> None:
    accuracies = percent(validation_accuracy)
    axes.plot(epochs, accuracies, color=theme.validation, marker=marker(epochs))
    _finish(axes, f"validation {measure}, %", best_epoch, theme)


def _finish(axes: Axes, title: str, best_epoch: int, theme: Theme) -> None:
    """The line of the kept epoch, its words in the corner where no curve can run."""
    axes.axvline(best_epoch, color=theme.mark, linewidth=1, linestyle="--", zorder=1)
    axes.set_title(f"kept: epoch {best_epoch}", loc="right", color=theme.mark, fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(steps=(1, 2, 5, 10), integer=True, min_n_ticks=1))
    finish_axes(axes, theme, title, x="epoch")
