"""Commands about a run, as a person would type them."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from convscope.errors import ConvscopeError
from convscope.networks.build import is_path, one_line
from convscope.training.catalogue import CATALOGUE
from convscope.training.grid import written
from convscope.training.recipe import Recipe, read_words


def train_command(name: str, recipe: Recipe) -> str | None:
    """`convscope train` with all in which `recipe` differs from the recipe `name`.

    If words cannot say that, or there is no such recipe, from the one that leaves least to say;
    None if there is none, such as for a path with a comma, which would mean a sweep.
    """
    recipe = replace(recipe, network=one_line(recipe.network))
    said = {base: _words(recipe, CATALOGUE[base].recipe) for base in CATALOGUE}
    for base, words in sorted(said.items(), key=lambda pair: (pair[0] != name, len(pair[1]))):
        if _read(base, words) == recipe:
            return shlex.join(["convscope", "train", base, *map("=".join, words.items())])
    return None


def run_command(verb: str, folder: Path, network: str | None, *flags: str) -> str:
    """`convscope VERB FOLDER FLAGS`; a network of the user's own is named, as it must be."""
    own = ["--network", network] if network is not None and is_path(network) else []
    where = ["--resume", str(folder)] if verb == "train" else [str(folder)]
    return shlex.join(["convscope", verb, *where, *flags, *own])


def _words(recipe: Recipe, usual: Recipe) -> dict[str, str]:
    # another network leaves the arguments behind, weights of one's own the published ones
    begun = usual.changed(network=recipe.network, weights=recipe.weights)
    follow = {field: getattr(begun, field) for field in ("network_arguments", "pretrained")}
    return dict(_differences(recipe.to_json(), {**usual.to_json(), **follow}))


def _differences(recipe: Mapping[str, Any], usual: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field, value in recipe.items():
        if value == usual[field]:
            continue
        if field == "network_arguments":  # given ones take the place of all the usual ones
            yield from ((f"network.{argument}", written(value[argument])) for argument in value)
        else:
            yield field, written(value)


def _read(base: str, words: Mapping[str, str]) -> Recipe | None:
    """What `convscope train` makes of the words; None if it refuses them."""
    try:
        return CATALOGUE[base].recipe.changed(**read_words(words))
    except ConvscopeError:
        return None
