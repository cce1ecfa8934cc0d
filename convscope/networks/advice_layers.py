"""Why a layer does not take what comes to it, and what would mend it."""

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

from torch import nn

from convscope.errors import BadValue
from convscope.filters.geometry import output_size
from convscope.filters.worked import per_axis
from convscope.networks.advice_words import Misfit, titled, torch_says
from convscope.networks.fitting_size import in_pixels, size_for, smallest_passing
from convscope.networks.shape_words import Shape, in_words
from convscope.networks.steps import Call, without_batch
from convscope.networks.trace import Trace

COLOURS = {1: "grey", 3: "colour"}


def of_linear(found: Trace, call: Call, layer: Any, shape: Shape) -> Misfit:
    """A linear layer whose `in_features` is not the number of values that come."""
    wanted, outputs = layer.in_features, layer.out_features
    flat = len(shape) == 1
    maps = _before_flattening(found, call) if flat else shape
    came = f"{shape[0]:,}" if flat else in_words(shape)
    came += f" ({in_words(maps)})" if flat and maps else ""
    problem = f"{titled(call)} takes {wanted:,} values in a row and gets {came}"
    if not flat and prod(shape) == wanted:
        return problem, ["put nn.Flatten() before it"]
    behind = "" if flat else "put nn.Flatten() before it and "
    mends = [f"{behind}make it nn.Linear({prod(shape)}, {outputs})"]
    if flat and (side := size_for(found, wanted)):
        mends.append(f"resize the images to {in_pixels(found, side)}")
    if maps:
        mends.append(_pooled(maps, wanted, outputs))
    return problem, mends


def _pooled(maps: Shape, wanted: int, outputs: int) -> str:
    """The pooling that gives `wanted` values of any map; if none does, the global one."""
    axes = len(maps) - 1
    pool = f"nn.AdaptiveAvgPool{axes}d"
    side = round((wanted / maps[0]) ** (1 / axes))
    if side and maps[0] * side**axes == wanted:
        return f"put {pool}({side}) before the flattening, which fits images of any size"
    return (
        f"average each map with {pool}(1) before the flattening and "
        f"make it nn.Linear({maps[0]}, {outputs})"
    )


def of_convolution(found: Trace, call: Call, layer: Any, shape: Shape) -> Misfit:
    """A convolution that gets other dimensions, other channels or too small maps."""
    kind, axes = type(layer).__name__, len(layer.kernel_size)
    if len(shape) != axes + 1:
        return _other_dimensions(found, call, kind, axes, shape)
    wanted, got = layer.in_channels, shape[0]
    if got == wanted:
        return of_window(found, call, layer, shape)
    new = f"make it nn.{kind}({got}, {layer.out_channels}, ...)"
    if found.maker(call) is not None:
        problem = f"{titled(call)} takes {wanted} maps and gets {in_words(shape)}"
        before = _last_layer(found, call)
        return problem, [new, f"let {titled(before)} give {wanted} maps"] if before else [new]
    colour, needed = COLOURS.get(got), COLOURS.get(wanted)
    channels = f"{wanted} channel{'s' * (wanted != 1)}"
    problem = f"{titled(call)} takes images of {channels} and gets {got}"
    if colour and needed:
        return f"{problem} ({colour})", [new, f"give it {needed} images"]
    return problem, [new]


def of_window(found: Trace, call: Call, layer: Any, shape: Shape) -> Misfit:
    """A convolution or pooling whose window is larger than what comes."""
    sides = shape[1:]
    name = f"{'maps' if len(sides) > 1 else 'a sequence'} of {'x'.join(map(str, sides))}"
    for reason in _misfits(layer, sides, name):
        problem, _, ways = reason.partition(": ")
        pooling = not hasattr(layer, "out_channels")
        mends = [way for way in ways.split(", or ") if not (pooling and way.startswith("pad"))]
        if side := smallest_passing(found):
            mends.append(f"give the net images of {in_pixels(found, side)} or larger")
        return f"{problem} in {titled(call)}", mends
    return torch_says(found, call)


def _misfits(layer: Any, sides: Shape, name: str) -> Iterator[str]:
    kernel, stride, padding, dilation = (
        per_axis(getattr(layer, key, usual), len(sides), key)
        for key, usual in (("kernel_size", 1), ("stride", 1), ("padding", 0), ("dilation", 1))
    )
    for numbers in zip(sides, kernel, stride, padding, dilation, strict=True):
        try:
            output_size(*numbers, ceil=getattr(layer, "ceil_mode", False), name=name)
        except BadValue as misfit:
            yield str(misfit)


def of_norm(found: Trace, call: Call, layer: Any, shape: Shape) -> Misfit:
    """A normalisation of another number of channels, or of maps where there are none."""
    kind, wanted, got = type(layer).__name__, layer.num_features, shape[0]
    axes = next((n for n in (1, 2, 3) if kind.endswith(f"{n}d")), len(shape) - 1)
    fits = len(shape) - 1 in ((0, 1) if axes == 1 else (axes,))
    if not fits:
        return _other_dimensions(found, call, kind, axes, shape)
    if got == wanted:
        return torch_says(found, call)
    what = "maps" if len(shape) > 1 else "values"
    problem = f"{titled(call)} normalises {wanted} {what} and gets {in_words(shape)}"
    return problem, [f"make it nn.{kind}({got})"]


def _other_dimensions(found: Trace, call: Call, kind: str, axes: int, shape: Shape) -> Misfit:
    wanted = {1: "sequences (c, l)", 2: "maps (c, h, w)", 3: "volumes (c, d, h, w)"}[axes]
    problem = f"{titled(call)} takes {wanted} and gets {in_words(shape)}"
    if len(shape) > 1:
        return problem, [f"make it nn.{kind[:-2]}{len(shape) - 1}d"]
    maps = _before_flattening(found, call)
    if maps:
        return problem, ["put the flattening behind it"]
    return problem, ["give it images", "nn.Unflatten(1, (c, h, w)) before it, with their sizes"]


def _last_layer(found: Trace, call: Call) -> Call | None:
    """The layer whose number of maps comes to `call`."""
    step = found.maker(call)
    while step is not None and not hasattr(step.call.module, "out_channels"):
        step = found.maker(step.call)
    return None if step is None else step.call


def _before_flattening(found: Trace, call: Call) -> Shape | None:
    """The maps whose values came in a row to what failed; None where none were flattened."""
    step = found.maker(call)
    while step is not None and len(without_batch(step.output_shape)) == 1 and not step.macs:
        for shape in step.call.input_shapes[:1]:
            if len(without_batch(shape)) > 1:
                return without_batch(shape)
        step = found.maker(step.call)
    return None


OF_LAYERS: list[tuple[tuple[type[nn.Module], ...], Callable[[Trace, Call, Any, Shape], Misfit]]] = [
    ((nn.Linear,), of_linear),
    ((nn.Conv1d, nn.Conv2d, nn.Conv3d), of_convolution),
    ((nn.modules.pooling._MaxPoolNd, nn.modules.pooling._AvgPoolNd), of_window),
    ((nn.modules.batchnorm._NormBase,), of_norm),
]
"""Kinds of layers, and who explains them: from the trace, the call, the layer and what came."""
