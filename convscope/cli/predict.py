"""`convscope predict`: what a model says about pictures."""

from pathlib import Path

import click

from convscope.cli import output
from convscope.errors import BadImage, BadValue


@click.command("predict")
@click.argument("run")
@click.argument("pictures", nargs=-1, required=True, metavar="FILES|FOLDER...")
@click.option(
    "--top", default=5, show_default=True, type=click.IntRange(min=1), help="How many classes."
)
@click.option("--invert", is_flag=True, help="Swap dark and bright first.")
@click.option(
    "--network", metavar="FILE.PY:CLASS", help="The class of a network that only you have."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table for spreadsheets.")
def command(
    run: str,
    pictures: tuple[str, ...],
    top: int,
    invert: bool,
    network: str | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """What a trained model says about pictures.

    RUN is a run's folder or name, or bundled:mnist-cnn. Pictures are files of any common format, or folders of them.
    """
    if as_json and as_csv:
        raise BadValue("--json and --csv are two answers: ask for one")
    from convscope.data.pixels import find_pictures
    from convscope.prediction.folder import load_model

    model = load_model(run, network=network)
    named = [Path(picture) for picture in pictures]
    files = [file for path in named for file in (find_pictures(path) if path.is_dir() else [path])]
    answers, unreadable, inverted = [], [], []
    for file in files:
        try:
            answers.append((str(file), model.predict(file, invert=invert)))
            if not invert and model.looks_inverted(file):
                inverted.append(str(file))
        except BadImage as error:
            unreadable.append((str(file), str(error)))
    if as_json:
        output.json_object(
            {
                "run": run,
                "predictions": [
                    {"file": file, "inverted": file in inverted, "ranking": ranking.to_json(top)}
                    for file, ranking in answers
                ],
                "unreadable": [{"file": file, "reason": reason} for file, reason in unreadable],
            }
        )
    elif as_csv:
        output.csv_rows(
            ["file", "rank", "class", "probability"],
            [
                [file, place, name, f"{probability:.6f}"]
                for file, ranking in answers
                for place, (name, probability) in enumerate(ranking.top(top), start=1)
            ],
        )
    else:
        for file, ranking in answers:
            said = ", ".join(f"{name} {output.percent(p)}" for name, p in ranking.top(top))
            output.answer(f"{file}: {said}")
    for file in inverted:
        output.aside(
            f"{file} looks inverted (its border is bright where the training images' is dark, or the "
            "other way round): try --invert",
            style="yellow",
        )
    for _, reason in unreadable:
        output.aside(reason, style="red")
    if unreadable:
        raise SystemExit(2)
