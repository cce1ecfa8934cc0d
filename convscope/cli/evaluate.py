"""`convscope evaluate`: the numbers of a model."""

from typing import TYPE_CHECKING

import click

from convscope.cli import output
from convscope.errors import BadValue

if TYPE_CHECKING:
    from convscope.evaluation.report import Report

WIDEST = 20
"""Classes up to which a confusion matrix fits on a screen."""


@click.command("evaluate")
@click.argument("run")
@click.argument("other", required=False, metavar="[OTHER_RUN]")
@click.option(
    "--part",
    type=click.Choice(["train", "validation", "test"]),
    help="Measure on this part; test is opened again, on record.",
)
@click.option(
    "--data",
    metavar="NAME|FOLDER",
    help="Measure on other data, matched by class name: a test part, or a whole folder.",
)
@click.option(
    "--learning-curve", is_flag=True, help="Measure what more images would buy: trains twice more."
)
@click.option(
    "--network", metavar="FILE.PY:CLASS", help="The class of a network that only you have."
)
@click.option(
    "--dropout-demo", metavar="IMAGE", help="Answer one image ten times in each mode of the net."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    run: str,
    other: str | None,
    part: str | None,
    data: str | None,
    learning_curve: bool,
    network: str | None,
    dropout_demo: str | None,
    as_json: bool,
) -> None:
    """How good a trained model is, and where it errs.

    RUN is a run's folder or name, or bundled:mnist-cnn. Without options: what the one opening
    of its test set stored. With OTHER_RUN, the two are compared on the test images of both.
    """
    asked = [part, data, learning_curve, dropout_demo]
    if other is not None and any(asked):
        raise BadValue("two runs are compared by what their tests stored: leave the options out")
    if other is not None:
        _compare(run, other, as_json)
        return
    if learning_curve:
        _show_learning_curve(run, network, as_json)
        return
    if dropout_demo is not None:
        _show_dropout(run, dropout_demo, network, as_json)
        return
    from convscope.evaluation.evaluate import evaluate

    report = evaluate(run, data, part=part, network=network)
    if as_json:
        output.json_object(report.to_json())
    else:
        _show(report)


def _show(report: "Report") -> None:
    for note in report.notes:
        output.aside(note, style="yellow")
    output.answer(
        f"{report.data}, {report.part}: accuracy {output.percent(report.accuracy)} "
        f"({report.correct:,} of {report.total:,} right, "
        f"95 % interval {output.interval(report.interval)}), loss {report.loss:.4f}",
        style="bold",
    )
    further = [f"top {k}: {output.percent(share)}" for k, share in report.top_k.items() if k != "1"]
    if further:
        output.answer("; ".join(further))
    output.answer()
    output.table(
        ["class", "correct", "total", "recall", "95 % interval", "precision", "F1"],
        [
            [
                row["name"],
                f"{row['correct']:,}",
                f"{row['total']:,}",
                output.percent(row["recall"]),
                output.interval(row["recall_interval"]),
                output.percent(row["precision"]),
                output.percent(row["f1"]),
            ]
            for row in report.per_class
        ],
    )
    if len(report.class_names) <= WIDEST:
        output.answer()
        output.table(
            ["truth \\ answer", *report.class_names],
            [
                [name, *(str(count) if count else "" for count in row)]
                for name, row in zip(report.class_names, report.confusion_matrix, strict=True)
            ],
        )


def _compare(run: str, other: str, as_json: bool) -> None:
    from convscope.evaluation.comparison import compare_runs

    found = compare_runs(run, other)
    if as_json:
        output.json_object(found.to_json())
        return
    a, b = found.names
    output.table(
        ["of the test images", f"{b} is right", f"{b} is wrong"],
        [
            [f"{a} is right", f"{found.both:,}", f"{found.only_a:,}"],
            [f"{a} is wrong", f"{found.only_b:,}", f"{found.neither:,}"],
        ],
    )
    output.answer()
    output.answer(found.sentence, style="bold")


def _show_learning_curve(run: str, network: str | None, as_json: bool) -> None:
    from convscope.training.learning_curve import measure_learning_curve
    from convscope.training.retraining import find_subject

    with output.working() as told:
        curve = measure_learning_curve(find_subject(run, network=network), told)
    if as_json:
        output.json_object(curve.to_json())
        return
    output.table(
        ["training images", "share", "validation accuracy", "95 % interval"],
        [
            [
                f"{point.images:,}",
                output.percent(point.share),
                output.percent(point.accuracy),
                output.interval(point.interval),
            ]
            for point in curve.points
        ],
    )
    output.answer()
    output.answer(curve.sentence, style="bold")


def _show_dropout(run: str, image: str, network: str | None, as_json: bool) -> None:
    from convscope.evaluation.dropout import answer_in_both_modes
    from convscope.prediction.folder import load_model

    modes = answer_in_both_modes(load_model(run, network=network), image)
    if as_json:
        output.json_object(modes.to_json())
        return
    output.table(
        ["time", "model.train()", "", "model.eval()", ""],
        [
            [
                str(i + 1),
                t.best,
                output.percent(t.probabilities[0]),
                e.best,
                output.percent(e.probabilities[0]),
            ]
            for i, (t, e) in enumerate(zip(modes.train, modes.eval, strict=True))
        ],
    )
    output.answer(
        "train() drops random units, so its answers differ; "
        "eval() uses all of them, so it always says the same"
        if modes.has_dropout
        else "this net has no dropout: both modes answer alike but for batch normalization"
    )
