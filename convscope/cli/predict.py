"""`convscope predict`: what a model says about pictures."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convscope.cli import output
from convscope.cli.options import json_option, network_option, open_named, weights_options
from convscope.errors import BadImage, BadValue

if TYPE_CHECKING:
    from convscope.prediction.model import Model
    from convscope.prediction.points import Points
    from convscope.prediction.ranking import Ranking


@dataclass
class Answers:
    """What a model said about files, and what it could not read."""

    rankings: dict[str, "Ranking"] = field(default_factory=dict)
    located: dict[str, "Points"] = field(default_factory=dict)
    """Where the model's task is points."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """File -> the sentence that says why."""
    inverted: list[str] = field(default_factory=list)


@click.command("predict")
@click.argument("run")
@click.argument("pictures", nargs=-1, required=True, metavar="FILES|FOLDER...")
@click.option(
    "--top", default=5, show_default=True, type=click.IntRange(min=1), help="How many classes."
)
@click.option("--invert", is_flag=True, help="Swap dark and bright first.")
@weights_options
@network_option
@click.option(
    "--features", metavar="LAYER", help="Write what this layer answers to each picture to --out."
)
@click.option(
    "--out",
    metavar="FOLDER|FILE",
    help="Of points: leave each picture there with its points drawn. Of --features: the file, "
    ".safetensors, .npz or .csv.",
)
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print a table for spreadsheets.")
def command(
    run: str,
    pictures: tuple[str, ...],
    top: int,
    invert: bool,
    features: str | None,
    out: str | None,
    as_json: bool,
    as_csv: bool,
    **opened: Any,
) -> None:
    """What a trained model says about pictures.

    RUN is a run's folder or name, or bundled:mnist-cnn, or, with --pretrained or --weights, a
    network such as squeezenet1_1. Pictures are files of any common format, or folders of them.
    """
    if as_json and as_csv:
        raise BadValue("--json and --csv are two answers: ask for one")
    if features is not None and as_csv:
        raise BadValue("--features are written to a file: --out FILE.csv, and leave --csv out")
    from convscope.cli.points_answer import draw_located
    from convscope.data.pixels import find_pictures

    model = open_named(run, **opened)
    named = [Path(picture) for picture in pictures]
    if features is not None:
        from convscope.cli.features import save_vectors

        save_vectors(model, named, features, out, invert=invert, as_json=as_json)
        return
    if out is not None and model.task != "points":
        raise BadValue("--out is for models that answer with points, or for --features LAYER")
    files = [file for path in named for file in (find_pictures(path) if path.is_dir() else [path])]
    answers = _ask(model, files, invert)
    _show(answers, run, top, as_json, as_csv)
    for path in [] if out is None else draw_located(answers.located, Path(out)):
        output.aside(f"picture: {path}")
    _tell(answers)


def _show(answers: Answers, run: str, top: int, as_json: bool, as_csv: bool) -> None:
    from convscope.cli.points_answer import show_points

    if as_json:
        output.json_object({"run": run, **_as_json(answers, top)})
    elif answers.located:
        show_points(answers.located, as_csv)
    elif as_csv:
        rows = [
            [file, place, name, f"{probability:.6f}"]
            for file, ranking in answers.rankings.items()
            for place, (name, probability) in enumerate(ranking.top(top), start=1)
        ]
        output.csv_rows(["file", "rank", "class", "probability"], rows)
    else:
        for file, ranking in answers.rankings.items():
            said = ", ".join(f"{name} {output.percent(p)}" for name, p in ranking.top(top))
            output.answer(f"{file}: {said}")


def _tell(answers: Answers) -> None:
    """What else there is to know; exit code 2 if something could not be read."""
    for file in answers.inverted:
        output.aside(
            f"{file} looks inverted: its border is bright where the training images' is dark, or "
            "the other way round; --invert swaps them",
            style="yellow",
        )
    output.tell_unreadable(answers.unreadable)


def _ask(model: "Model", files: Iterable[Path], invert: bool) -> Answers:
    answers = Answers()
    for file in files:
        try:
            said = answers.located if model.task == "points" else answers.rankings
            said[str(file)] = model.predict(file, invert=invert)
            if not invert and model.looks_inverted(file):
                answers.inverted.append(str(file))
        except BadImage as error:
            answers.unreadable[str(file)] = str(error)
    return answers


def _as_json(answers: Answers, top: int) -> dict[str, object]:
    return {
        "predictions": [
            {"file": file, "inverted": file in answers.inverted, "ranking": ranking.to_json(top)}
            for file, ranking in answers.rankings.items()
        ]
        + [
            {"file": file, "inverted": file in answers.inverted, "points": points.to_json()}
            for file, points in answers.located.items()
        ],
        "unreadable": output.unreadable(answers.unreadable),
    }
