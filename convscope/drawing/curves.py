"""The curves of a run, with the epoch that was kept."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from convscope.drawing.figure import INK, MARK, QUIET, TRAIN, VALIDATION, new_figure


def draw_curves(
    epochs: Sequence[int],
    train_loss: Sequence[float | None],
    validation_loss: Sequence[float],
    validation_accuracy: Sequence[float],
    best_epoch: int,
) -> Figure:
    """Loss and accuracy (fractions) over epochs, side by side."""
    figure = new_figure(9.2, 3.4)
    losses, accuracies = figure.subplots(1, 2)
    trained = [(e, loss) for e, loss in zip(epochs, train_loss, strict=True) if loss is not None]
    losses.plot(*zip(*trained, strict=True), color=TRAIN, marker=".", label="train")
    losses.plot(epochs, validation_loss, color=VALIDATION, marker=".", label="validation")
    percent = [100 * accuracy for accuracy in validation_accuracy]
    accuracies.plot(epochs, percent, color=VALIDATION, marker=".", label="validation")
    _finish(losses, "loss", best_epoch)
    _finish(accuracies, "accuracy, %", best_epoch)
    losses.legend(frameon=False, labelcolor=INK)
    return figure


def _finish(axes: Axes, title: str, best_epoch: int) -> None:
    axes.axvline(best_epoch, color=MARK, linewidth=1, linestyle="--")
    axes.annotate(
        f"kept: epoch {best_epoch}",
        (best_epoch, 0.5),
        xycoords=("data", "axes fraction"),
        xytext=(-4, 0),
        textcoords="offset points",
        rotation=90,
        ha="right",
        va="center",
        color=MARK,
        fontsize=8,
    )
    axes.set_title(title, color=INK, loc="left", fontsize=11)
    axes.set_xlabel("epoch", color=QUIET)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.tick_params(colors=QUIET)
    axes.grid(color="#e6eaee", linewidth=0.7)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color("#c3cbd3")
