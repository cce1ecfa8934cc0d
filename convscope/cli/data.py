"""`convscope data`: what data sets there are, and what is in one."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from convscope.cli import output
from convscope.cli.data_check import check
from convscope.cli.options import json_option
from convscope.cli.points_answer import show_known
from convscope.errors import BadValue

if TYPE_CHECKING:
    from torch import Tensor

    from convscope.data.dataset import Dataset, Splits
    from convscope.data.preprocess import Preprocessing
    from convscope.training.recipe import Recipe


@click.group("data")
def command() -> None:
    """Look at data sets: what there is, what is in one, what is wrong."""


command.add_command(check)


@command.command("list")
@json_option
def list_data(as_json: bool) -> None:
    """Every data set of the catalogue: what it holds, its licence, and what fetching it costs."""
    from convscope.data.catalogue import CATALOGUE

    rows = {
        name: {
            "title": source.title,
            "images": source.images,
            "licence": source.licence,
            "home": source.home,
            "megabytes": source.published.megabytes if source.published else 0,
            "recipe": source.recipe,
        }
        for name, source in CATALOGUE.items()
    }
    if as_json:
        output.json_object(rows)
        return
    for name, row in rows.items():
        output.answer(name, style="bold")
        output.answer(f"    {row['title']}: {row['images']}")
        size = f"{row['megabytes']} MB to fetch" if row["megabytes"] else "nothing to fetch"
        output.answer(f"    {size}; licence: {row['licence']}; recipe: {row['recipe']}")
        output.answer(f"    {row['home']}")


@command.command("show")
@click.argument("name", metavar="NAME|FOLDER")
@click.option(
    "--image", "number", default=0, show_default=True, help="Which training image in detail."
)
@click.option(
    "--recipe", "recipe_name", metavar="RECIPE", help="Draw its augmentation of that image."
)
@click.option(
    "--out", metavar="FOLDER", help="Where to leave the pictures; by default pictures/NAME."
)
@json_option
def show_data(
    name: str, number: int, recipe_name: str | None, out: str | None, as_json: bool
) -> None:
    """What is in a data set: counts, sizes, channels, and one image down to its numbers."""
    from convscope.data.loading import load_data
    from convscope.data.preprocess import fit_preprocessing
    from convscope.training.catalogue import find_recipe
    from convscope.training.points import without_unknown_flip
    from convscope.training.recipe import Recipe

    recipe = find_recipe(recipe_name)[1] if recipe_name else Recipe()
    splits = load_data(name, validation=recipe.validation, progress=output.ArrivalBar())
    if not 0 <= number < len(splits.train):
        raise BadValue(f"image {number}: the training part has images 0 to {len(splits.train) - 1}")
    recipe = without_unknown_flip(recipe_name or "", recipe, splits.train)
    preprocessing = fit_preprocessing(splits.train.images, recipe.normalization)
    folder = Path(out or f"pictures/{Path(name).name}")
    pictures = _draw(splits.train, number, recipe, preprocessing, folder)
    described = {part: splits[part].describe() for part in ("train", "validation", "test")}
    if as_json:
        output.json_object(
            {"name": name, **described, "pictures": [str(path) for path in pictures]}
        )
        return
    _show_parts(splits)
    output.answer()
    image = splits.train.images[number]
    _show_steps(
        image, preprocessing.normalize(image[None])[0], preprocessing.mean, preprocessing.std
    )
    output.answer()
    for path in pictures:
        output.answer(f"picture: {path}")


def _draw(
    train: "Dataset", number: int, recipe: "Recipe", preprocessing: "Preprocessing", folder: Path
) -> list[Path]:
    from convscope.data.augment import read_augment
    from convscope.data.batches import TrainingBatches
    from convscope.drawing.dataset import draw_contact_sheet, draw_image, draw_variants
    from convscope.drawing.figure import save_figure
    from convscope.drawing.points import draw_moved_points, draw_points_sheet
    from convscope.training.points import augmentation_of

    points = train.task == "points"
    word = "" if points else f": {train.class_names[int(train.labels[number])]}"
    title = f"image {train.names[number]}{word}"
    figures = {
        "contact-sheet": draw_points_sheet(train) if points else draw_contact_sheet(train),
        f"image-{number}": draw_image(train.images[number], title),
    }
    if augment := read_augment(recipe.augment):
        augment = augmentation_of(augment, train)
        batches = TrainingBatches(train, preprocessing, 1, seed=recipe.seed, augment=augment)
        variants, targets = batches.varied(number, 16)
        original = train.images[number].float() / 255
        figures[f"image-{number}-augmented"] = (
            draw_moved_points((original, train.targets[number]), variants, targets, recipe.augment)
            if points
            else draw_variants(original, variants, recipe.augment)
        )
    return [save_figure(figure, folder / f"{stem}.png") for stem, figure in figures.items()]


def _show_parts(splits: "Splits") -> None:
    output.answer(f"{splits.name}: images of {_shape(splits.train.image_shape)}", style="bold")
    if splits.train.task == "points":
        show_known(splits)
    else:
        _show_classes(splits)
    output.answer()
    described = splits.train.describe()
    channels = ["grey"] if splits.train.image_shape[0] == 1 else ["red", "green", "blue"]
    output.table(
        ["channel", "mean", "deviation"],
        [
            [channel, f"{mean:.4f}", f"{deviation:.4f}"]
            for channel, mean, deviation in zip(
                channels, described["mean"], described["deviation"], strict=True
            )
        ],
    )


def _show_classes(splits: "Splits") -> None:
    counts = {part: splits[part].class_counts() for part in splits.counts()}
    output.table(
        ["class", *counts],
        [
            *(
                [word, *(f"{count[i]:,}" for count in counts.values())]
                for i, word in enumerate(splits.train.class_names)
            ),
            ["all", *(f"{sum(count):,}" for count in counts.values())],
        ],
    )


def _show_steps(
    image: "Tensor", normalized: "Tensor", mean: tuple[float, ...], std: tuple[float, ...]
) -> None:
    """One pixel on its way, and the whole image flattened."""
    c, h, w = image.shape
    row, column = h // 2, w // 2
    stored, final = int(image[0, row, column]), float(normalized[0, row, column])
    output.answer(f"one pixel (channel 0, row {row}, column {column}) on its way to the network:")
    output.answer(f"    stored          {stored}")
    output.answer(f"    to 0..1         {stored} / 255 = {stored / 255:.4f}")
    output.answer(
        f"    normalised      ({stored / 255:.4f} - {mean[0]:.4f}) / {std[0]:.4f} = {final:.4f}"
    )
    output.answer(f"    flattened       {_shape((c, h, w))} = {c * h * w:,} numbers in one row;")
    output.answer(
        f"                    this one is number {row} x {w} + {column} = {row * w + column:,}"
    )


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
