"""The two options that make a network of the catalogue a model, the same on every verb."""

from typing import TYPE_CHECKING, Any

import click

from convscope.cli import output

if TYPE_CHECKING:
    from convscope.prediction.model import Model


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
