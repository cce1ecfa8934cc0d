"""`convscope evaluate`: the numbers of a model."""

from typing import TYPE_CHECKING, Any

import click

from convscope.cli import output
from convscope.cli.options import json_option, network_option, open_named, weights_options
from convscope.errors import BadValue

if TYPE_CHECKING:
    from convscope.evaluation.measured import Scores
    from convscope.evaluation.report import Report

WIDEST = 20
"""Classes up to which all have a line, and a confusion matrix fits on a screen."""


@click.command("evaluate")
@click.argument("run")
@click.argument("others", nargs=-1, metavar="[OTHER_RUN]...")
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
@weights_options
@network_option
@click.option(
    "--dropout-demo", metavar="IMAGE", help="Answer one image ten times in each mode of the net."
)
@click.option(
    "--invariance",
    is_flag=True,
    help="Move, scale and turn the validation images, of several runs too: how accuracy falls.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help="Of --invariance: how many images to change, by default 2000.",
)
@click.option(
    "--out",
    metavar="FOLDER",
    help="Of --invariance: where to leave the figures, by default the run's folder.",
)
@json_option
def command(
    run: str,
    others: tuple[str, ...],
    part: str | None,
    data: str | None,
    network: str | None,
    as_json: bool,
    **studies: Any,
) -> None:
    """How good a trained model is, and where it errs.

    RUN is a run's folder or name, or bundled:mnist-cnn. Without options: what the one opening
    of its test set stored. With OTHER_RUN, the two are compared on the test images of both. With
    --pretrained or --weights, RUN is a network such as squeezenet1_1, measured on --data.
    """
    asked = {"part": part, "data": data, **studies}
    _check_together(len(others), {name for name, value in asked.items() if value})
    if others or any(studies[name] for name in ("invariance", "learning_curve", "dropout_demo")):
        _check_classes((run, *others))
    if studies["invariance"]:
        from convscope.cli.invariance import show_invariance

        show_invariance((run, *others), studies["limit"], network, studies["out"], as_json)
        return
    if others:
        _compare(run, others[0], as_json)
        return
    if studies["learning_curve"]:
        _show_learning_curve(run, network, as_json)
        return
    if studies["dropout_demo"] is not None:
        _show_dropout(run, studies["dropout_demo"], network, as_json)
        return
    from convscope.evaluation.evaluate import evaluate

    model: Any = run
    if studies["pretrained"] or studies["weights"]:
        model = open_named(run, studies["pretrained"], studies["weights"], network)
    report = evaluate(model, data, part=part, network=network)
    if as_json:
        output.json_object(report.to_json())
    else:
        _show(report)


def _check_together(others: int, asked: set[str]) -> None:
    """`BadValue` if options were asked for that do not go together."""
    own, opened = {"invariance", "limit", "out"}, asked & {"pretrained", "weights"}
    if opened and (others or asked - opened - {"part"} != {"data"}):
        raise BadValue(
            f"{_flags(sorted(opened))}: a network that comes from elsewhere is measured on "
            "--data NAME|FOLDER, alone"
        )
    if "invariance" in asked:
        if more := sorted(asked - own):
            raise BadValue(f"--invariance changes the validation images: leave {_flags(more)} out")
    elif unfit := sorted(asked & own):
        raise BadValue(f"{_flags(unfit)}: only --invariance takes this")
    elif others and asked:
        raise BadValue("two runs are compared by what their tests stored: leave the options out")
    elif others > 1:
        raise BadValue(f"{others + 1} runs: two are compared; --invariance takes any number")


def _check_classes(runs: tuple[str, ...]) -> None:
    """`BadValue` if one of `runs` has another task: what is asked is for classes alone."""
    from convscope.prediction.folder import find_run, read_config

    for run in runs:
        if (task := read_config(find_run(run))["task"]) != "classes":
            raise BadValue(
                f"{run} answers with {task}: comparisons and studies are for classes, "
                f"`convscope evaluate {run}` alone has its numbers"
            )


def _flags(names: list[str]) -> str:
    return " and ".join(f"--{name.replace('_', '-')}" for name in names)


def _show(report: "Scores") -> None:
    from convscope.cli.scores import show_points
    from convscope.evaluation.points_report import PointsReport

    for note in report.notes:
        output.aside(note, style="yellow")
    if isinstance(report, PointsReport):
        show_points(report)
    else:
        _show_classes(report)


def _show_classes(report: "Report") -> None:
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
            if row["total"] or len(report.class_names) <= WIDEST
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
