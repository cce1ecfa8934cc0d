"""The page about a run on points: one file that asks nothing of the network."""

from collections.abc import Mapping
from typing import Any

import convscope
from convscope.reporting import points_gallery, words
from convscope.reporting.advice import again
from convscope.reporting.figures import Shown
from convscope.reporting.points_advice import advise_points
from convscope.reporting.points_evidence import PointsEvidence
from convscope.reporting.template import page_template

FEW_POINTS = 24
"""Points up to which their table is open at once."""


def render_points(evidence: PointsEvidence, figures: Mapping[str, Shown]) -> str:
    """report.html about a run on points, whole: styles and pictures inside."""
    report = evidence.report
    rows = sorted(report.per_point, key=_error, reverse=True)
    return page_template("points.html").render(
        title=f"{report.data}: {off(report.error)} off",
        report=report,
        off=off,
        width=evidence.model.image_shape[2],
        height=evidence.model.image_shape[1],
        part_words=words.part(evidence),
        scale=_scale(evidence),
        notes=words.notes(evidence),
        sections=_sections(),
        advices=advise_points(evidence),
        figures=figures,
        three=points_gallery.three(evidence),
        worst=points_gallery.worst(evidence),
        between=points_gallery.between(evidence),
        best_epoch=evidence.history.best.epoch,
        findings=evidence.findings,
        rows=rows,
        few_points=len(rows) <= FEW_POINTS,
        widest=max((_error(row) for row in rows), default=0.0) or 1.0,
        counts=evidence.config["data"]["counts"],
        groups=_groups(evidence),
        data_notes=words.data_notes(evidence),
        command=again(evidence),
        provenance=words.provenance(evidence),
        recipe=evidence.recipe.to_json(),
        seal=words.seal(evidence),
        version=convscope.__version__,
        folder=evidence.folder,
    )


def off(error: float | None) -> str:
    """An error as people read it: small ones to a hundredth of a percent."""
    return words.percent(error, 2 if error is not None and error < 0.1 else 1)


def _scale(evidence: PointsEvidence) -> dict[str, float | None]:
    """Shares of the bar's width: the error, its interval and guessing, from 0 to a little more."""
    report = evidence.report
    whole = 1.1 * max(report.guess or 0.0, report.interval[1])
    return {
        "value": report.error / whole,
        "low": report.interval[0] / whole,
        "high": report.interval[1] / whole,
        "guess": None if report.guess is None else report.guess / whole,
    }


def _sections() -> list[tuple[str, str]]:
    return [
        ("pictures", "Pictures"),
        ("next", "What next"),
        ("curves", "Curves"),
        ("errors", "Errors"),
        ("points", "Points"),
        ("data", "Data"),
        ("recipe", "Recipe"),
    ]


def _groups(evidence: PointsEvidence) -> dict[str, int] | None:
    """How many groups each part has, if any are known."""
    splits = evidence.splits
    if splits is None or splits.train.groups is None:
        return None
    return {part: len(set(splits[part].groups or ())) for part in splits.counts()}


def _error(row: Mapping[str, Any]) -> float:
    return 0.0 if row["error"] is None else row["error"]
