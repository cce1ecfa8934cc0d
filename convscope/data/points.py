"""A folder of pictures, and a CSV file of points in them, as a data set."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from convscope.data.coordinates import known
from convscope.data.dataset import PARTS, Dataset
from convscope.data.download import Progress
from convscope.data.picture_cache import Decoded, PictureFile, decode
from convscope.data.pixels import SUFFIXES
from convscope.data.placement import place
from convscope.data.points_pairs import PAIRS, find_scheme
from convscope.data.points_table import PointsTable, has_points_header, read_points_table
from convscope.data.pools import PART_NAMES, Pools, found_groups, in_parts, judged, read_pattern
from convscope.errors import BadData
from convscope.lookup import few

FEWEST_GROUPS = 10
"""Groups that names must tell, none of more than a picture in ten, to be taken for such."""


@dataclass(frozen=True, eq=False)
class Entry:
    """One line of a table, with its picture."""

    part: str
    name: str
    """As the table spells it."""
    points: Tensor
    """(p, 2), in the picture's pixels."""
    group: str | None
    file: PictureFile


def is_points_folder(folder: Path) -> bool:
    """Whether `folder` holds a table of points rather than class folders.

    `BadData` where both are there and no table is called points, train, val or test.
    """
    tables = _tables(folder)
    if of_points := list(filter(has_points_header, tables)):
        _check_meant(folder, of_points)
        return True
    train = folder / "train"  # so that a bad header of train.csv is told of
    named = any(file.stem.lower() == "train" for file in tables)
    return named and not any(path.is_dir() for path in train.glob("*"))


def _check_meant(folder: Path, tables: Sequence[Path]) -> None:
    if any(file.stem.lower() in (*PART_NAMES, "points") for file in tables):
        return
    classes = [path.name for path in sorted(folder.iterdir()) if _is_class_folder(path)]
    if len(classes) > 1:
        raise BadData(
            f"{folder} holds class folders ({few(classes, 3)}) and a table of points "
            f"({tables[0].name}): call the table points.csv to learn the points, or move it away "
            "to learn the classes"
        )


def _is_class_folder(path: Path) -> bool:
    named = path.is_dir() and path.name.lower() not in PART_NAMES and not path.name.startswith(".")
    return named and any(file.suffix.lower() in SUFFIXES for file in path.iterdir())


def read_points_folder(
    folder: Path,
    *,
    size: int = 0,
    group_by: str | None = None,
    skip_unreadable: bool = False,
    progress: Progress | None = None,
) -> Pools:
    """The pictures that the CSV files in `folder` name, with their points.

    train.csv and test.csv are parts, their pictures in train/ and test/; any other single CSV file
    is all there is. A picture is stored whole at `size` x `size` pixels (0: as they suit): its long
    side fits, its edges are drawn out, so no point is lost. Groups are what the regular expression
    `group_by` finds in the names, or the `group` column, or else, where that makes sense, pictures
    whose names differ in the last number alone. A file pairs.csv tells which points swap in a
    mirror.
    """
    pattern, folder = read_pattern(group_by), folder.resolve()
    tables = _by_part(folder)
    target_names = _same_points(list(tables.values()))
    listed = [entry for part, table in tables.items() for entry in _entries(part, table, folder)]
    entries = [entry for entry in listed if isinstance(entry, Entry)]
    missing = [entry for entry in listed if not isinstance(entry, Entry)]
    if missing and not skip_unreadable:
        raise BadData(
            f"{missing[0][1]}: put it there, correct the table, or go on without it: "
            "--skip-unreadable (skip_unreadable=True)"
        )
    decoded = decode([entry.file for entry in entries], folder, size, progress, crop="pad")
    broken = [*decoded.broken, *missing]
    notes = judged(broken, len(listed), skip_unreadable)
    kept = [entries[i] for i in decoded.readable]
    points = _stored_points(kept, decoded, notes)
    names = [entry.file.name for entry in kept]
    if pattern is not None:
        groups = found_groups(names, pattern, notes)
    else:
        groups = _own_groups(kept) or _by_last_number([entry.name for entry in kept], notes)
    whole = Dataset(
        images=decoded.images,
        targets=points,
        names=names,
        target_names=target_names,
        groups=groups,
        hashes=decoded.hashes,
        sizes=decoded.sizes,
        task="points",
        scheme=find_scheme(folder, target_names, notes),
    )
    parts = in_parts(whole, [entry.part for entry in kept], notes)
    return Pools(parts=parts, broken=tuple(broken), empty=(), notes=tuple(notes))


