"""`convscope filter similar`: learned filters that look like a kernel made by hand."""

from typing import TYPE_CHECKING, Any

import click

from convscope.cli import output
from convscope.cli.options import json_option, network_option, open_named, weights_options
from convscope.errors import BadNetwork
from convscope.lookup import suggestion

if TYPE_CHECKING:
    from torch import Tensor, nn

    from convscope.filters.similar import Similar


@click.command("similar")
@click.argument("run", metavar="RUN|NETWORK")
@click.option("--kernel", required=True, metavar="KERNEL", help="A name, numbers, or a file.")
@click.option("--layer", metavar="NAME", help="Of the net; by default its first convolution.")
@click.option("--most", type=click.IntRange(1), default=10, show_default=True, help="To show.")
@weights_options
@network_option
@json_option
def find_similar(
    run: str, kernel: str, layer: str | None, most: int, as_json: bool, **weights: Any
) -> None:
    """The learned filters of a run that are most like a kernel.

    1 is the kernel itself, -1 its negative, which finds the same places. A smaller one is shifted
    over the larger.
    """
    from convscope.filters.similar import similar
    from convscope.filters.typed import find_kernel

    wanted = find_kernel(kernel)
    model = open_named(run, **weights)
    name, weight = _filters(model.net, layer)
    found = similar(weight, wanted.values, most)
    if as_json:
        output.json_object(
            {
                "run": run,
                "layer": name,
                "kernel": wanted.name,
                "filters": [_as_json(one) for one in found],
            }
        )
        return
    shape = " x ".join(map(str, weight.shape[1:]))
    output.answer(f"{name}: {len(weight):,} filters of {shape}, most like {wanted.name}")
    output.table(
        ["filter", "channel", "cosine", "shift down", "shift right"],
        [
            [
                str(one.filter),
                "mean of all" if one.channel is None else str(one.channel),
                f"{one.cosine:.3f}",
                *map(str, one.shift),
            ]
            for one in found
        ],
    )


def _as_json(one: "Similar") -> dict[str, Any]:
    return {
        "filter": one.filter,
        "channel": one.channel,
        "cosine": one.cosine,
        "shift": list(one.shift),
    }


def _filters(net: "nn.Module", layer: str | None) -> "tuple[str, Tensor]":
    """The name and the weight of a convolution of the net: the one asked for, or the first."""
    from torch import nn

    convolutions = {
        name: module.weight for name, module in net.named_modules() if isinstance(module, nn.Conv2d)
    }
    if not convolutions:
        raise BadNetwork("the net has no convolution, so it has no filters to compare")
    if layer is None:
        return next(iter(convolutions.items()))
    if layer not in convolutions:
        raise BadNetwork(f"no convolution is called {layer!r}: {suggestion(layer, convolutions)}")
    return layer, convolutions[layer]
