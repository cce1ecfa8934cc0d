"""The figures of a run on points, each for a light and for a dark reader."""

from torch import Tensor

from convscope.data.scheme import Scheme
from convscope.drawing.curves import draw_accuracies, draw_losses
from convscope.drawing.points import draw_cumulative_errors, draw_mean_errors
from convscope.evaluation.measured import stored_mean
from convscope.evaluation.points import units
from convscope.reporting.figures import Draw
from convscope.reporting.points_evidence import PointsEvidence


def figures_of_points(evidence: PointsEvidence) -> dict[str, Draw]:
    """Name -> what draws it, of every figure that this run has something for."""
    history = evidence.history
    epochs, best = history["epoch"], history.best.epoch
    errors, guesses = _per_image(evidence.errors), _per_image(evidence.guesses)
    drawn: dict[str, Draw] = {
        "loss": lambda theme: draw_losses(
            epochs, history["train_loss"], history["validation_loss"], best, theme
        ),
        "error": lambda theme: draw_accuracies(
            epochs, history["validation_error"], best, theme, "error"
        ),
        "cumulative": lambda theme: draw_cumulative_errors(errors, guesses, theme),
    }
    mean = stored_mean(evidence.config["data"])
    if mean is not None and len(mean) > 2:
        unit = units(mean[None], evidence.model.scheme or Scheme(), (1, 1))
        per_point = evidence.errors.nanmean(0) * unit  # in fractions of a picture, as the places
        drawn["places"] = lambda theme: draw_mean_errors(mean, per_point, theme)
    return drawn


def _per_image(errors: Tensor | None) -> list[float]:
    if errors is None:
        return []
    means = errors.nanmean(1)
    return means[~means.isnan()].tolist()
