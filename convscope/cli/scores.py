"""What a model's numbers are in words, whatever its task."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from convscope.cli import output

if TYPE_CHECKING:
    from convscope.evaluation.measured import Scores
    from convscope.evaluation.points_report import PointsReport


def headline(report: "Scores") -> str:
    """The one number that counts, with its interval."""
    from convscope.evaluation.points_report import PointsReport

    interval = output.interval(report.interval)
    if isinstance(report, PointsReport):
        return (
            f"error {output.percent(report.error)} of {report.unit} (mean of "
            f"{report.measured:,} images, 95 % interval {interval}{_beside(report)})"
        )
    return (
        f"accuracy {output.percent(report.accuracy)} ({report.correct:,} of "
        f"{report.total:,} right, 95 % interval {interval})"
    )


def watched(validation: Mapping[str, float]) -> str:
    """What is measured beside the loss, by name."""
    return ", ".join(
        f"{name} {output.percent(value)}" for name, value in validation.items() if name != "loss"
    )


def show_points(report: "PointsReport") -> None:
    """Every number of a report on points."""
    output.answer(f"{report.data}, {report.part}: {headline(report)}", style="bold")
    output.answer(f"half of the images are below {output.percent(report.median)}")
    output.answer()
    output.table(
        ["images with an error below", "images", "share", "95 % interval"],
        [
            [
                f"{100 * row['below']:g} %",
                f"{row['images']:,}",
                output.percent(row["share"]),
                output.interval(row["interval"]),
            ]
            for row in report.shares
        ],
    )
    output.answer()
    output.table(
        ["point", "known in", "error", "mean place"],
        [
            [
                row["name"],
                f"{row['known']:,}",
                output.percent(row["error"]),
                output.percent(row["guess"]),
            ]
            for row in report.per_point
        ],
    )


def _beside(report: "PointsReport") -> str:
    if report.guess is None:
        return ""
    return f"; always answering the mean places: {output.percent(report.guess)}"
