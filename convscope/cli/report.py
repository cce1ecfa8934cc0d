"""`convscope report`: the page about a run."""

import click

from convscope.cli import output


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
@click.option(
    "--network", metavar="FILE.PY:CLASS", help="The class of a network that only you have."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    run: str, suspects: bool | None, learning_curve: bool, network: str | None, as_json: bool
) -> None:
    """Write report.html: how good a run is, where it errs, and what to do next.

    RUN is a finished run's folder or name, by default the latest. Pictures, numbers and script are
    all in the page; the figures lie beside it as PNG and SVG.
    """
    from convscope.reporting.advice import advise
    from convscope.reporting.run import write_report

    with output.working() as told:
        written = write_report(
            run, network=network, suspects=suspects, learning_curve=learning_curve, told=told
        )
    advices = advise(written.evidence)
    if as_json:
        curve = written.evidence.learning_curve
        output.json_object(
            {
                "run": str(written.evidence.folder),
                "page": str(written.page),
                "bytes": written.page.stat().st_size,
                "accuracy": written.evidence.report.accuracy,
                "interval": list(written.evidence.report.interval),
                "part": written.evidence.report.part,
                "next": [{"sentence": a.sentence, "command": a.command} for a in advices],
                "suspects": {part: len(found) for part, found in written.evidence.suspects.items()},
                "learning_curve": None if curve is None else curve.to_json(),
            }
        )
        return
    output.answer(f"report: {written.page}", style="bold")
    output.answer(f"next: {advices[0].sentence}")
    if advices[0].command is not None:
        output.answer(f"    {advices[0].command}")
