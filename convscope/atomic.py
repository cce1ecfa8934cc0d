"""Files that are whole or not there: written beside their place, flushed to disk, renamed."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from convscope.errors import CannotWrite

REASONS = {
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "your disk quota is used up: free some space",
    errno.EACCES: "you may not write there: choose another folder",
    errno.EPERM: "you may not write there: choose another folder",
    errno.EROFS: "the disk is read-only: choose another folder",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
    errno.EFBIG: "the file is too large for this disk: choose another folder",
    errno.ENOTDIR: "a part of the path is a file: choose another folder",
    errno.EEXIST: "a file of that name is in the way: choose another name",
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the system's refusal to write `path` into one sentence."""
    try:
        yield
    except OSError as refusal:
        reason = REASONS.get(refusal.errno or 0, refusal.strerror or str(refusal))
        raise CannotWrite(f"{path} cannot be written: {reason}") from refusal


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write: when the block ends, it becomes `path`; after an error nothing changed."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    with explained(path):
        try:
            yield beside
            with beside.open("rb") as written:
                os.fsync(written.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """`text` as UTF-8 at `path`, whole or not at all."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Any) -> None:
    """`content` as JSON that people can read, whole or not at all."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def make_folder(path: Path) -> None:
    """The folder `path`, with those above it; an existing one is fine."""
    with explained(path):
        path.mkdir(parents=True, exist_ok=True)