def _tables(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.glob("*.[cC][sS][vV]")
        if path.name.lower() not in PAIRS and not path.name.startswith(".")
    )


def _by_part(folder: Path) -> dict[str, PointsTable]:
    files = _tables(folder)
    named = {PART_NAMES.get(file.stem.lower()): file for file in reversed(files)}
    for file in files:
        part = PART_NAMES.get(file.stem.lower())
        if part is not None and named[part] != file:
            raise BadData(f"{named[part]} and {file.name} are both tables of {part}: keep one")
    if "train" not in named:
        if len(files) > 1:
            several = ", ".join(file.name for file in files)
            raise BadData(f"{folder} has several tables ({several}): name them train and test.csv")
        named = {"train": files[0]}
    return {part: read_points_table(named[part]) for part in PARTS if part in named}


def _same_points(tables: Sequence[PointsTable]) -> tuple[str, ...]:
    """The points' names; `BadData` unless every header has the same."""
    first = tables[0]
    for table in tables:
        if table.target_names != first.target_names:
            differing = [n for n in table.target_names if n not in first.target_names]
            how = f", such as {differing[0]}" if differing else ", or in another order"
            raise BadData(
                f"{table.file}, line 1: it has other points than {first.file.name}{how}: the "
                "headers must name the same ones"
            )
    return first.target_names


def _entries(part: str, table: PointsTable, folder: Path) -> Iterator[Entry | tuple[str, str]]:
    """Each line with its picture's file; name and reason where that is not there."""
    beside = table.file.with_suffix("")
    pictures = beside if beside.is_dir() else folder
    for i, (name, line) in enumerate(zip(table.names, table.lines, strict=True)):
        path, where = pictures / name, f"{table.file}, line {line}"
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise BadData(f"{where}: {name} leads out of {pictures}: name pictures below it")
        if not path.is_file():
            yield name, f"{where}: {name} is not in {pictures}"
            continue
        facts, group = path.stat(), None if table.groups is None else table.groups[i]
        file = PictureFile(str(path), len(str(folder)), facts.st_size, facts.st_mtime_ns)
        yield Entry(part, name, table.points[i], group or None, file)


def _stored_points(kept: Sequence[Entry], decoded: Decoded, notes: list[str]) -> Tensor:
    """(n, p, 2) in the stored images' pixels; those outside their picture are not known."""
    h, w = decoded.images.shape[2:]
    points, lost, bare = [], 0, 0
    for entry, (width, height) in zip(kept, decoded.sizes.tolist(), strict=True):
        inside = known(entry.points[None], (height, width))[0]
        lost += int((~inside & ~entry.points.isnan().any(1)).sum())
        bare += int(not inside.any())
        placed = place(width, height, (h, w), min(h, w), "pad").to_image(entry.points)
        points.append(torch.where(inside[:, None], placed, torch.nan))
    if lost:
        notes.append(f"{lost:,} points lie outside their picture: they are left out")
    if bare == len(kept):
        raise BadData("not one of the points lies in its picture: are the coordinates in pixels?")
    if bare:
        notes.append(f"{bare:,} pictures have no point in them: nothing is learned from these")
    return torch.stack(points)


def _own_groups(kept: Sequence[Entry]) -> tuple[str, ...] | None:
    """The `group` column; a picture with an empty cell, or whose table has none, is alone."""
    if all(entry.group is None for entry in kept):
        return None
    return tuple(entry.group or f"alone {entry.file.name}" for entry in kept)


def _by_last_number(names: Sequence[str], notes: list[str]) -> tuple[str, ...] | None:
    """Each name without its last number, if that makes many small groups of them."""
    groups = [re.sub(r"[_\-. ]*\d+$", "", name.rpartition(".")[0] or name) for name in names]
    counts = Counter(groups)
    if max(counts.values()) == 1 or len(counts) < FEWEST_GROUPS:
        return None
    if max(counts.values()) > len(names) / 10:
        return None
    notes.append(
        f"pictures whose names differ in the last number alone are taken for one group: "
        f"{len(counts):,} groups, each kept whole in the cut (--group-by says otherwise)"
    )
    return tuple(groups)
