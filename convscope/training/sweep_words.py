"""A sweep as words of the command line: read, and written again.

No torch here: a slip of the keyboard is answered at once.
"""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from convscope.errors import ConvscopeError
from convscope.training.catalogue import CATALOGUE
from convscope.training.grid import Grid, split_words, written
from convscope.training.recipe import WITH_COMMAS, Recipe, read_words

ARGUMENT = "network."
"""What the name of an argument of the network begins with."""


def read_sweep(words: Mapping[str, str]) -> tuple[dict[str, Any], Grid]:
    """The fields with one value, and the grid of those with several, parted by commas."""
    one, several = split_words(words, WITH_COMMAS)
    grid = {name: tuple(_value(name, text) for text in texts) for name, texts in several.items()}
    return read_words(one), grid


def sweep_command(name: str, base: Recipe, grid: Grid, keep: bool) -> str | None:
    """`convscope train` with the words that sweep `grid` over `base`, a change of recipe `name`.

    `keep`: whether every network takes the arguments of `base`. None if words cannot say it, as for
    a recipe from Python.
    """
    if name not in CATALOGUE:
        return None
    words = dict(_words(base, CATALOGUE[name].recipe, grid, keep))
    words |= {field: ",".join(map(written, values)) for field, values in grid.items()}
    try:
        fields, read = read_sweep(words)
        meant = started(CATALOGUE[name].recipe, fields, read)
        same = meant == (base, keep) and dict(read) == dict(grid)
    except ConvscopeError:
        return None
    return shlex.join(["convscope", "train", name, *map("=".join, words.items())]) if same else None


def started(recipe: Recipe, fields: Mapping[str, Any], grid: Grid) -> tuple[Recipe, bool]:
    """What is the same in all runs of a sweep over `recipe` with other `fields`.

    As everywhere, arguments given to the network take the place of all of the recipe's own. Whether
    there are any comes second: they are given to every network that is tried, but the recipe's own
    only to its own network.
    """
    base, given = recipe.changed(**fields), fields.get("network_arguments")
    keep = given is not None or any(field.startswith(ARGUMENT) for field in grid)
    return (base.changed(network_arguments=given or {}) if keep else base), keep


def _value(name: str, text: str) -> Any:
    read = read_words({name: text})
    if name.startswith(ARGUMENT):
        return read["network_arguments"][name.removeprefix(ARGUMENT)]
    return read[name]


def _words(base: Recipe, usual: Recipe, grid: Grid, keep: bool) -> Iterator[tuple[str, str]]:
    """The fields in which `base` differs from `usual`, but for those that are swept."""
    for field, value in base.to_json().items():
        if field == "network_arguments":
            if keep:
                yield from ((f"{ARGUMENT}{name}", written(value[name])) for name in value)
        elif field not in grid and value != getattr(usual, field):
            yield field, written(value)
