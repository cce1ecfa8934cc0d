"""The smallest images that go through a layer, found by trying sizes; nothing is computed."""

from collections.abc import Callable

from convscope.networks.trace import Trace, run

LARGEST = 1024
"""Pixels a side up to which sizes are tried."""


def smallest_size(found: Trace, enough: Callable[[Trace], bool]) -> int | None:
    """The smallest side at which `enough` is true of a run on square images; None if there is none.

    It takes for granted that larger images are enough too. Of sequences (c, l), it is the length.
    """
    channels, *sides = found.image_shape
    if not sides or not enough(run(found.hollow, (channels, *[LARGEST] * len(sides)))):
        return None
    low, high = 0, LARGEST  # too small, enough
    while high - low > 1:
        middle = (low + high) // 2
        if enough(run(found.hollow, (channels, *[middle] * len(sides)))):
            high = middle
        else:
            low = middle
    return high


def in_pixels(found: Trace, side: int) -> str:
    """A size as a sentence says it: 32x32, or a length of 32."""
    axes = len(found.image_shape) - 1
    return "x".join([str(side)] * axes) if axes > 1 else f"a length of {side}"


def smallest_passing(found: Trace) -> int | None:
    """The smallest side at which the layer that failed does not."""
    return smallest_size(found, lambda other: _passes(other, len(found.steps)))


def size_for(found: Trace, wanted: int) -> int | None:
    """The smallest side at which the linear layer that failed gets `wanted` values."""
    at = len(found.steps)
    side = smallest_size(found, lambda other: _arriving(other, at) >= wanted)
    if side is None:
        return None
    channels, *sides = found.image_shape
    return (
        side
        if _arriving(run(found.hollow, (channels, *[side] * len(sides))), at) == wanted
        else None
    )


def _passes(found: Trace, at: int) -> bool:
    return found.error is None or len(found.steps) > at


def _arriving(found: Trace, at: int) -> int:
    """How many values come to step number `at`; 0 where an earlier one fails."""
    if len(found.steps) < at:
        return 0
    call = found.steps[at].call if len(found.steps) > at else found.failed
    return call.input_shapes[0][-1] if call is not None and call.input_shapes else 0
