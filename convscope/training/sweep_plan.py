"""A sweep before it begins: its combinations, checked, and the file that remembers them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convscope.atomic import write_json
from convscope.data.dataset import Splits
from convscope.data.download import Progress
from convscope.errors import BadModel, BadValue, ConvscopeError
from convscope.prediction.folder import find_run
from convscope.training.beginning import find_beginning, stored_size
from convscope.training.catalogue import find_recipe
from convscope.training.grid import Grid, combinations, described, folder_names
from convscope.training.plan import make_plan
from convscope.training.recipe import Recipe, field_types, recipe_of
from convscope.training.sweep_words import ARGUMENT, started
from convscope.training.trials import Trial

FILE = "sweep.json"
FORMAT = "convscope-sweep-1"
DATA_FIELDS = ("data", "size", "group_by", "skip_unreadable", "validation", "split_seed")
INCOMPARABLE = {
    **dict.fromkeys(DATA_FIELDS, "which pictures are held out, and losses on different pictures"),
    "loss": "what is measured, and different losses",
}
"""Fields whose values give validation losses of different kinds."""
SURE = {"threads": 1, "precision": "float32", "memory_format": "contiguous"}
"""What is rehearsed with where a recipe leaves it open: any way shows whether a net fits."""


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What is swept, and where; all of it is in the folder's sweep.json before anything runs."""

    folder: Path
    name: str
    """Of the recipe."""
    base: Recipe
    """All that is the same in every run."""
    grid: Grid
    keep: bool
    """Whether every network that is tried takes the arguments of `base`."""
    open_test: bool
    """Whether the winner's test set is opened at the end."""
    data: Mapping[str, Any]
    """Name, source (None if only your code has them) and fingerprint of the data."""

    @property
    def trials(self) -> list[Trial]:
        """Every combination, the last field changing fastest."""
        combined = combinations(self.grid)
        return [
            Trial(
                number=number,
                values=values,
                recipe=_recipe(self.base, values, self.keep),
                folder=self.folder / name,
            )
            for number, (values, name) in enumerate(
                zip(combined, folder_names(combined), strict=True), start=1
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What a sweep is about, before it has a folder."""

    name: str
    base: Recipe
    grid: Grid
    keep: bool

    @property
    def tried(self) -> list[tuple[Mapping[str, Any], Recipe]]:
        """Every combination with its recipe; an error names what does not fit."""
        for name in self.grid:
            if name in INCOMPARABLE:
                raise BadValue(
                    f"{name} decides {INCOMPARABLE[name]} cannot be compared: a comma means a "
                    "sweep, so give it one value"
                )
        combined = combinations(self.grid)
        return [(values, _recipe(self.base, values, self.keep)) for values in combined]


def beginning(recipe: str | Recipe, grid: Grid, fields: Mapping[str, Any]) -> Beginning:
    """A sweep of `grid` over `recipe` with other `fields`."""
    name, chosen = find_recipe(recipe)
    base, keep = started(chosen, fields, grid)
    return Beginning(name=name, base=base, grid=grid, keep=keep)


def save_sweep(folder: Path, begun: Beginning, splits: Splits, open_test: bool) -> Sweep:
    """The sweep as sweep.json in `folder`, and as it is read from there."""
    source, base = None if splits.origin is None else splits.origin.source, begun.base
    if source is not None:  # a folder is found again from anywhere
        base = base.changed(data=source)
    weights = None if base.weights is None else find_beginning(base)
    if weights is not None:
        base = base.changed(weights=weights.address)
    content = {
        "format": FORMAT,
        "recipe": {"name": begun.name, **base.to_json()},
        "grid": {field: list(values) for field, values in begun.grid.items()},
        "keep": begun.keep,
        "data": {"name": splits.name, "source": source, "fingerprint": splits.fingerprint},
        "open_test": open_test,
    }
    write_json(folder / FILE, content)
    return find_sweep(folder)


def is_sweep(folder: str | Path) -> bool:
    """Whether `folder`, a path or a name below runs/, holds a sweep rather than a run."""
    return (find_run(folder) / FILE).is_file()


def find_sweep(folder: str | Path) -> Sweep:
    """The sweep in `folder`; `BadModel` if there is none, or its sweep.json is damaged."""
    path = find_run(folder)
    file = path / FILE
    if not file.is_file():
        raise BadModel(f"{path} holds no sweep: it has no {FILE}")
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        if stored["format"] != FORMAT:
            raise ValueError(f"its format is {stored['format']!r}, this version reads {FORMAT!r}")
        return Sweep(
            folder=path,
            name=stored["recipe"]["name"],
            base=recipe_of(stored),
            grid={field: tuple(values) for field, values in stored["grid"].items()},
            keep=stored["keep"],
            open_test=stored["open_test"],
            data={key: stored["data"][key] for key in ("name", "source", "fingerprint")},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ConvscopeError) as error:
        raise BadModel(f"{file} cannot be read: {error}") from error


def pictures_of(combined: Sequence[tuple[Mapping[str, Any], Recipe]]) -> Recipe:
    """The recipe to load the pictures of all runs by.

    `BadValue` if weights that are tried have learned to see pictures of other sizes.
    """
    (first, recipe), *others = combined
    size = stored_size(recipe)
    for values, other in others:
        if (another := stored_size(other)) != size:
            raise BadValue(
                f"{described(first)} takes pictures of {size} pixels, {described(values)} of "
                f"{another}: give all one size, such as size={size or another}"
            )
    return recipe


def rehearse(begun: Beginning, splits: Splits, progress: Progress | None = None) -> None:
    """An error that names the first combination which cannot take a training step."""
    numbers = {field for field, kind in field_types().items() if kind in (int, float)}
    harmless = numbers - {"threads"}
    seen: set[str] = set()
    for values, recipe in begun.tried:
        what = described({name: value for name, value in values.items() if name not in harmless})
        if what in seen:
            continue
        seen.add(what)
        usual = {key: value for key, value in SURE.items() if getattr(recipe, key) in (0, "auto")}
        try:
            make_plan(begun.name, recipe.changed(**usual), data=splits, progress=progress)
        except ConvscopeError as error:
            raise type(error)(f"{what}: {error}" if what else str(error)) from error


def _recipe(base: Recipe, values: Mapping[str, Any], keep: bool) -> Recipe:
    """`base` with one combination of values."""
    arguments = {
        name.removeprefix(ARGUMENT): value
        for name, value in values.items()
        if name.startswith(ARGUMENT)
    }
    plain = {name: value for name, value in values.items() if not name.startswith(ARGUMENT)}
    if keep:
        plain["network_arguments"] = {**base.network_arguments, **arguments}
    try:
        return base.changed(**plain)
    except ConvscopeError as error:
        raise type(error)(f"{described(values)}: {error}") from error
