"""Shapes of one image, as sentences say them."""

from math import prod

Shape = tuple[int, ...]
"""Without the batch: (c, h, w), (c, l) or (features,)."""


def in_words(shape: Shape) -> str:
    """A shape as a sentence says it: 16 maps of 5x7, or 784 values in a row."""
    if len(shape) < 2:
        return f"{prod(shape):,} value{'s in a row' if prod(shape) != 1 else ''}"
    what = "map" if len(shape) > 2 else "sequence"
    return f"{shape[0]} {what}{'s' * (shape[0] != 1)} of {'x'.join(map(str, shape[1:]))}"


def stride_between(larger: Shape, smaller: Shape) -> int | None:
    """The stride at which a kernel of one pixel makes maps of `smaller` from those of `larger`."""
    strides = range(1, max(larger[1:], default=0) + 1)
    return next(
        (s for s in strides if smaller[1:] == tuple((n - 1) // s + 1 for n in larger[1:])), None
    )
