"""What a model's answers are worth, whatever its task."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from convscope.data.coordinates import in_pixels
from convscope.data.dataset import Dataset
from convscope.data.mean_points import guessed_points, mean_points
from convscope.data.scheme import Scheme
from convscope.errors import BadData
from convscope.evaluation.points import point_errors
from convscope.evaluation.points_report import PointsReport, report_on_points
from convscope.evaluation.report import Report, report_on
from convscope.prediction.model import Model
from convscope.shapes import Points

Scores = Report | PointsReport
"""The numbers of a classification, or of points."""


def scores_of(
    model: Model,
    answers: Tensor,
    targets: Tensor,
    dataset: Dataset | None,
    *,
    data: str,
    part: str,
    notes: Sequence[str] = (),
) -> Scores:
    """The report on a net's answers (n, k) and what they should have been.

    `dataset` holds the images, if they are there: they tell what guessing their points is worth.
    """
    about: dict[str, Any] = {"data": data, "part": part, "notes": notes}
    if model.task == "classes":
        return report_on(answers, targets, model.target_names, **about)
    scheme, size = model.scheme or Scheme(), model.preprocessing.size
    mean, guessed = stored_mean(model.provenance.get("data")), None
    if mean is not None and dataset is not None:
        guesses = _on_model(guessed_points(mean, dataset), model, dataset)
        guessed = point_errors(guesses, targets, scheme, size)
    errors = point_errors(in_pixels(answers, size), targets, scheme, size)
    unit = scheme.unit(model.target_names)
    return report_on_points(errors, guessed, model.target_names, unit=unit, **about)


def read_scores(stored: Mapping[str, Any]) -> Scores:
    """The report that `to_json` made; `KeyError` or `TypeError` if it is not one."""
    kind = PointsReport if stored.get("task") == "points" else Report
    return kind.from_json(stored)


def mean_to_store(train: Dataset) -> list[list[float | None]]:
    """The mean place of each point in the training part, as config.json holds it."""
    return [
        [None if math.isnan(value) else value for value in point]
        for point in mean_points(train).tolist()
    ]


def stored_mean(data: Mapping[str, Any] | None) -> Tensor | None:
    """The inverse: (p, 2) fractions of a picture; None where none are stored."""
    if not data or data.get("mean_points") is None:
        return None
    return torch.tensor(
        [
            [torch.nan if value is None else value for value in point]
            for point in data["mean_points"]
        ]
    )


def points_for(model: Model, dataset: Dataset) -> Points:
    """The true points of `dataset` in the model's order, on images of the model's size.

    `BadData` unless they are called as the model's are.
    """
    names = dataset.target_names
    if set(names) != set(model.target_names):
        strange = sorted(set(names) ^ set(model.target_names))
        raise BadData(
            f"these data and the model do not have the same points ({', '.join(strange[:5])}): "
            f"the model knows {', '.join(model.target_names[:12])}"
        )
    points = dataset.targets[:, [names.index(name) for name in model.target_names]]
    return _on_model(points, model, dataset)


def _on_model(points: Points, model: Model, dataset: Dataset) -> Points:
    """Points of the images of `dataset` as they lie in those that the model takes."""
    h, w = dataset.image_shape[1:]
    if (h, w) == model.preprocessing.size:
        return points
    return model.preprocessing.placement(w, h).to_image(points)


def error_of_guessing(train: Dataset, asked: Dataset) -> float:
    """The mean normalised error on `asked` of always answering the mean places in `train`."""
    guesses = guessed_points(mean_points(train), asked)
    h, w = asked.image_shape[1:]
    errors = point_errors(guesses, asked.targets, asked.scheme or Scheme(), (h, w))
    return errors.nanmean(1).nanmean().item()
