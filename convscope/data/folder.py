"""A folder of class folders, perhaps below train, val and test, as a data set."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import torch

from convscope.data.dataset import PARTS, Dataset
from convscope.data.download import Progress
from convscope.data.picture_cache import Decoded, PictureFile, decode, visible
from convscope.data.pixels import SUFFIXES
from convscope.data.pools import (
    PART_NAMES,
    Pools,
    found_groups,
    in_parts,
    judged,
    natural_key,
    read_pattern,
)
from convscope.errors import BadData
from convscope.lookup import few

CLUTTER = ("thumbs.db", "desktop.ini")
"""Files that systems leave in folders; like hidden ones they are passed over."""
NO_PICTURE = f"not a picture by its name (these are: {', '.join(SUFFIXES)})"


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
    files = [pictures[i] for i in decoded.readable]
    class_names = _ordered(word for _, word, _ in files)
    empty = _ordered({word for _, word, _ in places} - set(class_names))
    if empty:
        notes.append(f"no picture in class {few(empty)}: left out")
    groups = found_groups([file.name for *_, file in files], pattern, notes)
    whole = _whole(files, decoded, class_names, groups)
    return Pools(
        parts=in_parts(whole, [part for part, *_ in files], notes),
        broken=tuple(broken),
        empty=tuple(empty),
        notes=tuple(notes),
    )


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
    strange = _ordered({word for _, word, _ in places} - known)
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


def _ordered(words: Iterable[str]) -> list[str]:
    """Each of `words` once, as people order them."""
    return sorted(set(words), key=natural_key)


def _whole(
    files: Sequence[tuple[str, str, PictureFile]],
    decoded: Decoded,
    class_names: Sequence[str],
    groups: tuple[str, ...] | None,
) -> Dataset:
    number = {word: i for i, word in enumerate(class_names)}
    return Dataset(
        images=decoded.images,
        targets=torch.tensor([number[word] for _, word, _ in files]),
        names=[file.name for *_, file in files],
        target_names=tuple(class_names),
        groups=groups,
        hashes=decoded.hashes,
        sizes=decoded.sizes,
    )
