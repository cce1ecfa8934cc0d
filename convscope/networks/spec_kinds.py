"""The kinds of values in a spec: what is allowed, and how a text is read."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from convscope.networks.arguments import plain

CLASSES = "classes"
"""Stands for the number of classes, whatever the data have."""


@dataclass(frozen=True)
class Kind:
    """A kind of value: what is allowed, for a sentence, and how its text is read.

    `read` raises `ValueError` at any other text.
    """

    rule: str
    read: Callable[[str], Any]


def whole(text: str, low: int) -> int:
    """The whole number that `text` is; `ValueError` if it is none, or below `low`."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < low:
        raise ValueError(text)
    return int(text)


def _number(low: float, high: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = float(text)
        if not math.isfinite(value) or not low <= value <= high:
            raise ValueError(text)
        return value

    return read


def size(low: int) -> Kind:
    """A number of `low` or more, or two: height x width."""

    def read(text: str) -> int | tuple[int, ...]:
        numbers = tuple(whole(part, low) for part in text.split("x"))
        if len(numbers) > 2:
            raise ValueError(text)
        return plain(numbers)

    return Kind(f"a whole number of {low} or more, or two as height x width, such as 3x5", read)


def length(low: int) -> Kind:
    """A number of `low` or more."""
    return Kind(f"a whole number of {low} or more", lambda text: whole(text, low))


def or_same(kind: Kind) -> Kind:
    """What `kind` allows, or the word same."""
    return Kind(f"{kind.rule}, or same", lambda text: text if text == "same" else kind.read(text))


def choice(*names: str) -> Kind:
    """One of the `names`."""
    return Kind(" or ".join(names), lambda text: names[names.index(text)])


COUNT = length(1)
OUT = Kind("a whole number of 1 or more, or classes", lambda t: t if t == CLASSES else whole(t, 1))
SWITCH = Kind("yes or no", lambda text: ("no", "yes").index(text) == 1)
SHARE = Kind("a number from 0 to 1", _number(0.0, 1.0))
NUMBER = Kind("a number", _number(-math.inf, math.inf))
POSITIVE = Kind("a number of 0 or more", _number(0.0, math.inf))
FACTOR = Kind("a number above 0", _number(1e-6, math.inf))
