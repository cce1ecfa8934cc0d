"""`convscope recipe`: the named recipes."""

import click

from convscope.cli import output
from convscope.cli.options import json_option
from convscope.lookup import lookup
from convscope.training.catalogue import CATALOGUE
from convscope.training.recipe import Recipe, field_docs


@click.group("recipe")
def command() -> None:
    """The recipes that train knows, and what to expect of them."""


@command.command("list")
@json_option
def list_recipes(as_json: bool) -> None:
    """Every recipe: what it is for, what it reaches, how long it takes."""
    if as_json:
        output.json_object(
            {
                name: {"about": named.about, "reaches": named.reaches, "takes": named.takes}
                for name, named in CATALOGUE.items()
            }
        )
        return
    for name, named in CATALOGUE.items():
        output.answer(name, style="bold")
        output.answer(f"    {named.about}")
        output.answer(f"    {named.reaches}; {named.takes}")


@command.command("show")
@click.argument("name")
@json_option
def show_recipe(name: str, as_json: bool) -> None:
    """Every field of one recipe: its value (a star: not the default) and its meaning."""
    recipe = lookup(CATALOGUE, name, "recipe").recipe
    if as_json:
        output.json_object(recipe.to_json())
        return
    usual = Recipe().to_json()
    output.table(
        ["field", "value", "meaning"],
        [
            [field, f"{value}{' *' * (value != usual[field])}", field_docs()[field]]
            for field, value in recipe.to_json().items()
        ],
    )
