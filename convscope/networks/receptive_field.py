"""What each position of a map sees of the image, exact through strides, branches and resampling.

Positions are followed along one axis of the image at a time. Where positions differ in what they
see (after upsampling, say, every second one), each of a period is kept for itself; so nothing is
rounded. Araujo, Norris, Sim: "Computing Receptive Fields of Convolutional Neural Networks",
Distill 2019, has the closed form for a chain of windows, to which this comes down.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, inf, lcm

LONGEST_PERIOD = 5000
"""Positions of a period that are still told apart; beyond it, a position is said to see all."""

Pixel = int | float
"""The number of a pixel along an axis; infinity where there is no end, or nothing is seen."""


@dataclass(frozen=True)
class Sight:
    """What the positions along dimension `dim` of a tensor see along one axis of the image.

    Position p sees the pixels `lows[r] + step * m` to `highs[r] + step * m`, with p = period * m +
    r; pixels before the first or after the last one are padding. With `dim` None all see the same.
    Where several axes share a dimension (pixels in one row, as tokens), its index i stands for
    position (i // inner) % count.
    """

    dim: int | None
    lows: tuple[Pixel, ...]
    highs: tuple[Pixel, ...]
    step: int
    count: int = 1
    inner: int = 1

    def at(self, position: int) -> tuple[Pixel, Pixel]:
        """The first and last pixel that `position` sees; it may lie in the padding."""
        times, r = divmod(position, len(self.lows))
        return self.lows[r] + self.step * times, self.highs[r] + self.step * times

    def everywhere(self) -> "Sight":
        """What all positions see together."""
        if self.dim is None:
            return self
        ends = min(self.count, len(self.lows))
        low = min(self.at(p)[0] for p in range(ends))
        high = max(self.at(p)[1] for p in range(self.count - ends, self.count))
        return fixed(low, high)

    def along(self, size: int) -> "Sight":
        """The same with a position for each index of its dimension, which has `size` of them.

        Where the dimension holds more than this axis, all positions are said to see the same.
        """
        if self.dim is None or (self.inner == 1 and self.count == size):
            return self
        if self.inner * self.count != size:
            return self.everywhere()
        return look(replace(self, inner=1), [[0]] * self.inner, 1, size)

    def field(self, pixels: int) -> int:
        """How many pixels one position sees; of those that see all alike, pixels of the image."""
        if self.dim is None:
            low, high = max(self.lows[0], 0), min(self.highs[0], pixels - 1)
            return int(max(high - low + 1, 0))
        seen = zip(self.lows, self.highs, strict=True)
        return int(max(max(high - low + 1, 0) for low, high in seen))

    @property
    def jump(self) -> int | float | None:
        """Pixels between what two neighbours see; None where all positions see the same."""
        if self.dim is None:
            return None
        jump = Fraction(self.step, len(self.lows))
        return int(jump) if jump.denominator == 1 else float(jump)


def fixed(low: Pixel, high: Pixel) -> Sight:
    """The pixels `low` to `high`, seen from everywhere."""
    return Sight(None, (low,), (high,), 0)


ALL = fixed(-inf, inf)

Seen = tuple[Sequence[Sequence[int]], int]
"""The positions that those of one period look at, and how far further the next period looks."""


def pixels(dim: int, count: int) -> Sight:
    """The image itself: each of its `count` positions sees its own pixel."""
    return Sight(dim, (0,), (0,), 1, count)


def look(sight: Sight, seen: Sequence[Sequence[int]], stride: int, count: int) -> Sight:
    """What `count` positions see that look at several positions of `sight`.

    Position r of a period looks at the positions `seen[r]`, and a period later at those that lie
    `stride` further; a position that looks at none sees nothing.
    """
    if sight.dim is None:
        return sight
    period = len(seen) * (len(sight.lows) // gcd(len(sight.lows), stride))
    if period > LONGEST_PERIOD:
        return sight.everywhere()
    lows, highs = [], []
    for r in range(period):
        moved = stride * (r // len(seen))
        ends = [sight.at(position + moved) for position in seen[r % len(seen)]]
        lows.append(min((low for low, _ in ends), default=inf))
        highs.append(max((high for _, high in ends), default=-inf))
    step = sight.step * stride * (period // len(seen)) // len(sight.lows)
    return Sight(sight.dim, tuple(lows), tuple(highs), step, count)


def join(a: Sight, b: Sight) -> Sight:
    """What positions see that take from both: the stretch from the first pixel to the last."""
    if a == b:
        return a
    alike = (a.dim, a.count, a.inner) == (b.dim, b.count, b.inner) and a.dim is not None
    period = lcm(len(a.lows), len(b.lows))
    if not alike or a.jump != b.jump or period > LONGEST_PERIOD:
        a, b = a.everywhere(), b.everywhere()
        return fixed(min(a.lows[0], b.lows[0]), max(a.highs[0], b.highs[0]))
    ends = [(a.at(p), b.at(p)) for p in range(period)]
    lows = tuple(min(at_a[0], at_b[0]) for at_a, at_b in ends)
    highs = tuple(max(at_a[1], at_b[1]) for at_a, at_b in ends)
    return replace(a, lows=lows, highs=highs, step=a.step * period // len(a.lows))


def window(kernel_size: int, padding: int, dilation: int = 1) -> list[list[int]]:
    """What the first position of a window looks at; the others lie a stride further."""
    return [[k * dilation - padding for k in range(kernel_size)]]


def spread(kernel_size: int, stride: int, padding: int, dilation: int = 1) -> list[list[int]]:
    """What the positions of a transposed convolution look at; each `stride` of them, one further.

    Position o takes from position i where o = i * stride - padding + k * dilation.
    """
    reached = [[o + padding - k * dilation for k in range(kernel_size)] for o in range(stride)]
    return [[at // stride for at in offsets if at % stride == 0] for offsets in reached]


def shares(size: int, count: int) -> Seen:
    """What the positions of an adaptive pooling from `size` to `count` look at, and their stride.

    Position o takes floor(o * size / count) up to, not including, ceil((o + 1) * size / count).
    """
    common = gcd(size, count)
    seen = [
        list(range(o * size // count, -(-(o + 1) * size // count))) for o in range(count // common)
    ]
    return seen, size // common


def samples(size: int, count: int, taps: int, corners: bool = False) -> Seen:
    """What the positions of an interpolation look at: 1 tap is nearest, 2 linear, 4 cubic.

    `corners` lays the outer positions on each other, as `align_corners` does; otherwise the outer
    edges of the pixels. A tap of weight 0 is not looked at.
    """
    steps, over = (size - 1, count - 1) if corners and taps > 1 else (size, count)
    if over <= 0:
        return [[0]], 1
    common = gcd(steps, over)
    ratio, half = Fraction(steps, over), Fraction(0 if corners else 1, 2)
    seen = []
    for o in range(over // common):
        at = o * ratio if taps == 1 else (o + half) * ratio - half
        first = at.numerator // at.denominator - (taps // 2 - 1 if taps > 1 else 0)
        exact = taps > 1 and at.denominator == 1
        seen.append([int(at)] if exact else list(range(first, first + taps)))
    return seen, steps // common
