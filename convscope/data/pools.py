"""What a folder holds before it is cut: parts, groups, copies, and what is told of broken files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from convscope.data.dataset import PARTS, Dataset
from convscope.data.split import hashes_of
from convscope.errors import BadData, BadValue
from convscope.lookup import few

PART_NAMES = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}
"""Names of sub-folders, in lower case, that are parts and not classes."""
TOLERATED = 0.01
"""Share of files that may be unusable without anybody being asked."""
MOST_NAMED = 10
"""Sentences in one note; all of them where the user must act."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Pools:
    """What a folder holds, before it is cut."""

    parts: Mapping[str, Dataset]
    """By part, if there are folders for them; otherwise all is "train"."""
    broken: tuple[tuple[str, str], ...]
    """Files that could not be used: name, reason."""
    empty: tuple[str, ...]
    """Classes without a picture."""
    notes: tuple[str, ...]
    """What a person should know."""


def in_parts(whole: Dataset, part_of_each: Sequence[str], notes: list[str]) -> dict[str, Dataset]:
    """`whole` in the parts that somebody has cut; a note if that tore groups asunder."""
    places = {part: [i for i, own in enumerate(part_of_each) if own == part] for part in PARTS}
    parts = {part: whole.subset(at) for part, at in places.items() if at}
    seen = [set(dataset.groups or ()) for dataset in parts.values()]
    torn = {group for one, other in combinations(seen, 2) for group in one & other}
    if torn:
        told = few(sorted(torn, key=natural_key))
        notes.append(f"pictures of {len(torn)} groups are in several parts: {told}")
    return parts


def without_copies(pool: Dataset, other: Dataset) -> tuple[Dataset, list[tuple[str, str]]]:
    """`pool` less the pictures that are also in `other`, and the two names of each.

    What is learned from must not be what is asked.
    """
    known = dict(zip(hashes_of(other), other.names, strict=True))
    hashes = hashes_of(pool)
    copies = [i for i, content in enumerate(hashes) if content in known]
    if len(copies) == len(pool):
        raise BadData(
            f"every picture of one part is in another too, such as {pool.names[0]}: "
            "nothing is left to learn from"
        )
    kept = sorted(set(range(len(pool))) - set(copies))
    return pool.subset(kept), [(pool.names[i], known[hashes[i]]) for i in copies]


def told_copies(copies: Sequence[tuple[str, str]]) -> list[str]:
    """A sentence for each picture that is in two parts, up to ten of them."""
    said = [
        f"{name} is the same picture as {other}, of another part: it is not learned from"
        for name, other in copies[:MOST_NAMED]
    ]
    more = len(copies) - MOST_NAMED
    return said if more <= 0 else [*said, f"... and {more} more such pictures"]


def judged(broken: Sequence[tuple[str, str]], total: int, skip: bool) -> list[str]:
    """A note on what is left out; `BadData` names all if it is too much."""
    if not broken:
        return []
    counted = f"{len(broken)} of {total:,} files cannot be used"
    if len(broken) <= TOLERATED * total or skip:
        return [f"{counted} and are left out: {_told(broken[:MOST_NAMED], len(broken))}"]
    raise BadData(
        f"{counted}, more than {100 * TOLERATED:.0f} %: {_told(broken, len(broken))}; mend or "
        "remove them, or go on without them: --skip-unreadable (skip_unreadable=True)"
    )


def _told(broken: Sequence[tuple[str, str]], total: int) -> str:
    more = f"; and {total - len(broken)} more" if total > len(broken) else ""
    return "; ".join(f"{name} ({reason})" for name, reason in broken) + more


def natural_key(word: str) -> tuple[list[tuple[bool, int, str]], str]:
    """Sorts words as people order them: 1, 2, 10."""
    pieces = re.findall(r"\d+|\D+", word.casefold())
    return [(not p.isdecimal(), int(p) if p.isdecimal() else 0, p) for p in pieces], word


def read_pattern(group_by: str | None) -> re.Pattern[str] | None:
    """`group_by` compiled; `BadValue` if it is not a regular expression."""
    try:
        return re.compile(group_by) if group_by else None
    except re.error as error:
        raise BadValue(
            f"group_by {group_by!r} is not a regular expression ({error}): "
            r"one that finds a person's number is (person\d+)"
        ) from error


def found_groups(
    names: Sequence[str], pattern: re.Pattern[str] | None, notes: list[str]
) -> tuple[str, ...] | None:
    """Each picture's group: what `pattern` finds (its first bracket, if it has one) in its name."""
    if pattern is None:
        return None
    found = [pattern.search(name) for name in names]
    lost = [name for name, match in zip(names, found, strict=True) if match is None]
    if len(lost) == len(names):
        raise BadValue(f"group_by {pattern.pattern!r} is in no picture's name, such as {names[0]}")
    if lost:
        notes.append(
            f"group_by {pattern.pattern!r} is not in the names of {len(lost):,} pictures, such as "
            f"{lost[0]}: each is a group of its own"
        )
    return tuple(
        f"alone {name}" if match is None else str(match[1 if pattern.groups else 0])
        for name, match in zip(names, found, strict=True)
    )
