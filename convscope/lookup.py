"""Find a name in a catalogue, or say what there is and what was probably meant."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from convscope.errors import UnknownName

T = TypeVar("T")


def lookup(catalogue: Mapping[str, T], name: str, kind: str) -> T:
    """`catalogue[name]`; `UnknownName` says what was probably meant, or all there is."""
    if name in catalogue:
        return catalogue[name]
    raise UnknownName(f"no {kind} is called {name!r}: {suggestion(name, catalogue)}")


def suggestion(name: str, known: Iterable[str]) -> str:
    """The likely intended names among `known`, or all there are, as the end of a sentence."""
    known = sorted(known)
    if not known:
        return "there are none"
    near = difflib.get_close_matches(name, known, n=3)
    return f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}"


def few(words: Sequence[str], most: int = 10) -> str:
    """The first `most` words, and how many more there are."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
