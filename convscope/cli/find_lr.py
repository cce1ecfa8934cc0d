"""What `convscope train --find-lr` does: a learning-rate range test, its picture, a suggestion."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from convscope.cli import output
from convscope.cli.options import check_ending

if TYPE_CHECKING:
    from convscope.training.rate_finder import RateTest


def show_rate(
    recipe: str, values: Mapping[str, Any], texts: Mapping[str, str], out: str | None, as_json: bool
) -> None:
    """Test `recipe` with the fields `values`, which were written as `texts`; print what is found.

    The picture is written to the file `out`, by default learning-rate-RECIPE.png.
    """
    picture = Path(out or f"learning-rate-{recipe}.png")
    check_ending(picture, "--find-lr --out")
    from convscope.training.rate_finder import find_rate

    test = find_rate(recipe, fields=values, progress=output.ArrivalBar(), watch=_with_bar)
    _draw(test, picture)
    command = _command(recipe, texts, test.suggestion)
    if as_json:
        output.json_object({**test.to_json(), "picture": str(picture), "command": command})
        return
    if command is None:
        output.answer(f"no rate lowered the loss within {len(test.rates)} steps: look at {picture}")
        return
    output.answer(f"suggested learning rate: {test.suggestion:g}", style="bold")
    output.answer("a tenth of the rate at which the smoothed loss was lowest")
    output.answer(f"the recipe has {test.learning_rate:g}")
    output.answer(f"picture: {picture}")
    output.answer(f"use it with: {command}")


def _command(recipe: str, texts: Mapping[str, str], suggestion: float | None) -> str | None:
    if suggestion is None:
        return None
    fields = {**texts, "learning_rate": f"{suggestion:g}"}
    return shlex.join(["convscope", "train", recipe, *map("=".join, fields.items())])


def _draw(test: "RateTest", picture: Path) -> None:
    from convscope.drawing.figure import save_figure
    from convscope.drawing.rates import draw_rates

    figure = draw_rates(test.rates, test.losses, test.smoothed, test.suggestion)
    save_figure(figure, picture)


def _with_bar(batches: Iterator[Any]) -> Iterator[Any]:
    """The batches, while a bar on a terminal follows."""
    if not output.ASIDE.is_terminal:
        yield from batches
        return
    from convscope.training.rate_finder import STEPS

    words = TextColumn("the rate rises")
    columns = (words, BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=output.ASIDE, transient=True) as bar:
        task = bar.add_task("", total=STEPS)
        for batch in batches:
            yield batch
            bar.advance(task)
