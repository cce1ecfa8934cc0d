"""A file of published weights: found on this machine, or fetched once, checked and kept."""

import hashlib
import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from convscope.atomic import make_folder
from convscope.data.download import Progress, places, why_not
from convscope.errors import MissingData
from convscope.networks.published import published_for

FOLDER = "imagenet"
"""The place of the files below a data folder."""


def find_published(network: str, progress: Progress | None = None) -> Path:
    """The file of the published weights of `network`, fetched if no data folder has it.

    A file counts only if its SHA-256 is the published one: all of it where that is known, otherwise
    the eight digits that its publisher gives. `MissingData` names file, places and address.
    """
    entry = published_for(network)
    tried = [place / FOLDER / entry.file for place in places()]
    for path in tried:
        if path.is_file() and sha256_of(path).startswith(entry.sha256):
            return path
    try:
        _fetch(entry.url, entry.sha256, tried[-1], progress)
    except (OSError, ValueError) as error:
        raise MissingData(
            f"{entry.file} is {_told(tried)} and could not be fetched from {entry.url} "
            f"({why_not(error)}): go online once, or put it into one of these folders"
        ) from error
    return tried[-1]


def sha256_of(path: Path) -> str:
    """The hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch(url: str, sha256: str, path: Path, progress: Progress | None) -> None:
    """What `url` answers, at `path`; `ValueError` if its hash does not begin with `sha256`."""
    import pooch  # costs 0.2 s, and only the first use needs it

    pooch.get_logger().setLevel(logging.CRITICAL)
    make_folder(path.parent)
    bar: Any = progress or False
    fetcher: Any = pooch.HTTPDownloader(progressbar=bar, chunk_size=2**16, timeout=30)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        pooch.retrieve(url, None, beside.name, beside.parent, downloader=fetcher)
        if not sha256_of(beside).startswith(sha256):
            raise ValueError("what came is not the published file: its SHA-256 differs")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _told(tried: Iterable[Path]) -> str:
    """Where a file was looked for, and which of that name are not what was published."""
    told = f"in none of {', '.join(str(path.parent) for path in tried)}"
    others = [str(path) for path in tried if path.is_file()]
    return f"{told} ({' and '.join(others)}: not the published SHA-256)" if others else told
