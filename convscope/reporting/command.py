"""The command that trains a run again, as a person would type it."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from convscope.training.catalogue import CATALOGUE
from convscope.training.recipe import Recipe


def train_command(name: str, recipe: Recipe) -> str:
    """`convscope train` with all that differs from the recipe `name`, or from no recipe at all."""
    known = name in CATALOGUE
    usual = CATALOGUE[name].recipe if known else Recipe()
    words = [f"{field}={text}" for field, text in _differences(recipe.to_json(), usual.to_json())]
    return shlex.join(["convscope", "train", *([name] if known else []), *words])


def _differences(recipe: Mapping[str, Any], usual: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field, value in recipe.items():
        if field == "network_arguments":
            for argument, chosen in value.items():
                if usual[field].get(argument) != chosen:
                    yield f"network.{argument}", _written(chosen)
        elif value != usual[field] and value is not None:
            yield field, _written(value)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "+".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
