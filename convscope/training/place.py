"""Where a run lives: a folder of its own, held by one process at a time."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from convscope.atomic import explained, make_folder
from convscope.errors import CannotWrite
from convscope.prediction.folder import RUNS


def new_folder(name: str, out: Path | None) -> Path:
    """A new folder: `out`, new or empty, or else the first free one of runs/NAME-1, -2, ..."""
    if out is not None:
        make_folder(out)
        if any(map(_counts, out.rglob("*"))):
            raise CannotWrite(
                f"{out} already holds something: choose another --out, or go on with --resume {out}"
            )
        return out
    make_folder(RUNS)
    for number in itertools.count(1):
        folder = RUNS / f"{name}-{number}"
        with explained(folder):
            try:
                folder.mkdir()
            except FileExistsError:
                continue
        return folder
    raise AssertionError("counting has no end")


def _counts(path: Path) -> bool:
    """Whether a file is more than what a run leaves that was killed before its first checkpoint."""
    return path.is_file() and path.name != ".lock" and path.suffix != ".part"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Inside, no other process may train in `folder`; however this one ends, the hold does too."""
    lock = FileLock(folder / ".lock")
    with explained(folder):
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise CannotWrite(
                f"{folder} is in use by another run: wait for it, or choose another --out"
            ) from error
    try:
        yield
    finally:
        lock.release()


def point_latest(folder: Path) -> None:
    """Let runs/latest mean `folder`, if it lies below runs/ and the system has links."""
    if RUNS not in folder.parents:
        return
    beside = RUNS / f".latest.{os.getpid()}"
    with suppress(OSError):
        beside.symlink_to(folder.relative_to(RUNS))
        beside.replace(RUNS / "latest")
