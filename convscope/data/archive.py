"""An archive of pictures -> a folder: nothing outside it, only files, never more than allowed.

No member is believed: not its name, its kind or its size. A tar passes by as on a tape and a zip is
read entry by entry, so memory stays flat whatever they hold.
"""

import errno
import hashlib
import lzma
import os
import re
import reprlib
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from convscope.atomic import explained, make_folder
from convscope.data.download import cache_folder
from convscope.data.tar_tape import PIECE, Member, decompressed, read_tape
from convscope.data.zip_directory import read_directory, read_entry
from convscope.errors import BadData

MOST_MEMBERS = 90_000
"""Files and folders in an archive, with those that are passed over or only implied."""
MOST_BYTES = 20 * 10**9
"""What is unpacked, whatever the archive's size."""
MOST_RATIO = 200
"""Bytes unpacked per packed byte: photographs give 1, scans 10 to 50, a zip bomb 1000."""
UNJUDGED_BYTES = 100 * 10**6
"""Up to here no ratio is too large: empty pages and masks shrink well, and harm nobody."""
LONGEST_NAME = 255
"""Bytes in a name, its folders aside: what most systems can hold."""
DEEPEST = 32
"""Names in a path."""

PACKINGS = {
    ".zip": "zip",
    ".tar": None,
    ".tar.gz": "gz",
    ".tgz": "gz",
    ".tar.bz2": "bz2",
    ".tbz2": "bz2",
    ".tar.xz": "xz",
    ".txz": "xz",
}
"""How a file name ends -> how its tar is packed, or a zip."""

YOURSELF = "unpack it yourself if you trust it, and name the folder"

TAKEN = "is there twice, or is a file where a folder is needed"

SYSTEM_FAULTS = {
    errno.EEXIST: TAKEN,
    errno.ENOTDIR: TAKEN,
    errno.EISDIR: TAKEN,
    errno.ENAMETOOLONG: "has a name that is too long for this system",
    errno.EILSEQ: "has a name that this system cannot hold",
    errno.EINVAL: "has a name that this system cannot hold",
}

T = TypeVar("T")


class Allowance:
    """What may still come out of an archive; `BadData` as soon as more would."""

    def __init__(self, archive: Path, packed: int) -> None:
        self.archive = archive
        self.packed = packed
        self.most_bytes = min(MOST_BYTES, max(UNJUDGED_BYTES, MOST_RATIO * packed))
        self.members = 0
        self.bytes = 0

    def take_member(self) -> None:
        self.members += 1
        if self.members > MOST_MEMBERS:
            raise BadData(
                f"{self.archive} holds more than {MOST_MEMBERS:,} files and folders, the most that "
                f"are unpacked: {YOURSELF}"
            )

    def take_bytes(self, count: int) -> None:
        self.check_bytes(count)
        self.bytes += count

    def check_bytes(self, announced: int) -> None:
        """Refuse what is too much before any of it comes."""
        if self.bytes + announced <= self.most_bytes:
            return
        limit = "the most that is unpacked"
        if self.most_bytes < MOST_BYTES:
            limit = f"and pictures are not packed {MOST_RATIO} to 1"
        raise BadData(
            f"{self.archive} has {self.packed:,} bytes and becomes more than {self.most_bytes:,}, "
            f"{limit}: {YOURSELF}"
        )


def is_archive(path: Path) -> bool:
    """Whether `path` ends as the name of an archive that can be unpacked does."""
    return _suffix(path) is not None


def unpacked(archive: Path) -> Path:
    """The folder in the user's cache that holds what is in `archive`.

    It is extracted once, and again when the archive has changed (its path, size or time).
    """
    with _readable(archive):
        facts = archive.stat()
    key = hashlib.sha256(os.fsencode(archive.resolve()))
    key.update(f"\0{facts.st_size}\0{facts.st_mtime_ns}".encode())
    folder = cache_folder() / "archives" / key.hexdigest()[:32]
    make_folder(folder.parent)
    with explained(folder), FileLock(folder.with_suffix(".lock")):
        return folder if folder.is_dir() else extract(archive, folder)


def extract(archive: Path, folder: Path) -> Path:
    """`folder`, which must be new, with the files of `archive`: whole, or not there.

    Hidden files and macOS's `__MACOSX` are passed over, permissions are not taken over. `BadData`
    names the member that is no plain file or folder at a place of its own, or the limit that would
    be passed, or says that the archive is damaged.
    """
    if not is_archive(archive):
        raise BadData(
            f"{archive} is no archive that can be unpacked: files ending in {', '.join(PACKINGS)} "
            "are"
        )
    with explained(folder), _opened(archive) as file:
        if os.path.lexists(folder):
            raise FileExistsError(errno.EEXIST, "is there")
        make_folder(folder.parent)
        allowance = Allowance(archive, os.fstat(file.fileno()).st_size)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=folder.parent) as beside:
            whole = Path(beside, "whole")
            whole.mkdir()
            for member in _reading(archive, _members(archive, file, allowance)):
                if parts := _checked_parts(archive, member):
                    _write(archive, member, whole.joinpath(*parts), allowance)
            whole.rename(folder)
    return folder


