"""One weight of a net, found by what a person writes: fc2.weight[3,17]."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from convscope.errors import BadValue, UnknownName
from convscope.lookup import suggestion

WRITTEN = re.compile(r"\s*([^\[\]]+?)\s*(?:\[([^\[\]]*)\])?\s*")


@dataclass(frozen=True)
class Place:
    """Where a weight is: its parameter's name, as `state_dict` has it, and its index there."""

    name: str
    index: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name}[{','.join(map(str, self.index))}]"


def find_weight(net: nn.Module, written: str | None) -> Place:
    """The weight that `written` means in `net`, which has some, after a backward pass.

    "fc2.weight[3,17]" is one weight; "fc2.weight" the one of the largest gradient in it; None the
    one of the largest gradient in the last matrix of the net. `UnknownName` and `BadValue` say what
    there is.
    """
    parameters = dict(net.named_parameters())
    if written is None:
        matrices = [name for name, p in parameters.items() if p.ndim > 1]
        return _steepest((matrices or list(parameters))[-1], parameters)
    match = WRITTEN.fullmatch(written)
    if match is None:
        raise BadValue(f"weight {written!r}: it is written NAME[INDEX], such as fc2.weight[3,17]")
    name, index = match.groups()
    if name not in parameters:
        raise UnknownName(f"the net has no weights {name!r}: {suggestion(name, parameters)}")
    if index is None:
        return _steepest(name, parameters)
    return Place(name, _index(index, parameters[name], name))


def gradient_of(tensor: Tensor) -> Tensor:
    """Its gradient after a backward pass; zeros where nothing depends on it."""
    return torch.zeros_like(tensor) if tensor.grad is None else tensor.grad


def _steepest(name: str, parameters: Mapping[str, nn.Parameter]) -> Place:
    gradient = gradient_of(parameters[name])
    at = torch.unravel_index(gradient.abs().argmax(), gradient.shape)
    return Place(name, tuple(int(i) for i in at))


def _index(text: str, parameter: Tensor, name: str) -> tuple[int, ...]:
    shape, words = tuple(parameter.shape), text.split(",") if text.strip() else []
    try:
        index = tuple(int(word) for word in words)
    except ValueError:
        index = ()
    if len(index) != len(shape) or not all(
        0 <= i < size for i, size in zip(index, shape, strict=True)
    ):
        last = ",".join(str(size - 1) for size in shape)
        first = ",".join("0" for _ in shape)
        raise BadValue(
            f"{name}[{text}]: {name} has the shape {' x '.join(map(str, shape))}, so an index runs "
            f"from [{first}] to [{last}]"
        )
    return index
