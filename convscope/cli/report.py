"""`convscope report`: the page about a run."""

from typing import TYPE_CHECKING, Any

import click

from convscope.cli import output
from convscope.cli.options import json_option, network_option

if TYPE_CHECKING:
    from convscope.reporting.evidence import Evidence


@click.command("report")
@click.argument("run", default="latest")
@click.option(
    "--suspects/--no-suspects",
    default=None,
    help="Look for wrong labels among the training images too: trains three times more.",
)
@click.option(
    "--learning-curve", is_flag=True, help="Measure what more images would buy: trains twice more."
)
@network_option
@json_option
def command(
    run: str, suspects: bool | None, learning_curve: bool, network: str | None, as_json: bool
) -> None:
    """Write report.html: how good a run is, where it errs, and what to do next.

    RUN is a finished run's folder or name, by default the latest. Pictures, numbers and script are
    all in the page; the figures lie beside it as PNG and SVG.
    """
    from convscope.reporting.advice import advise
    from convscope.reporting.points_advice import advise_points
    from convscope.reporting.points_evidence import PointsEvidence
    from convscope.reporting.run import write_report

    with output.working() as told:
        written = write_report(
            run, network=network, suspects=suspects, learning_curve=learning_curve, told=told
        )
    evidence = written.evidence
    points = isinstance(evidence, PointsEvidence)
    advices = advise_points(evidence) if points else advise(evidence)
    if as_json:
        output.json_object(
            {
                "run": str(evidence.folder),
                "page": str(written.page),
                "bytes": written.page.stat().st_size,
                **({"error": evidence.report.error} if points else _of_classes(evidence)),
                "interval": list(evidence.report.interval),
                "part": evidence.report.part,
                "next": [{"sentence": a.sentence, "command": a.command} for a in advices],
            }
        )
        return
    output.answer(f"report: {written.page}", style="bold")
    output.answer(f"next: {advices[0].sentence}")
    if advices[0].command is not None:
        output.answer(f"    {advices[0].command}")


def _of_classes(evidence: "Evidence") -> dict[str, Any]:
    curve = evidence.learning_curve
    return {
        "accuracy": evidence.report.accuracy,
        "suspects": {part: len(found) for part, found in evidence.suspects.items()},
        "learning_curve": None if curve is None else curve.to_json(),
    }
