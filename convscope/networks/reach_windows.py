"""How convolution, pooling and resizing pass on what their input sees: windows over the last axes.

Each function says of one axis which positions of the input the first positions of the output look
at, and how far further the next ones look; `size` positions go in, `count` come out.
"""

from collections.abc import Callable
from dataclasses import replace

from torch import Tensor

from convscope.networks.operation import Operation
from convscope.networks.receptive_field import (
    Seen,
    Sight,
    look,
    samples,
    shares,
    spread,
    window,
)

Windows = Callable[[Operation, int, int, int], Seen | None]
"""(operation, axis, size, count) -> what is looked at; None where it is everything."""


def convolved(operation: Operation, axis: int, size: int, count: int) -> Seen:
    """A window of the weight's size; transposed, what such a window would be reached from."""
    kernel = operation.arguments["weight"].shape[2 + axis]
    stride, padding, dilation = (
        operation.number(name, axis) for name in ("stride", "padding", "dilation")
    )
    if operation.arguments["transposed"]:
        return spread(kernel, stride, padding, dilation), 1
    return window(kernel, padding, dilation), stride


def pooled(operation: Operation, axis: int, size: int, count: int) -> Seen:
    """A window that moves by its own size, unless told otherwise."""
    kernel = operation.number("kernel_size", axis)
    padding, dilation = operation.number("padding", axis, 0), operation.number("dilation", axis)
    return window(kernel, padding, dilation), operation.number("stride", axis, usual=kernel)


def adapted(operation: Operation, axis: int, size: int, count: int) -> Seen | None:
    """As many windows as there are positions wanted, together all of the input."""
    return shares(size, count) if count > 1 else None


def nearest(operation: Operation, axis: int, size: int, count: int) -> Seen:
    """The position that is nearest."""
    return samples(size, count, 1)


def linear(operation: Operation, axis: int, size: int, count: int) -> Seen:
    """The two positions between which it lies."""
    return samples(size, count, 2, bool(operation.arguments["align_corners"]))


def cubic(operation: Operation, axis: int, size: int, count: int) -> Seen:
    """The four positions around it."""
    return samples(size, count, 4, bool(operation.arguments["align_corners"]))


def shuffled(operation: Operation, axis: int, size: int, count: int) -> Seen:
    """Channels become positions: of each one, several side by side."""
    return [[0]] * (count // size), 1


def unshuffled(operation: Operation, axis: int, size: int, count: int) -> Seen:
    """Positions side by side become channels of one."""
    times = size // count
    return window(times, 0), times


def _each(name: str, windows: Windows, axes: str) -> dict[str, tuple[int, Windows]]:
    return {name.format(n): (int(n), windows) for n in axes}


WINDOWS: dict[str, tuple[int, Windows]] = {
    **_each("avg_pool{}d", pooled, "123"),
    **_each("max_pool{}d_with_indices", pooled, "23"),
    **_each("_adaptive_avg_pool{}d", adapted, "23"),
    **_each("adaptive_max_pool{}d", adapted, "23"),
    **_each("upsample_nearest{}d", nearest, "123"),
    "upsample_linear1d": (1, linear),
    "upsample_bilinear2d": (2, linear),
    "upsample_trilinear3d": (3, linear),
    "upsample_bicubic2d": (2, cubic),
    "pixel_shuffle": (2, shuffled),
    "pixel_unshuffle": (2, unshuffled),
}
"""Operation -> over how many of the last dimensions its windows go, and which they are."""


def through_windows(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """What the output of an operation of `WINDOWS` sees; the other dimensions stay apart."""
    axes, windows = WINDOWS[operation.name]
    if sight.dim is None or sight.dim < maps.dim() - axes:
        return sight
    size, count = maps.shape[sight.dim], output.shape[sight.dim]
    seen = windows(operation, sight.dim - maps.dim() + axes, size, count)
    return sight.everywhere() if seen is None else look(sight.along(size), *seen, count)


def through_convolution(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """What the output of a convolution sees, which mixes all channels."""
    if sight.dim is None or sight.dim == 0:
        return sight
    if sight.dim == 1:
        return sight.everywhere()
    size, count = maps.shape[sight.dim], output.shape[sight.dim]
    return look(sight.along(size), *convolved(operation, sight.dim - 2, size, count), count)


def through_patches(operation: Operation, sight: Sight, maps: Tensor, output: Tensor) -> Sight:
    """What `F.unfold` gives: the values under a window as a column, one column per position."""
    counts = [_positions(operation, maps, axis) for axis in (0, 1)]
    axis = -1 if sight.dim is None else sight.dim - maps.dim() + 2
    if axis < 0:
        return sight
    seen = pooled(operation, axis, 0, 0)
    found = look(sight.along(maps.shape[axis - 2]), *seen, counts[axis])
    inner = counts[1] if axis == 0 else 1
    return found if found.dim is None else replace(found, dim=output.dim() - 1, inner=inner)


def _positions(operation: Operation, maps: Tensor, axis: int) -> int:
    """How many positions a window of `F.unfold` has along one axis."""
    (seen,), stride = pooled(operation, axis, 0, 0)
    room = maps.shape[axis - 2] + 2 * operation.number("padding", axis, 0)
    return (room - (seen[-1] - seen[0]) - 1) // stride + 1
