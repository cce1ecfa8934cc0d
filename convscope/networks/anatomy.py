"""The layers of any net: shapes, parameters, MACs and receptive fields, without computing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from convscope.errors import BadNetwork
from convscope.filters.geometry import memory
from convscope.networks.advice import explain
from convscope.networks.formulas import Formula, window_of, work_out
from convscope.networks.steps import BATCH, IMAGE, Step, layers_of, without_batch
from convscope.networks.trace import Trace, trace

ON_TOKENS = (nn.Linear, nn.LayerNorm, nn.MultiheadAttention, nn.RNNBase, nn.TransformerEncoderLayer)
"""Layers that take (n, t, d): as first ones they say that the input is tokens, not (n, c, l)."""


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer, or one function called between layers, as it is run; shapes without the batch."""

    name: str
    """The module's path; of a function, where it is called: `stage1.0.add()`."""
    kind: str
    """The module's class, or the function's name."""
    input_shapes: tuple[tuple[int, ...], ...] = ()
    output_shape: tuple[int, ...]
    parameters: int = 0
    """Its own; of what is shared, only where it comes first."""
    macs: int = 0
    """Multiply-accumulates for one image."""
    memory: int
    """Bytes of the output for one image, in float32."""
    receptive_field: tuple[int, ...] = ()
    """Pixels of the image that an inner value depends on, along each axis; with the padding."""
    jump: tuple[int | float | None, ...] = ()
    """Pixels from what one value sees to what its neighbour sees; None where all see the same."""
    sees_all: bool = False
    """Whether each value depends on the whole image."""
    window: str = ""
    """What it moves over its maps, `3x3` or, with its stride, `7x7/2`; empty if there is none."""
    sources: tuple[int, ...] = ()
    """The numbers of the layers whose outputs it takes; -1 is the image."""
    formulas: tuple[Formula, ...] = field(default=(), repr=False)
    """How its numbers come about."""

    def to_json(self) -> dict[str, Any]:
        """What a table shows."""
        return {
            "name": self.name,
            "kind": self.kind,
            "output_shape": list(self.output_shape),
            "parameters": self.parameters,
            "macs": self.macs,
            "memory": self.memory,
            "receptive_field": list(self.receptive_field),
            "jump": list(self.jump),
        }


@dataclass(frozen=True, kw_only=True)
class Anatomy:
    """What a net is made of, for images of one shape."""

    input_shape: tuple[int, ...]
    layers: tuple[Layer, ...]
    """In the order in which they are run; a module that is called twice is there twice."""
    parameters: int
    """Of the net: the layers' and those of `never_called`."""
    macs: int
    never_called: tuple[tuple[str, str, int], ...]
    """Layers that the net has and does not run: name, kind and parameters."""
    taken_as_all: tuple[str, ...]
    """Operations of torch's that are taken to look at the whole image, for want of a rule."""

    def to_json(self) -> dict[str, Any]:
        """The totals and the table; what is never called only where there is something."""
        never = [
            dict(zip(("name", "kind", "parameters"), n, strict=True)) for n in self.never_called
        ]
        return {
            "input_shape": list(self.input_shape),
            "parameters": self.parameters,
            "macs": self.macs,
            "layers": [layer.to_json() for layer in self.layers],
            **({"never_called": never} if never else {}),
        }


def anatomy(net: nn.Module, input_shape: Sequence[int]) -> Anatomy:
    """The layers of `net` for an input of `input_shape`, the batch left out.

    (c, h, w), (c, l), (features,) or tokens (t, d); where the net begins with an embedding, the
    input is t whole numbers. The net is run in evaluation mode on tensors without content, and is
    left as it was. The receptive field is exact through branches, skips and resampling; what
    depends on all positions, say behind a linear layer or attention, sees as much of the image as
    there is. `BadNetwork` says at which layer the shapes do not fit, and the ways to mend it.
    """
    found = trace(net, input_shape)
    if found.error is not None:
        raise BadNetwork(explain(found).sentence)
    return read_anatomy(found)