def _suffix(path: Path) -> str | None:
    return next((suffix for suffix in PACKINGS if path.name.lower().endswith(suffix)), None)


def _opened(archive: Path) -> BufferedReader:
    with _readable(archive):
        return archive.open("rb")


@contextmanager
def _readable(archive: Path) -> Iterator[None]:
    """Say in one sentence why `archive` cannot be read."""
    try:
        yield
    except (EOFError, ValueError, OSError, zlib.error, lzma.LZMAError, tarfile.TarError) as error:
        if isinstance(error, OSError) and error.errno:
            raise BadData(f"{archive} cannot be read: {error.strerror}") from error
        raise BadData(
            f"{archive} cannot be unpacked ({str(error).rstrip('.')}): it may be cut off, damaged "
            "or named wrongly"
        ) from error


def _reading(archive: Path, items: Iterator[T]) -> Iterator[T]:
    """`items`, whose reading `_readable` explains, not what is done with them."""
    with _readable(archive):
        yield from items


def _members(archive: Path, file: BufferedReader, allowance: Allowance) -> Iterator[Member]:
    packing = PACKINGS[_suffix(archive) or ".tar"]
    if packing == "zip":
        return _zip_members(file, allowance)
    return _tar_members(decompressed(file, packing), allowance)


def _zip_members(file: BufferedReader, allowance: Allowance) -> Iterator[Member]:
    """The whole directory is added up before the first member: none is larger than it says."""
    packed = 0
    for entry in read_directory(file):
        packed += entry.packed
        allowance.take_member()
        allowance.take_bytes(entry.size)
    if packed > allowance.packed:
        raise ValueError("its members share their bytes")
    for entry in read_directory(file):
        content = read_entry(file, entry)
        yield Member(entry.name, entry.is_folder, entry.size, entry.fault, content)


def _tar_members(pieces: Iterator[bytes], allowance: Allowance) -> Iterator[Member]:
    """Every byte on the tape is counted, also of what is passed over."""
    for member in read_tape(_counted(pieces, allowance)):
        allowance.take_member()
        allowance.check_bytes(member.size - PIECE)  # of which a piece may be counted already
        yield member


def _counted(pieces: Iterator[bytes], allowance: Allowance) -> Iterator[bytes]:
    for piece in pieces:
        allowance.take_bytes(len(piece))
        yield piece


def _refused(archive: Path, name: str, fault: str) -> BadData:
    shown = reprlib.Repr()
    shown.maxstring = 120
    return BadData(
        f"{archive} holds {shown.repr(name)}, which {fault}: only plain files and folders are "
        "unpacked, so mend that and pack it again"
    )


def _checked_parts(archive: Path, member: Member) -> list[str]:
    """The names on the way to `member`; none if it is to be passed over."""
    parts = [part for part in member.name.split("/") if part not in ("", ".")]
    if fault := member.fault or _name_fault(member.name, parts):
        raise _refused(archive, member.name, fault)
    hidden = parts[:1] == ["__MACOSX"] or any(part.startswith(".") for part in parts)
    return [] if hidden else parts


def _name_fault(name: str, parts: list[str]) -> str | None:
    faults = {
        "has no name": not name,
        "is not named in UTF-8": name != name.encode("utf-8", "replace").decode(),
        "has an absolute path": name.startswith("/"),
        "has a drive in its path": any(re.match("[A-Za-z]:", part) for part in parts),
        "leads out of the folder": ".." in parts,
        "has a backslash in its path": "\\" in name,
        "has a NUL in its path": "\0" in name,
        f"has a name of more than {LONGEST_NAME} bytes": any(
            len(part.encode("utf-8", "replace")) > LONGEST_NAME for part in parts
        ),
        f"lies in more than {DEEPEST} folders": len(parts) > DEEPEST + 1,
    }
    return next((fault for fault, found in faults.items() if found), None)


def _write(archive: Path, member: Member, path: Path, allowance: Allowance) -> None:
    """`member` at `path`, where nothing may be but a folder for a folder."""
    try:
        _make_folder(path.parent, allowance)
        if member.is_folder:
            path.mkdir(exist_ok=True)
            return
        file = path.open("xb")
    except OSError as error:
        if fault := SYSTEM_FAULTS.get(error.errno or 0):
            raise _refused(archive, member.name, fault) from error
        raise
    with file:
        for piece in _reading(archive, member.content):
            file.write(piece)


def _make_folder(folder: Path, allowance: Allowance) -> None:
    """A folder that no member is, only implied, with those above it."""
    if not folder.is_dir():
        _make_folder(folder.parent, allowance)
        allowance.take_member()
        folder.mkdir()
