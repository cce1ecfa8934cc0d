"""One call of one of torch's own operations, below all modules and functions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor

UNTAGGED = frozenset(
    (
        "_prelu_kernel", "_reshape_alias", "_to_copy", "alias", "bernoulli", "celu",
        "channel_shuffle", "clone", "copy", "detach", "dropout", "elu", "hardsigmoid",
        "hardswish", "hardtanh", "leaky_relu", "lift_fresh", "log_sigmoid_forward", "masked_fill",
        "mish", "native_dropout", "relu6", "rrelu_with_noise", "selu", "softplus", "softshrink",
        "threshold",
    )
)  # fmt: skip
"""Operations on each value alone that torch does not mark as such."""


@dataclass(frozen=True, eq=False)
class Operation:
    """An operation of torch's, say `convolution`, and what it was called with."""

    name: str
    arguments: Mapping[str, Any]
    """By the names in torch's schema, with the usual values of those left out."""
    pointwise: bool
    """Whether a value of the output depends on the values at its own place only."""
    writes: bool
    """Whether it changes its first argument."""

    @property
    def input(self) -> Tensor:
        """The first tensor among the arguments."""
        return next(tensors(self.arguments))

    def number(self, name: str, axis: int, usual: int = 1) -> int:
        """An argument with one number for all axes or one for each; `axis` counts from 0."""
        value = self.arguments.get(name)
        if isinstance(value, int):
            return int(value)
        if not value:
            return usual
        return int(value[axis] if len(value) > 1 else value[0])

    def dims(self) -> list[int]:
        """The dimensions that `dim` names, counted from the front; all where it names none."""
        ndim, named = self.input.dim(), self.arguments.get("dim")
        if named is None or named == []:
            return list(range(ndim))
        return [d % ndim for d in ([named] if isinstance(named, int) else named)]


def read_operation(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Operation:
    """The call of `function` as a dispatch mode of torch's is told of it."""
    usual, name, pointwise, writes = _schema(function)
    given = dict(zip(usual, args, strict=False))
    return Operation(name, {**usual, **given, **kwargs}, pointwise, writes)


def tensors(value: Any) -> Iterator[Tensor]:
    """The tensors in an argument, or in a structure of arguments, in their order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple | Mapping):
        for part in value.values() if isinstance(value, Mapping) else value:
            if isinstance(part, Tensor):
                yield part
            elif isinstance(part, list | tuple | Mapping):
                yield from tensors(part)


@cache
def _schema(function: Any) -> tuple[dict[str, Any], str, bool, bool]:
    schema = function._schema
    usual = {a.name: a.default_value if a.has_default_value() else None for a in schema.arguments}
    name = schema.name.partition("::")[2]
    pointwise = torch.Tag.pointwise in function.tags or name.removesuffix("_") in UNTAGGED
    return usual, name, pointwise, schema.is_mutable
