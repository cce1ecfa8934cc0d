"""The figures of a run: for its page in light and dark, and as files of their own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure
from torch import Tensor, nn

from convscope.atomic import write_text
from convscope.drawing.confusion import draw_confusion
from convscope.drawing.coverage import draw_coverage
from convscope.drawing.curves import draw_accuracies, draw_losses
from convscope.drawing.figure import DARK, LIGHT, Theme, save_figure, svg_text
from convscope.drawing.filters import draw_filters
from convscope.drawing.learning_curve import draw_learning_curve
from convscope.drawing.per_class import draw_per_class
from convscope.drawing.reliability import draw_reliability
from convscope.reporting.album import data_address
from convscope.reporting.calibrated import Calibrated
from convscope.reporting.evidence import Evidence

Draw = Callable[[Theme], Figure]


@dataclass(frozen=True, eq=False)
class InBothThemes:
    """A figure for a light and for a dark reader, as the text of an SVG file each."""

    figure: Figure
    """The light one."""
    light: str
    dark: str


@dataclass(frozen=True)
class Shown:
    """A figure as two addresses that hold it."""

    light: str
    dark: str


def figures_of(evidence: Evidence, calibrated: Calibrated) -> dict[str, Draw]:
    """Name -> what draws it, of every figure that this run has something for."""
    history, report = evidence.history, evidence.report
    epochs, best = history["epoch"], history.best.epoch
    tested = [row for row in report.per_class if row["total"]]
    drawn: dict[str, Draw] = {
        "loss": lambda theme: draw_losses(
            epochs, history["train_loss"], history["validation_loss"], best, theme
        ),
        "accuracy": lambda theme: draw_accuracies(
            epochs, history["validation_accuracy"], best, theme
        ),
        "per-class": lambda theme: draw_per_class(
            [row["name"] for row in tested],
            [row["recall"] for row in tested],
            [row["recall_interval"] for row in tested],
            theme,
        ),
        "confusion": lambda theme: draw_confusion(
            report.confusion_matrix, report.class_names, theme
        ),
        "reliability": lambda theme: draw_reliability(calibrated.before, calibrated.after, theme),
        "coverage": lambda theme: draw_coverage(
            calibrated.coverage.coverage, calibrated.coverage.accuracy, calibrated.chosen, theme
        ),
    }
    if (weight := first_filters(evidence.model.net, evidence.model.image_shape)) is not None:
        drawn["filters"] = lambda theme: draw_filters(weight, theme)
    if (curve := evidence.learning_curve) is not None:
        drawn["learning-curve"] = lambda theme: draw_learning_curve(
            [point.images for point in curve.points],
            [point.accuracy for point in curve.points],
            [point.interval for point in curve.points],
            theme,
        )
    return drawn


def first_filters(net: nn.Module, image_shape: tuple[int, int, int]) -> Tensor | None:
    """What the first layer multiplies the image by: (out, in, h, w), in = 1 or 3.

    A convolution's filters, or a linear layer's rows in the image's shape; None if neither fits.
    """
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            return module.weight if module.weight.shape[1] in (1, 3) else None
        if isinstance(module, nn.Linear):
            fits = module.in_features == image_shape[0] * image_shape[1] * image_shape[2]
            return module.weight.unflatten(1, image_shape) if fits else None
    return None


def in_both_themes(draw: Draw) -> InBothThemes:
    """The figure for a light and for a dark reader."""
    figure = draw(LIGHT)
    return InBothThemes(figure, svg_text(figure), svg_text(draw(DARK)))


def shown(figure: InBothThemes) -> Shown:
    """The figure as it lies in a page."""
    return Shown(_address(figure.light), _address(figure.dark))


def save_figures(drawn: Mapping[str, InBothThemes], folder: Path) -> None:
    """Each figure as NAME.png and NAME.svg in `folder`, for a light reader."""
    for name, figure in drawn.items():
        save_figure(figure.figure, folder / f"{name}.png")
        write_text(folder / f"{name}.svg", figure.light)


def _address(svg: str) -> str:
    return data_address(svg.encode("utf-8"), "svg+xml")
