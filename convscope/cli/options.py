"""Options and checks that are the same on every verb."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convscope.cli import output
from convscope.errors import BadValue

if TYPE_CHECKING:
    from convscope.drawing.figure import Theme
    from convscope.prediction.model import Model


PICTURES = (".svg", ".png")
"""What a figure can be written as."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
network_option = click.option(
    "--network", metavar="FILE.PY:CLASS", help="The class of a network that only you have."
)


def weights_options(function: Any) -> Any:
    """`--pretrained` and `--weights` for a command whose first word may be a network."""
    for option in (
        click.option(
            "--weights",
            metavar="FILE|FOLDER|RUN",
            help="The name is a network, and these are its weights.",
        ),
        click.option(
            "--pretrained",
            is_flag=True,
            help="The name is a network, with its published weights; fetched once.",
        ),
    ):
        function = option(function)
    return function


def open_named(name: str, pretrained: bool, weights: str | None, network: str | None) -> "Model":
    """The model of a run, or of a network with weights; what was done to them is told."""
    from convscope.prediction.opening import notes_of, open_model

    bar = output.ArrivalBar()
    model = open_model(name, pretrained=pretrained, weights=weights, network=network, progress=bar)
    for note in notes_of(model):
        output.aside(note, style="yellow")
    return model


def check_ending(path: str | Path, flag: str, kinds: Sequence[str] = PICTURES) -> None:
    """`BadValue` unless `path`, given with `flag`, names a file of one of `kinds`."""
    if Path(path).suffix.lower() not in kinds:
        raise BadValue(f"{flag} {path}: give a name that ends in {' or '.join(kinds)}")


def theme(dark: bool) -> "Theme":
    """The colours that `--dark` chooses."""
    from convscope.drawing.figure import DARK, LIGHT

    return DARK if dark else LIGHT
