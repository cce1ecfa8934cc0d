"""Along which dimension of a tensor an axis of the image lies, after the tensor was rearranged."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import prod

from convscope.networks.receptive_field import Sight, look


def reshaped(sight: Sight, old: Sequence[int], new: Sequence[int]) -> Sight:
    """`sight` after its tensor of shape `old` is read as one of shape `new`.

    Of an axis cut into blocks, the blocks are followed: each sees what its positions saw.
    """
    if sight.dim is None or tuple(old) == tuple(new):
        return sight
    if sight.count == 1:
        return sight.everywhere()
    apart = sight.inner * prod(old[sight.dim + 1 :])  # values between two positions
    for dim in reversed(range(len(new))):
        within = prod(new[dim + 1 :])
        if new[dim] == 1 or within * new[dim] <= apart or apart % within:
            continue
        if within * new[dim] >= apart * sight.count:
            return replace(sight, dim=dim, inner=apart // within)
        return _blocks(sight, new, dim, apart)
    return sight.everywhere()


def _blocks(sight: Sight, new: Sequence[int], dim: int, apart: int) -> Sight:
    """An axis of which dimension `dim` of `new` holds only the positions within a block."""
    size = prod(new[dim:]) // apart
    coarse = next(d for d in reversed(range(dim)) if new[d] > 1)
    if sight.count % size or new[coarse] * size < sight.count:
        return sight.everywhere()
    blocks = look(replace(sight, inner=1), [list(range(size))], size, sight.count // size)
    return replace(blocks, dim=coarse)


def permuted(sight: Sight, order: Sequence[int]) -> Sight:
    """`sight` after dimension d of its tensor became that at which `order` names d."""
    return sight if sight.dim is None else replace(sight, dim=list(order).index(sight.dim))


def without(sight: Sight, dims: Iterable[int], kept: bool = False) -> Sight:
    """`sight` after `dims` were summed up; `kept` leaves them in the shape, with size 1."""
    gone = set(dims)
    if sight.dim is None or sight.dim in gone:
        return sight.everywhere()
    return sight if kept else replace(sight, dim=sight.dim - sum(d < sight.dim for d in gone))
