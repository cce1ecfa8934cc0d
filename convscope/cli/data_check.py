"""`convscope data check`: what to decide about a data set before learning from it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convscope.cli import output
from convscope.cli.options import json_option
from convscope.cli.points_answer import show_known

if TYPE_CHECKING:
    from convscope.data.dataset import Splits
    from convscope.data.inspection import Inspection
    from convscope.data.near_duplicates import Alike

MOST_LISTED = 20
"""Pairs of pictures and broken files that are listed; all of them with --json."""


@click.command("check")
@click.argument("name", metavar="NAME|FOLDER")
@click.option("--size", default=0, help="Side in pixels at which a folder's pictures are stored.")
@click.option(
    "--group-by", metavar="REGEX", help="What pictures of one group share in their names."
)
@click.option(
    "--out", metavar="FOLDER", help="Where to leave the pictures; by default pictures/NAME."
)
@json_option
def check(name: str, size: int, group_by: str | None, out: str | None, as_json: bool) -> None:
    """What is wrong with a data set: broken, doubled, lopsided, mislabelled.

    The exit code is 1 if something needs a decision.
    """
    from convscope.data.catalogue import CATALOGUE
    from convscope.data.inspection import inspect, mean_images
    from convscope.data.loading import load_data
    from convscope.drawing.dataset import draw_mean_images
    from convscope.drawing.figure import save_figure
    from convscope.drawing.points import draw_points_sheet

    reading: dict[str, Any] = {"size": size, "group_by": group_by}
    if name not in CATALOGUE:
        reading["skip_unreadable"] = True  # they are told of, not a reason to stop
    splits = load_data(name, progress=output.ArrivalBar(), **reading)
    found = inspect(splits)
    folder = Path(out or f"pictures/{Path(name).name}")
    train = splits.train
    if train.task == "points":
        picture = save_figure(draw_points_sheet(train), folder / "points.png")
    else:
        means = draw_mean_images(mean_images(train), train.class_names)
        picture = save_figure(means, folder / "mean-images.png")
    if as_json:
        output.json_object({"name": name, **found.to_json(), "picture": str(picture)})
    else:
        _show(splits, found)
        output.answer(f"picture: {picture}")
    if found.decisions:
        raise SystemExit(1)


def _show(splits: "Splits", found: "Inspection") -> None:
    output.answer(
        f"{splits.name}: {sum(splits.counts().values()):,} pictures, stored as "
        + " x ".join(map(str, splits.train.image_shape)),
        style="bold",
    )
    if splits.train.task == "points":
        show_known(splits)
    else:
        _show_classes(splits, found)
    output.answer()
    _list("files that cannot be used", [f"{name}: {reason}" for name, reason in found.broken])
    _list(
        "pairs of equal or nearly equal pictures",
        [_told(found, pair) for pair in found.alike],
    )
    _list(
        "pictures that are in two parts", [f"{name}: also {other}" for name, other in found.copies]
    )
    _list("pictures of odd size", [f"{name}: {w} x {h}" for name, w, h in found.odd_sizes])
    for decision in found.decisions:
        output.answer(decision.sentence, style="yellow")
    if not found.decisions:
        output.answer("nothing needs a decision", style="green")


def _show_classes(splits: "Splits", found: "Inspection") -> None:
    output.table(
        ["class", *found.counts, "weight"],
        [
            [
                word,
                *(f"{counts[word]:,}" for counts in found.counts.values()),
                f"{found.class_weights[word]:.2f}",
            ]
            for word in splits.train.class_names
        ],
    )


def _told(found: "Inspection", pair: "Alike") -> str:
    how = "equal" if pair.exact else "nearly equal"
    labels = "" if pair.same_label else ", labels differ"
    first, second = (f"{found.name(place)} ({place[0]})" for place in (pair.first, pair.second))
    return f"{how}{labels}: {first}, {second}"


def _list(kind: str, lines: Sequence[str]) -> None:
    """How many there are, and the first of them."""
    if not lines:
        return
    output.answer(f"{kind}: {len(lines):,}", style="bold")
    for line in lines[:MOST_LISTED]:
        output.answer(f"    {line}")
    if len(lines) > MOST_LISTED:
        output.answer(f"    ... and {len(lines) - MOST_LISTED:,} more; --json lists all")
