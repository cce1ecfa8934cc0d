"""Numbers, products and sums as people write them."""

from collections.abc import Iterable

DIGITS = 6
"""Significant digits of a number that is not whole."""
LARGEST_WHOLE = 10**15
"""Up to here a float64 tells whole numbers apart, and they are written out."""


def number(value: float) -> str:
    """A number as short as six significant digits allow: `2`, `-0.25`, `0.333333`."""
    if abs(value) < LARGEST_WHOLE and value == int(value):
        return str(int(value))
    return f"{value:.{DIGITS}g}"


def product(left: float, right: float) -> str:
    """Two factors, the negative ones in brackets: `1*2`, `(-1)*0.5`."""
    return f"{_factor(left)}*{_factor(right)}"


def signed_sum(values: Iterable[float]) -> str:
    """Numbers joined by their own signs: `5 - 2 + 3`."""
    first, *rest = values
    return number(first) + "".join(
        f" - {number(-value)}" if value < 0 else f" + {number(value)}" for value in rest
    )


def places(positions: range, one: str) -> str:
    """Where something lies, in words: `row 2`, `rows 2..4`, `rows 0, 2, 4`, with `one` "row"."""
    if len(positions) == 1:
        return f"{one} {positions[0]}"
    if positions.step == 1:
        return f"{one}s {positions[0]}..{positions[-1]}"
    return f"{one}s {', '.join(map(str, positions))}"


def _factor(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)
