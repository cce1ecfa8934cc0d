"""Everything a run on points left behind that a page about it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from convscope.data.coordinates import in_pixels
from convscope.data.dataset import Dataset, Splits
from convscope.data.mean_points import guessed_points
from convscope.data.scheme import Scheme
from convscope.errors import BadModel
from convscope.evaluation.measured import scores_of, stored_mean
from convscope.evaluation.points import point_errors
from convscope.evaluation.points_report import PointsReport
from convscope.evaluation.test_set import read_answers, read_openings, read_report
from convscope.prediction.folder import load_model, read_config
from convscope.prediction.model import Model
from convscope.reporting.evidence import found_data
from convscope.shapes import Points
from convscope.training.diagnosis import Finding, diagnose_points
from convscope.training.history import History, read_history
from convscope.training.recipe import Recipe, recipe_of


@dataclass(frozen=True, eq=False, kw_only=True)
class PointsEvidence:
    """What is known of a finished run on points; nothing here opens the test set."""

    folder: Path
    config: Mapping[str, Any]
    model: Model
    recipe: Recipe
    history: History
    findings: list[Finding]
    part: str
    """test, or validation while that is sealed."""
    found: Points
    """(n, p, 2) where the model says that they are, in the stored images' pixels."""
    points: Points
    """(n, p, 2) where they are."""
    dataset: Dataset | None
    """The images of that part, if they are still there."""
    report: PointsReport
    openings: list[dict[str, Any]]
    splits: Splits | None
    absent: str | None
    """Why the data are not there."""

    def name(self, index: int) -> str:
        """The name of an image, or its number."""
        return f"{self.part} {index}" if self.dataset is None else self.dataset.names[index]

    @property
    def seconds(self) -> float:
        """How long it trained."""
        return self.history.records[-1].seconds

    @property
    def errors(self) -> Tensor:
        """(n, p) of each point; NaN where it is not known."""
        return self._errors(self.found)

    @property
    def guesses(self) -> Tensor | None:
        """(n, p) the errors of always answering the mean places, if the data are there."""
        mean = stored_mean(self.config["data"])
        if mean is None or self.dataset is None:
            return None
        return self._errors(guessed_points(mean, self.dataset))

    def _errors(self, found: Points) -> Tensor:
        scheme, size = self.model.scheme or Scheme(), self.model.preprocessing.size
        return point_errors(found, self.points, scheme, size)


def gather_points(
    folder: Path, *, data: Splits | None = None, network: str | None = None
) -> PointsEvidence:
    """What `folder`, a finished run on points, holds; `data` if only your code has them.

    `network` names the class of a network that only you have. `BadData` if `data` are not what it
    was trained on.
    """
    config, model = read_config(folder), load_model(folder, network=network)
    splits, absent = found_data(config, folder, data)
    part, (answers, points) = _answered(folder, config["weights_sha256"])
    dataset = None if splits is None else splits[part]
    report = read_report(folder) if part == "test" else None
    if report is None:
        report = scores_of(model, answers, points, dataset, data=config["data"]["name"], part=part)
    if not isinstance(report, PointsReport):
        raise BadModel(f"{folder / 'report.json'} is damaged: it is not about points")
    history = read_history(folder / "history.csv")
    return PointsEvidence(
        folder=folder,
        config=config,
        model=model,
        recipe=recipe_of(config),
        history=history,
        findings=diagnose_points(history, report.guess, config["ended"]),
        part=part,
        found=in_pixels(answers, model.preprocessing.size),
        points=points,
        dataset=dataset,
        report=report,
        openings=read_openings(folder),
        splits=splits,
        absent=absent,
    )


def _answered(folder: Path, weights: str) -> tuple[str, tuple[Tensor, Points]]:
    """The part that the page is about, the stored answers, and the true points."""
    for part in ("test", "validation"):
        if (stored := read_answers(folder, weights, part)) is not None:
            return part, stored
    raise BadModel(f"{folder} has no stored answers: train it again")
