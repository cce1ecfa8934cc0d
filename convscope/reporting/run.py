"""A finished run as report.html: what `convscope train` and `convscope report` call."""

from dataclasses import dataclass
from pathlib import Path

from convscope.atomic import write_text
from convscope.data.dataset import Splits
from convscope.data.download import Told, nothing_said
from convscope.errors import BadModel, BadValue, ConvscopeError
from convscope.prediction.folder import BUNDLED, find_run, read_config
from convscope.reporting.calibrated import calibrate
from convscope.reporting.evidence import Evidence, gather
from convscope.reporting.figures import figures_of, in_both_themes, save_figures, shown
from convscope.reporting.film import film
from convscope.reporting.page import render
from convscope.reporting.points_evidence import PointsEvidence, gather_points
from convscope.reporting.points_figures import figures_of_points
from convscope.reporting.points_page import render_points
from convscope.training.cross_validation import cross_validate
from convscope.training.learning_curve import measure_learning_curve
from convscope.training.retraining import find_subject

SOON = 60.0
"""Seconds of extra training that nobody needs to be asked for."""


@dataclass(frozen=True)
class Written:
    """The page, and what it says in short."""

    page: Path
    evidence: Evidence | PointsEvidence


def write_report(
    run: str | Path,
    *,
    data: Splits | None = None,
    network: str | None = None,
    suspects: bool | None = None,
    learning_curve: bool = False,
    told: Told = nothing_said,
) -> Written:
    """report.html and figures/ in the folder of the finished run `run`.

    `suspects` looks for wrong labels among the training images too, by cross-validation: None does
    so if it takes only seconds. `learning_curve` measures what more images would buy. Both train
    again, and are kept for the next page; `told` hears how far they are. `data` and `network` are
    those that only your code has.
    """
    folder = _itself(find_run(run))
    if folder.parent == BUNDLED:
        raise BadModel(
            f"bundled:{folder.name} comes without a report: `convscope evaluate "
            f"bundled:{folder.name}` has its numbers, `convscope train {folder.name}` makes a run "
            "with a report of its own"
        )
    if read_config(folder)["task"] == "points":
        if suspects or learning_curve:
            raise BadValue("suspect labels and the learning curve are for classes: leave them out")
        return _write_points_report(folder, gather_points(folder, data=data, network=network))
    evidence = gather(folder, data=data, network=network)
    asked = (suspects, learning_curve)
    if suspects is None and "train" not in evidence.suspects:
        suspects = evidence.splits is not None and 2 * evidence.seconds < SOON
    if suspects or learning_curve:
        try:
            subject = find_subject(folder, data=evidence.splits, network=network)
            if suspects:
                cross_validate(subject, told)
            if learning_curve:
                measure_learning_curve(subject, told)
        except ConvscopeError:
            if any(asked):  # what was only offered may be left out
                raise
        evidence = gather(folder, data=evidence.splits, network=network)
    calibrated = calibrate(evidence.validation, evidence.measured)
    drawn = {name: in_both_themes(draw) for name, draw in figures_of(evidence, calibrated).items()}
    figures = {name: shown(figure) for name, figure in drawn.items()}
    frames = film(folder, evidence.model, evidence.splits.validation) if evidence.splits else []
    page = folder / "report.html"
    write_text(page, render(evidence, calibrated, figures, frames))
    save_figures(drawn, folder / "figures")
    return Written(page, evidence)


def _write_points_report(folder: Path, evidence: PointsEvidence) -> Written:
    drawn = {name: in_both_themes(draw) for name, draw in figures_of_points(evidence).items()}
    page = folder / "report.html"
    shown_figures = {name: shown(figure) for name, figure in drawn.items()}
    write_text(page, render_points(evidence, shown_figures))
    save_figures(drawn, folder / "figures")
    return Written(page, evidence)


def _itself(folder: Path) -> Path:
    """Where `folder` leads if it is a link: runs/latest will soon be another run."""
    return folder.parent / folder.readlink() if folder.is_symlink() else folder