def read_anatomy(found: Trace) -> Anatomy:
    """The table of a run, of one that failed as far as it came."""
    axes, counted = _axes(found), set[int]()
    loose, called = list(_loose(found)), {step.call.name for step in found.steps}
    layers: list[Layer] = []
    places: list[int] = []  # of each step among the layers
    for step in found.steps:
        for place in [p for p in loose if step.call.name.startswith(p[0])]:
            loose.remove(place)
            layers.append(_parameter(place[0] + place[1], place[2], counted))
        places.append(len(layers))
        layers.append(_layer(step, found, axes, places, counted))
    never = [
        (name, type(module).__name__, _count(module.parameters(), counted))
        for name, module in layers_of(found.net)
        if name not in called
    ]
    never += [(path + name, "Parameter", _count([p], counted)) for path, name, p in loose]
    return Anatomy(
        input_shape=found.image_shape,
        layers=tuple(layers),
        parameters=sum(p.numel() for p in found.net.parameters()),
        macs=sum(layer.macs for layer in layers),
        never_called=tuple(never),
        taken_as_all=tuple(sorted(found.unknown)),
    )


def _layer(
    step: Step, found: Trace, axes: Sequence[int], places: Sequence[int], counted: set[int]
) -> Layer:
    shape, module = without_batch(step.output_shape), step.call.module
    reach = tuple(step.reach[axis] for axis in axes)
    pixels = [found.image_shape[axis + found.first_axis] for axis in axes]
    before = tuple(step.call.inputs[0].reach[axis] for axis in axes) if step.call.inputs else ()
    parameters = 0 if module is None else _count(module.parameters(), counted)
    seen = [sight.field(size) for sight, size in zip(reach, pixels, strict=True)]
    return Layer(
        name=step.call.name or step.call.kind,
        kind=step.call.kind,
        input_shapes=tuple(without_batch(s) for s in step.call.input_shapes),
        output_shape=shape,
        parameters=parameters,
        macs=step.macs // BATCH,
        memory=memory(shape).value,
        receptive_field=tuple(seen),
        jump=tuple(sight.jump for sight in reach),
        sees_all=bool(reach) and seen == pixels and all(sight.dim is None for sight in reach),
        window=window_of(step),
        sources=tuple(IMAGE if s == IMAGE else places[s] for s in step.sources),
        formulas=work_out(step, before, reach, parameters),
    )


def _parameter(name: str, parameter: nn.Parameter, counted: set[int]) -> Layer:
    """A parameter that belongs to no layer: a token for the class, say."""
    return Layer(
        name=name,
        kind="Parameter",
        output_shape=tuple(parameter.shape),
        parameters=_count([parameter], counted),
        memory=memory(tuple(parameter.shape)).value,
    )


def _count(parameters: Iterable[nn.Parameter], counted: set[int]) -> int:
    """How many numbers there are in those that were not counted before."""
    new = {id(p): p for p in parameters if id(p) not in counted}
    counted.update(new)
    return sum(p.numel() for p in new.values())


def _loose(found: Trace) -> Iterator[tuple[str, str, nn.Parameter]]:
    """The parameters of modules that are no layers: the module's path, the name, the parameter."""
    layers = {name for name, _ in layers_of(found.net)}
    for name, module in found.net.named_modules():
        above = name.split(".")
        if not layers & {".".join(above[:depth]) for depth in range(1, len(above) + 1)}:
            for own, parameter in module.named_parameters(recurse=False):
                yield f"{name}." if name else "", own, parameter


def _axes(found: Trace) -> Sequence[int]:
    """Along which of the traced axes positions lie: not along the channels."""
    if len(found.image_shape) != 2:
        return range(len(found.image_shape) - found.first_axis)
    first = next((s.call.module for s in found.steps if s.call.module is not None), None)
    return [0] if isinstance(first, ON_TOKENS) else [1]
