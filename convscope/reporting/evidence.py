"""Everything a run left behind that a page about it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convscope.data.dataset import Dataset, Splits
from convscope.data.inspection import Inspection, inspect
from convscope.errors import BadModel, ConvscopeError
from convscope.evaluation.evaluate import answers_on, own_data
from convscope.evaluation.report import Report, report_on
from convscope.evaluation.suspects import Suspect, find_suspects
from convscope.evaluation.test_set import read_answers, read_openings, read_report
from convscope.prediction.folder import load_model, read_config
from convscope.prediction.model import Model
from convscope.shapes import Labels, Logits
from convscope.training.cross_validation import read_cross_validated
from convscope.training.diagnosis import Finding, diagnose
from convscope.training.history import History, read_history
from convscope.training.learning_curve import LearningCurve, read_learning_curve
from convscope.training.recipe import Recipe, recipe_of


@dataclass(frozen=True, eq=False)
class Answers:
    """What the model said about one part."""

    part: str
    logits: Logits
    labels: Labels
    dataset: Dataset | None
    """The images, if they are still there."""

    def name(self, index: int) -> str:
        """The name of an image, or its number."""
        return f"{self.part} {index}" if self.dataset is None else self.dataset.names[index]


@dataclass(frozen=True)
class Baseline:
    """A class that is always answered, and how often that is right."""

    name: str
    share: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Evidence:
    """What is known of a finished run; nothing here opens the test set."""

    folder: Path
    config: Mapping[str, Any]
    model: Model
    recipe: Recipe
    history: History
    findings: list[Finding]
    validation: Answers
    test: Answers | None
    """None while it is sealed."""
    report: Report
    """On the test part, or on validation while that is sealed."""
    openings: list[dict[str, Any]]
    splits: Splits | None
    """The data, if they are still where they were."""
    absent: str | None
    """Why they are not."""
    inspection: Inspection | None
    suspects: Mapping[str, list[Suspect]]
    """By part: labels that are probably wrong; of train, only if it was cross-validated."""
    learning_curve: LearningCurve | None

    @property
    def measured(self) -> Answers:
        """What `report` rests on."""
        return self.test or self.validation

    @property
    def part(self) -> str:
        """The part that `report` is about."""
        return self.measured.part

    @property
    def class_names(self) -> tuple[str, ...]:
        """The words for class indices."""
        return self.model.target_names

    @property
    def seconds(self) -> float:
        """How long it trained."""
        return self.history.records[-1].seconds

    @property
    def baseline(self) -> Baseline:
        """What guessing is worth: the best of the answers that are always the same."""
        most = max(self.report.per_class, key=lambda row: row["total"])
        return Baseline(most["name"], most["total"] / self.report.total)

    def dataset(self, part: str) -> Dataset | None:
        """The images of a part, if they are still there."""
        return None if self.splits is None else self.splits[part]


def gather(folder: Path, *, data: Splits | None = None, network: str | None = None) -> Evidence:
    """What `folder`, a finished run, holds; `data` if only your code has them.

    `network` names the class of a network that only you have. `BadData` if `data` are not what it
    was trained on.
    """
    config = read_config(folder)
    model = load_model(folder, network=network)
    splits, absent = found_data(config, folder, data)
    weights = config["weights_sha256"]
    validation = _answers(folder, weights, "validation", splits)
    if validation is None:
        validation = _answered_anew(model, splits, folder)
    test = _answers(folder, weights, "test", splits)
    report = None if test is None else read_report(folder)
    history = read_history(folder / "history.csv")
    counts = None if splits is None else splits.train.class_counts()
    return Evidence(
        folder=folder,
        config=config,
        model=model,
        recipe=recipe_of(config),
        history=history,
        findings=diagnose(history, model.target_names, counts, config["ended"]),
        validation=validation,
        test=test,
        report=report
        if isinstance(report, Report)
        else _report_on(test or validation, config, model),
        openings=read_openings(folder),
        splits=splits,
        absent=absent,
        inspection=None if splits is None else inspect(splits),
        suspects=_suspects(validation, folder, weights),
        learning_curve=read_learning_curve(folder, weights),
    )


def found_data(
    config: Mapping[str, Any], folder: Path, data: Splits | None
) -> tuple[Splits | None, str | None]:
    """The data of the run in `folder`, or `data` if only your code has them; or why they are gone.

    `BadData` if `data` are not what it was trained on.
    """
    try:
        return own_data(config["data"], folder, data), None
    except ConvscopeError as error:
        if data is not None:
            raise
        return None, str(error)  # moved, changed, offline: the numbers are told all the same


def _answers(folder: Path, weights: str, part: str, splits: Splits | None) -> Answers | None:
    stored = read_answers(folder, weights, part)
    return stored and Answers(part, *stored, None if splits is None else splits[part])


def _answered_anew(model: Model, splits: Splits | None, folder: Path) -> Answers:
    """For a run that did not keep its answers on validation."""
    if splits is None:
        raise BadModel(
            f"{folder} has no stored answers, and its data are not there to answer again: "
            "put them back where they were"
        )
    held = splits.validation
    return Answers("validation", answers_on(model, held), held.labels, held)


def _report_on(answers: Answers, config: Mapping[str, Any], model: Model) -> Report:
    data, names = config["data"]["name"], model.target_names
    return report_on(answers.logits, answers.labels, names, data=data, part=answers.part)


def _suspects(validation: Answers, folder: Path, weights: str) -> dict[str, list[Suspect]]:
    asked = {"validation": (validation.logits, validation.labels)}
    if (learned := read_cross_validated(folder, weights)) is not None:
        asked["train"] = learned
    return {part: find_suspects(*given, count=len(given[1])) for part, given in asked.items()}
