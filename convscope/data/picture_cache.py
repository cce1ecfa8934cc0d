"""Pictures decoded once, in parallel, into a memory-mapped file in the user's cache folder."""

import hashlib
import json
import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from filelock import FileLock
from torch import Tensor

from convscope.atomic import explained, make_folder, write_json
from convscope.data.download import Progress, cache_folder
from convscope.data.memory_map import MappedImages, open_mapped
from convscope.data.pixels import is_grey, open_picture, read_pixels, upright_size
from convscope.data.preprocess import sized
from convscope.data.split import HASH_BYTES, content_hash
from convscope.device import usable_cores
from convscope.errors import BadData, BadImage

FORMAT = 3
"""Changes when the same files would be stored differently."""
MAPS = ("images", "hashes", "sizes")
"""Arrays with a row for each file; the rows of broken ones mean nothing."""
LARGEST = 64
"""Side in pixels at which pictures are stored unless another size is asked for; never enlarged."""

T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A file that should be a picture."""

    path: str
    """As the system spells it: a Path for each of a million files takes seconds."""
    top: int
    """Characters of `path` that are the data folder's."""
    length: int
    modified: int
    """In nanoseconds, as the system tells it."""

    @property
    def name(self) -> str:
        """What it is called in answers, below the data folder: text only, nothing opens it."""
        return visible(self.path[self.top :].lstrip(os.sep).replace(os.sep, "/"))


def visible(name: str) -> str:
    """`name` as text, what is not UTF-8 in it written out."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@dataclass(frozen=True, eq=False, kw_only=True)
class Decoded:
    """What a list of files holds."""

    images: MappedImages
    """The readable ones (n, c, h, w), square, of one size, in the order of the files."""
    readable: Sequence[int]
    """(n,) the place of each in the list of files."""
    hashes: Tensor
    """(n, 16) uint8, of each image's content."""
    sizes: Tensor
    """(n, 2) width and height of each as its file holds it, upright."""
    broken: Sequence[tuple[str, str]]
    """Name and reason of each that cannot be used."""


def decode(
    files: Sequence[PictureFile],
    place: Path,
    size: int = 0,
    progress: Progress | None = None,
    crop: str = "center",
) -> Decoded:
    """The pictures in `files`, stored at `size` x `size` pixels, cut or padded as `crop` says.

    They are decoded only if a file changed (path, length or time) since the last call for `place`,
    the folder they come from. A `size` of 0 is the median short side, at most `LARGEST`; the images
    are grey if all pictures are. `BadData` if none can be read.
    """
    home = cache_folder() / "pictures" / _digest(str(place), size, crop)[:32]
    key = _digest(FORMAT, size, *((f.path, f.length, f.modified) for f in files))
    make_folder(home.parent)
    with explained(home), FileLock(home.with_suffix(".lock")):
        index = _read_index(home)
        if index is None or index["key"] != key:
            with _replacing_folder(home) as beside:
                _decode_into(beside, files, size, crop, key, progress)
            index = _read_index(home)
        if index is None:
            raise BadData(f"{home} cannot be read: delete it, and it is made again")
        file, hashes, sizes = (open_mapped(home / f"{name}.npy") for name in MAPS)
    reasons: dict[int, str] = dict(index["reasons"])
    readable = [i for i in range(len(files)) if i not in reasons]
    rows = torch.tensor(readable)
    return Decoded(
        images=MappedImages(file, rows),
        readable=readable,
        hashes=hashes[rows],
        sizes=sizes[rows],
        broken=[(files[i].name, reason) for i, reason in reasons.items()],
    )


def _decode_into(
    folder: Path,
    files: Sequence[PictureFile],
    size: int,
    crop: str,
    key: str,
    progress: Progress | None,
) -> None:
    """The maps and index.json of `files` in `folder`."""
    if progress is not None:
        progress.unit, progress.total = "pictures", 2 * len(files)
        progress.reset()
    entries = list(_in_parallel(_look, files, progress))
    readable = [entry for entry in entries if "size" in entry]
    if not readable:
        reasons = "; ".join(entry["reason"] for entry in entries[:3])
        raise BadData(f"none of {len(files)} files can be read as a picture: {reasons}")
    side = size or min(round(statistics.median(min(e["size"]) for e in readable)), LARGEST)
    channels = 1 if all(entry.pop("grey") for entry in readable) else 3
    images = _new_images(folder / "images.npy", (len(files), side, side, channels))

    hashes = np.zeros((len(files), HASH_BYTES), np.uint8)
    sizes = np.array([entry.get("size", (0, 0)) for entry in entries], np.int32)

    def store(at: int) -> str | None:
        if "reason" in entries[at]:
            return entries[at]["reason"]
        try:
            images[at] = sized(read_pixels(files[at].path), (side, side), side, channels, crop)
        except BadImage as error:
            return _reason(error, files[at])
        content = content_hash(images[at].transpose(2, 0, 1))
        hashes[at] = np.frombuffer(content, np.uint8)
        return None

    reasons = list(_in_parallel(store, range(len(files)), progress))
    images.flush()
    if progress is not None:
        progress.close()
    np.save(folder / "hashes.npy", hashes)
    np.save(folder / "sizes.npy", sizes)
    told = [(i, reason) for i, reason in enumerate(reasons) if reason is not None]
    write_json(folder / "index.json", {"key": key, "reasons": told})


def _look(file: PictureFile) -> dict[str, Any]:
    """A picture's size and whether it is grey, from its header; or why it cannot be used."""
    try:
        with open_picture(file.path) as picture:
            return {"size": upright_size(picture), "grey": is_grey(picture)}
    except BadImage as error:
        return {"reason": _reason(error, file)}


def _reason(error: BadImage, file: PictureFile) -> str:
    """What is wrong, without the path, which the user knows by its name."""
    return str(error).removeprefix(file.path).lstrip(": ")


def _new_images(path: Path, shape: tuple[int, int, int, int]) -> np.memmap:
    """An empty .npy file of uint8, mapped; the disk space is taken at once or refused."""
    images = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
    if hasattr(os, "posix_fallocate"):  # else a full disk would end the process while it writes
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return images


def _in_parallel(
    work: Callable[[S], T], items: Sequence[S], progress: Progress | None
) -> Iterator[T]:
    """`work` of each item, in order, on all cores: Pillow decodes without Python's lock."""
    with ThreadPoolExecutor(usable_cores()) as pool:
        waiting = iter(items)
        while some := list(islice(waiting, 500)):  # so that Ctrl-C waits for few
            for done in pool.map(work, some):
                if progress is not None:
                    progress.update(1)
                yield done


@contextmanager
def _replacing_folder(folder: Path) -> Iterator[Path]:
    """A folder to fill: when the block ends it becomes `folder`; after an error nothing changed."""
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".part-"))
    try:
        yield beside
        shutil.rmtree(folder, ignore_errors=True)
        beside.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _read_index(home: Path) -> dict[str, Any] | None:
    try:
        index = json.loads((home / "index.json").read_text(encoding="utf-8"))
        whole = all((home / f"{name}.npy").is_file() for name in MAPS)
        return index if "key" in index and whole else None
    except (OSError, ValueError, TypeError):
        return None


def _digest(*facts: object) -> str:
    whole = hashlib.sha256()
    for fact in facts:
        whole.update(repr(fact).encode("utf-8", "surrogateescape") + b"\0")
    return whole.hexdigest()
