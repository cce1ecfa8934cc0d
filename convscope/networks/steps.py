"""One step of a net's run: a layer or a function, what came to it and what it gave."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from convscope.networks.operation import Operation
from convscope.networks.reach import Reach
from convscope.networks.tape import Tracked

BATCH = 1009
"""Images in the batch: a prime number that is the size of nothing else."""
IMAGE = -1
"""The source of what was made from the image itself."""
WHOLE = (
    nn.modules.conv._ConvNd, nn.Linear, nn.Bilinear, nn.MultiheadAttention, nn.RNNBase,
    nn.Embedding, nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm,
)  # fmt: skip
"""Layers even where they have modules inside."""

Shapes = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False)
class Call:
    """A layer or a function, and what it was called with."""

    name: str
    kind: str
    """The module's class, or the function's name."""
    module: nn.Module | None
    """The copied module; None for a function."""
    arguments: Sequence[Any]
    inputs: Sequence[Tracked]
    """The tensors that depend on the image; their shapes have the batch, as everywhere here."""
    is_layer: bool
    """Whether nothing inside it is a layer of its own."""
    macs_before: int
    noted_before: int

    @property
    def input_shapes(self) -> Shapes:
        """The shapes of what depends on the image."""
        return tuple(tuple(i.tensor.shape) for i in self.inputs)


@dataclass(frozen=True, eq=False)
class Step:
    """A call that was answered."""

    call: Call
    output_shape: tuple[int, ...]
    reach: Reach
    macs: int
    """For the whole batch."""
    sources: tuple[int, ...]
    """The steps that gave the inputs, or `IMAGE`."""
    operations: Sequence[tuple[Operation, Tensor]]
    """What torch did in it with what depends on the image, and what came of each."""


def is_layer(name: str, module: nn.Module) -> bool:
    """Whether the module at path `name` is a row of the table, and not what holds such rows.

    The functions that a net calls are rows of their own where it has no modules.
    """
    own = name == "" and not type(module).__module__.startswith("torch.")
    return isinstance(module, WHOLE) or (not own and next(module.children(), None) is None)


def layers_of(net: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """The layers of `net` by their paths; of one that is held twice, the first."""
    inside = ""
    for name, module in net.named_modules():
        if inside and name.startswith(inside):
            continue
        if is_layer(name, module) and not isinstance(module, nn.ModuleList | nn.ModuleDict):
            inside = f"{name}."
            yield name, module


def without_batch(shape: Sequence[int]) -> tuple[int, ...]:
    """A shape of one image: the dimension that holds the batch is taken out of it."""
    place = next((d for d, size in enumerate(shape) if size and size % BATCH == 0), None)
    if place is None:
        return tuple(shape)
    share = () if shape[place] == BATCH else (shape[place] // BATCH,)
    return (*shape[:place], *share, *shape[place + 1 :])
