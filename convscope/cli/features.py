"""`convscope features`: pictures as a layer of a model knows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convscope.cli import output
from convscope.cli.options import (
    check_ending,
    json_option,
    network_option,
    open_named,
    weights_options,
)
from convscope.errors import BadValue

if TYPE_CHECKING:
    from convscope.prediction.model import Model
    from convscope.prediction.pictures import Pictures
    from convscope.reporting.vectors import Table


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is wanted of the pictures: a file of vectors, neighbours, a map, or several of them."""

    out: str | None = None
    neighbours: str | None = None
    count: int = 10
    distance: str = "cosine"
    picture: str | None = None
    map_file: str | None = None
    method: str = "tsne"


@click.command("features")
@click.argument("run")
@click.argument("data", required=False, metavar="[NAME|FOLDER]")
@click.option("--layer", help="Whose answers; by default the last before the decision.")
@click.option("--flat", is_flag=True, help="Keep all values of its maps, not each map's mean.")
@click.option("--out", metavar="FILE", help="Write the vectors: .safetensors, .npz or .csv.")
@click.option("--neighbours", metavar="IMAGE", help="Find the pictures nearest to this one.")
@click.option(
    "--count", default=10, show_default=True, type=click.IntRange(1, 100), help="How many of them."
)
@click.option(
    "--distance",
    default="cosine",
    show_default=True,
    type=click.Choice(["cosine", "euclidean"]),
    help="How nearness is measured.",
)
@click.option("--picture", metavar="FILE", help="Draw the neighbours: .png or .svg.")
@click.option("--map", "map_file", metavar="FILE.HTML", help="Write a map of the pictures.")
@click.option(
    "--method",
    default="tsne",
    show_default=True,
    type=click.Choice(["tsne", "pca"]),
    help="How the map is laid out.",
)
@click.option(
    "--part",
    type=click.Choice(["train", "validation", "test"]),
    help="Only this part; by default train and validation.",
)
@click.option("--invert", is_flag=True, help="Swap dark and bright first.")
@weights_options
@network_option
@json_option
def command(
    run: str,
    data: str | None,
    layer: str | None,
    flat: bool,
    part: str | None,
    invert: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """What a layer of a model knows of pictures: vectors, neighbours, a map.

    RUN is a run's folder or name, or bundled:mnist-cnn, or, with --pretrained or --weights, a
    network such as squeezenet1_1. The pictures are those of a folder or of a catalogue data set,
    by default those the run learned from.
    """
    opening = {name: given.pop(name) for name in ("pretrained", "weights", "network")}
    asked = Asked(**given)
    _check(asked)
    from convscope.reporting.chosen import choose_pictures

    model = open_named(run, **opening)
    pictures = choose_pictures(model, data, part, output.ArrivalBar())
    answer_about(model, pictures, asked, layer=layer, flat=flat, invert=invert, as_json=as_json)


def save_vectors(
    model: "Model",
    named: Sequence[Path],
    layer: str,
    out: str | None,
    *,
    invert: bool,
    as_json: bool,
) -> None:
    """What `predict --features LAYER --out FILE` does, of files and folders."""
    if out is None:
        raise BadValue("--features needs --out FILE, ending in .safetensors, .npz or .csv")
    asked = Asked(out=out)
    _check(asked)
    from convscope.data.pixels import find_pictures
    from convscope.reporting.chosen import of_files

    if len(named) == 1 and named[0].is_dir():
        pictures = of_files(find_pictures(named[0]), named[0])
    else:
        listed = [find_pictures(path) if path.is_dir() else [path] for path in named]
        pictures = of_files([file for files in listed for file in files])
    answer_about(model, pictures, asked, layer=layer, invert=invert, as_json=as_json)


def answer_about(
    model: "Model",
    pictures: "Pictures",
    asked: Asked,
    *,
    layer: str | None = None,
    flat: bool = False,
    invert: bool = False,
    as_json: bool = False,
) -> None:
    """Look at `pictures` once, and give all that is asked; exit code 2 if some were unreadable."""
    from convscope.prediction.pictures import stratified
    from convscope.reporting.map_page import MOST
    from convscope.reporting.vectors import tabulate

    total = len(pictures)
    if asked.out is None and asked.neighbours is None:  # a map alone: no more than it shows
        pictures = pictures.subset(stratified(pictures.labels, MOST))
    with output.working() as told:
        table = tabulate(model, pictures, layer, flat=flat, invert=invert, told=told)
    found: dict[str, Any] = {
        "pictures": total,
        "features": table.vectors.shape[1],
        **table.about(),
    }
    if asked.out is not None:
        found["out"] = _write(table, Path(asked.out), as_json)
    if asked.neighbours is not None:
        found |= _find(table, asked, invert, as_json)
    if asked.map_file is not None:
        found["map"] = _map(table, asked, total, as_json)
    if as_json:
        output.json_object(found | {"unreadable": output.unreadable(table.unreadable)})
    output.tell_unreadable(table.unreadable)


def _check(asked: Asked) -> None:
    """`BadValue` before anything is computed, if what is asked for cannot be given."""
    from convscope.seeing.feature_files import check_suffix

    if asked.out is not None:
        check_suffix(Path(asked.out))
    if asked.out is None and asked.neighbours is None and asked.map_file is None:
        raise BadValue(
            "nothing is asked for: --out FILE writes the vectors, --neighbours IMAGE finds the "
            "nearest pictures, --map FILE.html draws a map"
        )
    if asked.picture is not None and asked.neighbours is None:
        raise BadValue("--picture is of neighbours: give --neighbours IMAGE too")
    if asked.picture is not None:
        check_ending(asked.picture, "--picture")
    if asked.map_file is not None:
        check_ending(asked.map_file, "--map", (".html",))


def _write(table: "Table", path: Path, as_json: bool) -> str:
    from convscope.seeing.feature_files import save_features

    pictures = table.pictures
    save_features(path, table.vectors, pictures.names, pictures.labels, table.about())
    if not as_json:
        n, d = table.vectors.shape
        kept = table.about()["kept"]
        output.answer(f"{n:,} pictures, {d:,} features each: layer {table.layer}, {kept}")
        output.answer(f"features: {path}")
    return str(path)


def _find(table: "Table", asked: Asked, invert: bool, as_json: bool) -> dict[str, Any]:
    from convscope.drawing.figure import save_figure
    from convscope.reporting.neighbours import draw_neighbourhood, find_neighbours

    image = Path(str(asked.neighbours))
    found = find_neighbours(table, image, asked.count, asked.distance, invert=invert)
    content = found.to_json()
    if not as_json:
        signs = {True: "same", False: "other", None: "-"}
        output.table(
            ["rank", asked.distance, "label", "as asked", "name"],
            [
                [
                    str(each["rank"]),
                    f"{each['value']:.4f}",
                    each["label"] or "-",
                    signs[each["agrees"]],
                    each["name"],
                ]
                for each in content["neighbours"]
            ],
        )
        if found.label is not None:
            output.answer(f"asked: {image}, {found.label}")
    if asked.picture is not None:
        content["picture"] = str(save_figure(draw_neighbourhood(found), Path(asked.picture)))
        output.aside(f"picture: {asked.picture}")
    return content


def _map(table: "Table", asked: Asked, total: int, as_json: bool) -> str:
    from convscope.reporting.map_page import write_map

    with output.working() as told:
        told(f"laying out the map by {asked.method}")
        path = write_map(table, Path(str(asked.map_file)), asked.method, total)
    if not as_json:
        output.answer(f"map: {path}")
    return str(path)
