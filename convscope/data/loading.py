"""Load: a data set of the catalogue, a folder or an archive, cut in three parts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from convscope.data.archive import is_archive, unpacked
from convscope.data.catalogue import CATALOGUE
from convscope.data.dataset import PARTS, Origin, Splits
from convscope.data.download import Progress
from convscope.data.folder import read_folder
from convscope.data.points import is_points_folder, read_points_folder
from convscope.data.pools import Pools, told_copies, without_copies
from convscope.data.split import cut
from convscope.errors import BadData, BadValue, UnknownName
from convscope.lookup import suggestion


def load_data(
    name: str | Path,
    *,
    validation: float = 0.2,
    split_seed: int = 0,
    size: int = 0,
    group_by: str | None = None,
    skip_unreadable: bool = False,
    progress: Progress | None = None,
) -> Splits:
    """A data set in three parts: train, validation and the sealed test.

    `name` is one of the catalogue, whose files are found in `CONVSCOPE_DATA` or the user's cache
    folder, otherwise fetched once; or a folder of class folders, or of pictures with a CSV file of
    points in them; or an archive of one. `validation` is a share of what may be learned from. Only
    of folders: `size` is the side in pixels at which pictures are stored (0: their own, at most
    64), `group_by` a regular expression that finds what pictures of one group share in their names,
    `skip_unreadable` goes on however many files are broken. `progress` sees the bytes, or the
    pictures, arrive.
    """
    cutting = {"validation": validation, "split_seed": split_seed}
    reading = {"size": size, "group_by": group_by, "skip_unreadable": skip_unreadable}
    if str(name) not in CATALOGUE:
        return _load_folder(Path(name), cutting, reading, progress)
    if any(reading.values()):
        given = next(key for key, value in reading.items() if value)
        raise BadValue(f"{given} is for folders of pictures: {name} comes as it is")
    pool, test = CATALOGUE[str(name)].read(progress)
    origin = Origin(source=str(name), options=cutting)
    return cut(str(name), pool, test, origin=origin, **cutting)


def find_folder(name: str | Path) -> Path:
    """The folder of pictures that `name` means: itself, or what its archive holds."""
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    if path.is_file() and is_archive(path):
        return _innermost(unpacked(path))
    if path.is_file():
        raise BadData(f"{path} is a file: give a folder of class folders, or a zip or tar of one")
    raise UnknownName(
        f"no data set or folder is called {str(name)!r}: {suggestion(str(name), CATALOGUE)}"
    )


def _innermost(folder: Path) -> Path:
    """Below folders that hold nothing but one folder, which holds folders again."""
    entries = list(folder.iterdir())
    if len(entries) == 1 and any(path.is_dir() for path in entries[0].glob("*")):
        return _innermost(entries[0])
    return folder


def read_pools(folder: Path, progress: Progress | None = None, **reading: Any) -> Pools:
    """What `folder` holds: a table of points with its pictures, or class folders."""
    read = read_points_folder if is_points_folder(folder) else read_folder
    return read(folder, progress=progress, **reading)


def _load_folder(
    path: Path, cutting: Mapping[str, Any], reading: Mapping[str, Any], progress: Progress | None
) -> Splits:
    folder = find_folder(path)
    pools = read_pools(folder, progress=progress, **reading)
    notes = list(pools.notes)
    train, held, test = (pools.parts.get(part) for part in PARTS)
    if train is None:
        raise BadData(f"{path} holds no usable training picture")
    if test is None and held is not None:
        held, test = None, held
        notes.append(
            "there is no test part: val becomes the sealed test set, validation is "
            f"{100 * cutting['validation']:.0f} % of train"
        )
    copies: list[tuple[str, str]] = []
    for known in (held, test):
        if known is not None:
            train, found = without_copies(train, known)
            copies += found
    if held is not None and test is not None:
        held, found = without_copies(held, test)
        copies += found
    notes += told_copies(copies)
    origin = Origin(
        source=str(path.expanduser().resolve()),
        options={**cutting, **reading},
        notes=tuple(notes),
        broken=pools.broken,
        copies=tuple(copies),
        empty=pools.empty,
    )
    return cut(path.name or str(path), train, test, held=held, origin=origin, **cutting)
