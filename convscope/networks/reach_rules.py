"""How operations without windows pass on what their input sees: parts, sums, other layouts.

A rule takes the operation, the sight of its input along one axis of the image, that input and the
output.
"""

from dataclasses import replace

from torch import Tensor

from convscope.networks.layout import permuted, reshaped, without
from convscope.networks.operation import Operation
from convscope.networks.receptive_field import Sight, fixed, look, window


def broadcast(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """Dimensions of size 1 repeated, and others put before the first."""
    if sight.dim is None:
        return sight
    dim = sight.dim + output.dim() - maps.dim()
    same = maps.shape[sight.dim] == output.shape[dim]
    return replace(sight, dim=dim) if same else sight.everywhere()


def padded(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """Positions added before the first and after the last; taken away where the number is negative.

    Reflected or repeated positions are padding too: inside, none of them is seen.
    """
    added = operation.arguments.get("pad") or operation.arguments["padding"]
    place = -1 if sight.dim is None else 2 * (maps.dim() - 1 - sight.dim)
    if sight.dim is None or place >= len(added):
        return sight
    size, count = maps.shape[sight.dim], output.shape[sight.dim]
    return look(sight.along(size), [[-int(added[place])]], 1, count)


def cut(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """Every so many positions of a dimension: a slice, or a piece of a split."""
    (dim,) = operation.dims()
    if sight.dim != dim or output.shape == maps.shape:
        return sight
    step = operation.arguments.get("step") or 1
    if step == 1 and sight.count <= output.shape[dim] and sight.count != maps.shape[dim]:
        return sight  # tokens without the one for the class
    seen = sight.along(maps.shape[dim])
    return look(seen, [[_first(maps, output, dim)]], step, output.shape[dim])


def selected(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """One position of a dimension, which is gone."""
    (dim,) = operation.dims()
    if sight.dim != dim:
        return without(sight, [dim])
    seen = sight.along(maps.shape[dim])
    return seen if seen.dim is None else fixed(*seen.at(_first(maps, output, dim)))


def gathered(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """Positions picked by their numbers, `maps[:, [0, 2]]`: all of them see the same."""
    indices = operation.arguments["indices"]
    picked = [dim for dim, index in enumerate(indices) if index is not None]
    if sight.dim is None or sight.dim in picked or picked[-1] - picked[0] >= len(picked):
        return sight.everywhere()
    moved = output.dim() - maps.dim() if sight.dim > picked[-1] else 0
    return replace(sight, dim=sight.dim + moved)


def summed(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """A mean, sum or maximum over dimensions."""
    return without(sight, operation.dims(), kept=output.dim() == maps.dim())


def mixed(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """Each position from all those of a dimension: a softmax, say."""
    return sight.everywhere() if sight.dim in operation.dims() else sight


def layer_norm(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """Mean and deviation over the last dimensions."""
    first = maps.dim() - len(operation.arguments["normalized_shape"])
    return sight.everywhere() if sight.dim is not None and sight.dim >= first else sight


def group_norm(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """Mean and deviation over all positions of several channels."""
    return sight if sight.dim == 0 else sight.everywhere()


def batch_norm(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """A scale and a shift; without stored statistics, from mean and deviation of each channel."""
    stored = operation.arguments["running_mean"] is not None
    measured = operation.arguments.get("training") or not stored
    return sight.everywhere() if measured and sight.dim != 1 else sight


def view(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """The same values in another shape."""
    return reshaped(sight, maps.shape, output.shape)


def permute(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """The dimensions in the order of `dims`."""
    return permuted(sight, [d % maps.dim() for d in operation.arguments["dims"]])


def transpose(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """Two dimensions swapped; by `t`, those of a matrix."""
    order = list(range(maps.dim()))
    a = operation.arguments.get("dim0", 0) % maps.dim()
    b = operation.arguments.get("dim1", maps.dim() - 1) % maps.dim()
    order[a], order[b] = order[b], order[a]
    return permuted(sight, order)


def rolled(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """Positions moved on; those that leave at one end come back at the other, as if padded."""
    dims = [d % maps.dim() for d in operation.arguments["dims"]]
    if sight.dim is None or sight.dim not in dims:
        return sight if dims else sight.everywhere()
    shift = -operation.number("shifts", dims.index(sight.dim))
    size = maps.shape[sight.dim]
    return look(sight.along(size), [[shift]], 1, size)


def unfolded(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """`Tensor.unfold`: windows along a dimension, their values along a new last one."""
    if sight.dim is None or sight.dim != operation.arguments["dimension"] % maps.dim():
        return sight
    seen = window(operation.arguments["size"], 0)
    count = output.shape[sight.dim]
    return look(sight.along(maps.shape[sight.dim]), seen, operation.arguments["step"], count)


def _first(maps: Tensor, output: Tensor, dim: int) -> int:
    """At which position of `maps` along `dim` its part `output` begins, by where it is stored."""
    return (output.storage_offset() - maps.storage_offset()) // max(maps.stride(dim), 1)
