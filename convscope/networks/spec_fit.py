"""Why a line of a spec does not fit what comes to it, and what would."""

from collections.abc import Mapping
from typing import Any

from convscope.errors import BadValue
from convscope.filters.geometry import output_size
from convscope.filters.worked import per_axis
from convscope.networks.shape_words import Shape, in_words, stride_between
from convscope.networks.spec_layers import LAYERS, Layer

WANTED = {2: "maps (c, h, w)", 1: "sequences (c, l)", 0: "values in a row"}


def misplaced(name: str, layer: Layer, shape: Shape) -> str:
    """That the layer `name` takes other dimensions than what comes has, and what to write."""
    wanted = " or ".join(WANTED[dimensions] for dimensions in sorted(layer.modules, reverse=True))
    other = name.removesuffix("1d") if name.endswith("1d") else f"{name}1d"
    if len(shape) == 1:
        mend = "put it before flatten"
    elif 0 in layer.modules:
        mend = "put flatten before it"
    elif other in LAYERS:
        mend = f"write {other}"
    else:
        mend = "leave it out"
    return f"{name} takes {wanted}, but it gets {in_words(shape)}: {mend}"


def explained(name: str, arguments: Mapping[str, Any], shape: Shape, error: Exception) -> str:
    """Why the layer `name` cannot take what comes; torch's own words where ours end."""
    if "kernel_size" in arguments and not name.startswith("transposed"):
        try:
            _check_window(arguments, shape)
        except BadValue as misfit:
            return f"{misfit}, or give it larger images"
    (reason, *_) = str(error).splitlines() or [type(error).__name__]
    return f"{reason.removesuffix('.')}; it gets {in_words(shape)}"


def shortcut_for(out: Shape, shape: Shape) -> str:
    """The shortcut that turns what comes into `out`, or what the main branch must do."""
    if len(out) == len(shape) > 1:
        word = "conv" if len(shape) == 3 else "conv1d"
        if (stride := stride_between(shape, out)) is not None:
            step = f" stride {stride}" if stride > 1 else ""
            return f"write shortcut [{word} {out[0]} 1{step}]"
    return "let the main branch keep the size, with padding, or give a shortcut that changes it too"


def _check_window(arguments: Mapping[str, Any], shape: Shape) -> None:
    """`BadValue` if the kernel is larger than what comes with its padding."""
    padding, sides = arguments.get("padding", 0), shape[1:]
    if padding == "same":
        return
    for size, kernel, before, spread in zip(
        sides,
        per_axis(arguments["kernel_size"], len(sides), "kernel"),
        per_axis(padding, len(sides), "padding"),
        per_axis(arguments.get("dilation", 1), len(sides), "dilation"),
        strict=True,
    ):
        output_size(size, kernel, padding=before, dilation=spread, name=in_words(shape))
