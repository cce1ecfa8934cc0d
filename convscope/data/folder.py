"""A folder of class folders, perhaps below train, val and test, as a data set."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import torch

from convscope.data.dataset import PARTS, Dataset
from convscope.data.download import Progress
from convscope.data.picture_cache import Decoded, PictureFile, decode, visible
from convscope.data.pixels import SUFFIXES
from convscope.data.split import hashes_of
from convscope.errors import BadData, BadValue

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
CLUTTER = ("thumbs.db", "desktop.ini")
"""Files that systems leave in folders; like hidden ones they are passed over."""
MOST_NAMED = 10
"""Names in one note; all of them where the user must act."""


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


def read_folder(
    folder: Path,
    *,
    size: int = 0,
    group_by: str | None = None,
    skip_unreadable: bool = False,
    progress: Progress | None = None,
) -> Pools:
    """The pictures below `folder`, each labelled by the class folder it lies in.

    They are stored at `size` x `size` pixels (0: as they suit), decoded once and kept in a memory
    map. `group_by` is a regular expression that finds in a picture's name what its group shares: a
    person, a patient, a video. Unusable files are left out: up to 1 % of all, or any number with
    `skip_unreadable`; otherwise `BadData` names every one.
    """
    pattern, folder = read_pattern(group_by), folder.resolve()  # however it was spelled
    places = _class_folders(folder)
    top = str(folder)
    listed = [(part, word, file) for part, word, path in places for file in _files(str(path), top)]
    pictures = [entry for entry in listed if _is_picture(entry[2])]
    if not pictures:
        raise BadData(f"{folder} holds no pictures: its class folders are empty")
    decoded = decode([file for *_, file in pictures], folder, size, progress)
    others = [(file.name, NO_PICTURE) for *_, file in listed if not _is_picture(file)]
    broken = [*decoded.broken, *others]
    notes = judged(broken, len(listed), skip_unreadable)
    class_names = _natural({word for _, word, _ in (pictures[i] for i in decoded.readable)})
    empty = _natural({word for _, word, _ in places} - set(class_names))
    if empty:
        notes.append(f"no picture in class {few(empty)}: left out")
    files = [pictures[i] for i in decoded.readable]
    groups = found_groups([file.name for *_, file in files], pattern, notes)
    parts = _parts(files, decoded, class_names, groups)
    if torn := torn_groups(parts):
        notes.append(f"pictures of {len(torn)} groups are in several parts: {few(torn)}")
    return Pools(
        parts=parts,
        broken=tuple(broken),
        empty=tuple(empty),
        notes=tuple(notes),
    )


NO_PICTURE = f"not a picture by its name (these are: {', '.join(SUFFIXES)})"


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


def _class_folders(folder: Path) -> list[tuple[str, str, Path]]:
    """(part, class, folder) of every class folder; `BadData` says what is expected."""
    named = {path.name.lower(): path for path in _folders(folder)}
    parts = {PART_NAMES[name]: path for name, path in named.items() if name in PART_NAMES}
    # a folder called train that has no folders in it is a class of vehicles
    if "train" not in parts or not _folders(parts["train"]):
        parts = {"train": folder}
    elif twice := [part for part in PARTS if _named(named, part) > 1]:
        raise BadData(f"{folder} has two folders for {twice[0]}: keep one, {LAYOUT}")
    places = [
        (part, visible(path.name), path)
        for part in PARTS
        if part in parts
        for path in _folders(parts[part])
    ]
    if not places:
        raise BadData(f"{folder} has no class folders: {LAYOUT}")
    known = {word for part, word, _ in places if part == "train"}
    strange = _natural({word for _, word, _ in places} - known)
    if strange:
        raise BadData(
            f"class {few(strange)} of {folder} is in no training folder: "
            "every class that is asked must be learned"
        )
    return places


LAYOUT = (
    "pictures are expected in a folder per class (ants/, bees/), these in one folder, or in "
    "train/, val/ and test/"
)


def _named(folders: Mapping[str, Path], part: str) -> int:
    return sum(PART_NAMES.get(name) == part for name in folders)


def _folders(folder: Path) -> list[Path]:
    """The folders in `folder` that are not hidden, in the order of their names."""
    try:
        with os.scandir(folder) as entries:
            found = [
                Path(e.path) for e in entries if e.is_dir() and not e.name.startswith((".", "__"))
            ]
    except OSError as error:
        raise BadData(f"{folder} cannot be read: {error.strerror}") from error
    return sorted(found)


def _files(folder: str, top: str) -> Iterator[PictureFile]:
    """Every file in `folder` and below, hidden ones and clutter passed over."""
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        if entry.name.startswith(".") or entry.name.lower() in CLUTTER:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path, top)
            continue
        try:
            facts = entry.stat()
        except OSError:  # a link that leads nowhere is told of like any broken file
            facts = entry.stat(follow_symlinks=False)
        yield PictureFile(entry.path, len(top), facts.st_size, facts.st_mtime_ns)


def _is_picture(file: PictureFile) -> bool:
    return file.path.lower().endswith(SUFFIXES)


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


def _natural(words: set[str]) -> list[str]:
    """`words` as people order them: 1, 2, 10."""

    def key(word: str) -> tuple[list[tuple[bool, int, str]], str]:
        pieces = re.findall(r"\d+|\D+", word.casefold())
        return [(not p.isdecimal(), int(p) if p.isdecimal() else 0, p) for p in pieces], word

    return sorted(words, key=key)


def few(words: Sequence[str]) -> str:
    """Some words, and how many more there are."""
    more = f" and {len(words) - MOST_NAMED} more" if len(words) > MOST_NAMED else ""
    return ", ".join(words[:MOST_NAMED]) + more


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


def torn_groups(parts: Mapping[str, Dataset]) -> list[str]:
    """The groups that somebody has put into more than one part."""
    seen = [set(dataset.groups or ()) for dataset in parts.values()]
    return _natural({group for one, other in combinations(seen, 2) for group in one & other})


def _parts(
    files: Sequence[tuple[str, str, PictureFile]],
    decoded: Decoded,
    class_names: Sequence[str],
    groups: tuple[str, ...] | None,
) -> dict[str, Dataset]:
    number = {word: i for i, word in enumerate(class_names)}
    whole = Dataset(
        images=decoded.images,
        targets=torch.tensor([number[word] for _, word, _ in files]),
        names=[file.name for *_, file in files],
        target_names=tuple(class_names),
        groups=groups,
        hashes=decoded.hashes,
        sizes=decoded.sizes,
    )
    places = {part: [i for i, entry in enumerate(files) if entry[0] == part] for part in PARTS}
    return {part: whole.subset(at) for part, at in places.items() if at}
