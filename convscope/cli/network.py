"""`convscope network`: what networks there are, and what one is made of."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convscope.cli import output
from convscope.cli.network_layers import compare_filter_sizes, compare_three_ways
from convscope.cli.network_words import (
    SHAPE,
    counted,
    is_run,
    jumps,
    megabytes,
    sees,
    shape_words,
    titled,
)
from convscope.cli.options import check_ending, json_option, open_named, theme, weights_options
from convscope.errors import BadValue
from convscope.lookup import suggestion

if TYPE_CHECKING:
    from torch import nn

    from convscope.networks.anatomy import Anatomy, Layer


@click.group("network")
def command() -> None:
    """What a network is made of: shapes, parameters, receptive fields, worked out."""


command.add_command(compare_three_ways)
command.add_command(compare_filter_sizes)


@command.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """Every network of the catalogue: what it is, and how many parameters it has."""
    from convscope.networks.overview import list_networks

    listed = list_networks()
    if as_json:
        output.json_object({network.name: network.to_json() for network in listed})
        return
    output.table(
        ["network", "parameters", "usual input", "classes", "what it is"],
        [
            [n.name, f"{n.parameters:,}", shape_words(n.input_shape), str(n.classes), n.about]
            for n in listed
        ],
    )


@command.command("show")
@click.argument("name", metavar="NAME|SPEC|RUN|FILE.PY:CLASS")
@click.option(
    "--input", "shape", type=SHAPE, metavar="C,H,W", help="Images that it takes, such as 3,32,32."
)
@click.option("--classes", type=click.IntRange(1), help="Classes that it answers; usually 10.")
@weights_options
@click.option(
    "--network", metavar="FILE.PY:CLASS", help="The class of a run's network that only you have."
)
@click.option("--explain", metavar="LAYER|all", help="How the numbers come about, worked out.")
@click.option("--diagram", metavar="FILE.svg", help="Draw it, to scale: a .svg or .png file.")
@click.option("--dark", is_flag=True, help="The diagram for a dark page.")
@click.option("--code", is_flag=True, help="Print the PyTorch code of an nn.Sequential instead.")
@json_option
def show(
    name: str,
    shape: tuple[int, ...] | None,
    classes: int | None,
    network: str | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """The layers of a network, in the order in which they are run, without computing anything.

    NAME is one of `convscope network list`; SPEC is written out, "conv 10 3; relu; maxpool 2", or
    PyTorch code, nn.Sequential(...). What a layer sees is its receptive field; `every` is how many
    pixels lie between what two neighbours see.
    """
    from convscope.networks.anatomy import anatomy

    if asked["diagram"]:
        check_ending(asked["diagram"], "--diagram")
    if asked["pretrained"] or asked["weights"]:
        model = open_named(name, asked["pretrained"], asked["weights"], network)
        net, shape = model.net, shape or model.image_shape
    else:
        net, shape = _find(name, shape, classes, network)
    if asked["code"]:
        _show_code(net, as_json)
        return
    found = anatomy(net, shape)
    explained = _chosen(found, asked["explain"])
    drawn = _draw(found, titled(name), asked["diagram"], asked["dark"])
    if as_json:
        facts = {"published": published_facts(name)} if asked["pretrained"] else {}
        output.json_object({**_as_json(found, explained, drawn), **facts})
        return
    _show_table(found)
    if asked["pretrained"]:
        _show_published(name)
    for layer in explained:
        _show_formulas(layer)
    if drawn:
        output.answer()
        output.answer(f"diagram: {drawn}")


def _find(
    name: str, shape: tuple[int, ...] | None, classes: int | None, network: str | None
) -> tuple["nn.Module", tuple[int, ...]]:
    """The net that is meant, and the images it is looked at with."""
    from convscope.networks.overview import build_bare, usual_input
    from convscope.prediction.folder import load_model

    if network is not None or is_run(name):
        if classes is not None:
            raise BadValue("--classes: a run has the classes it was trained for; leave it out")
        model = load_model(name, network=network)
        return model.net, shape or model.image_shape
    usual = usual_input(name)
    if shape is None and usual is None:
        raise BadValue(f"{titled(name)} does not say for which images: add --input 3,32,32, say")
    usual_shape, usual_classes = usual or ((), 10)
    shape = shape or usual_shape
    return build_bare(name, shape, classes or usual_classes), shape


def _show_published(name: str) -> None:
    """The file behind `--pretrained`: where it is from, how good, and how pictures are prepared."""
    facts = published_facts(name)
    output.answer()
    output.answer(f"weights: {facts['url']}, {facts['megabytes']} MB")
    output.answer(f"licence: {facts['licence']}")
    top1, top5 = output.percent(facts["top1"]), output.percent(facts["top5"])
    output.answer(f"published accuracy: {top1} at first place, {top5} within five")
    prepared = facts["preprocessing"]
    mean, std = (" ".join(f"{v:g}" for v in prepared[key]) for key in ("mean", "std"))
    size = "x".join(map(str, prepared["size"]))
    output.answer(
        f"pictures: short side to {prepared['resize']}, centre {size}, less {mean}, over {std}"
    )


def published_facts(name: str) -> dict[str, Any]:
    """What the catalogue says of the published weights of `name`."""
    from convscope.networks.published import published_for

    return published_for(name).to_json()


def _show_code(net: "nn.Module", as_json: bool) -> None:
    from convscope.networks.torch_code import to_code

    code = to_code(net)
    if as_json:
        output.json_object({"code": code})
        return
    for line in code.splitlines():
        output.answer(line)


def _chosen(found: "Anatomy", explain: str | None) -> list["Layer"]:
    """The layers whose numbers are to be worked out."""
    chosen = [layer for layer in found.layers if explain in ("all", layer.name)]
    if explain is not None and not chosen:
        known = {layer.name for layer in found.layers} | {"all"}
        raise BadValue(f"--explain {explain}: no layer is called so; {suggestion(explain, known)}")
    return chosen


def _draw(found: "Anatomy", title: str, path: str | None, dark: bool) -> Path | None:
    if path is None:
        return None
    from convscope.drawing.figure import save_figure
    from convscope.drawing.network import draw_network

    return save_figure(draw_network(found, title, theme(dark)), Path(path))


def _as_json(found: "Anatomy", explained: list["Layer"], drawn: Path | None) -> dict[str, Any]:
    content = found.to_json()
    for row, layer in zip(content["layers"], found.layers, strict=True):
        if layer in explained:
            row["formulas"] = {what: worked.formula for what, worked in layer.formulas}
    return content if drawn is None else {**content, "diagram": str(drawn)}


def _show_table(found: "Anatomy") -> None:
    output.table(
        ["layer", "kind", "output", "parameters", "MACs", "memory", "sees", "every"],
        [
            [
                layer.name,
                f"{layer.kind} {layer.window}".strip(),
                shape_words(layer.output_shape),
                counted(layer.parameters),
                counted(layer.macs),
                megabytes(layer.memory),
                sees(layer),
                jumps(layer),
            ]
            for layer in found.layers
        ],
    )
    output.answer()
    values = sum(layer.memory for layer in found.layers if layer.kind != "Parameter")
    output.answer(
        f"{found.parameters:,} parameters; {found.macs:,} MACs and {megabytes(values)} of outputs "
        f"for one input of {shape_words(found.input_shape)}",
        style="bold",
    )
    for name, kind, parameters in found.never_called:
        output.aside(f"{name} ({kind}, {parameters:,} parameters) is never called", style="yellow")
    for operation in found.taken_as_all:
        output.aside(f"{operation} is taken to look at the whole image", style="yellow")


def _show_formulas(layer: "Layer") -> None:
    came = " and ".join(shape_words(shape) for shape in layer.input_shapes)
    gave = shape_words(layer.output_shape)
    output.answer()
    output.answer(f"{layer.name} ({layer.kind}): {came} -> {gave}", style="bold")
    for what, worked in layer.formulas:
        output.answer(f"    {what:<18}{worked.formula}")
