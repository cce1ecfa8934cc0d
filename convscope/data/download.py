"""Published files: found on this machine, or fetched once, checked and kept."""

import hashlib
import logging
import os
import re
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import platformdirs

from convscope.atomic import explained, make_folder
from convscope.errors import BadData, MissingData

Told = Callable[[str], None]
"""Hears what long work is at, a line at a time."""


def nothing_said(line: str) -> None:
    """Hears and forgets."""


@runtime_checkable
class Progress(Protocol):
    """Sees bytes arrive, or pictures.

    `reset` and `total` before the first, `update` with each piece, `close` after the last.
    """

    total: int
    unit: str
    """bytes, or pictures."""

    def reset(self) -> None: ...
    def update(self, n: int) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Archive:
    """A tar file that holds the published files."""

    url: str
    md5: str


@dataclass(frozen=True)
class Published:
    """Files as their authors publish them: a folder, each file's MD5, and where they come from."""

    folder: str
    """The place of the files below a data folder, as torchvision lays them out."""
    files: Mapping[str, str]
    """File name -> MD5."""
    megabytes: int
    """What is fetched."""
    mirrors: tuple[str, ...] = ()
    """Addresses that a file name completes."""
    archive: Archive | None = None
    """Or one tar file that holds them all."""

    def find(self, progress: Progress | None = None) -> Path:
        """The folder that holds all files, fetched if no place has it.

        `MissingData` names the places.
        """
        tried = [place / self.folder for place in places()]
        for folder in tried:
            if all((folder / name).is_file() for name in self.files):
                return folder
        try:
            fetch(self, tried[-1], progress)
        except (OSError, ValueError, KeyError, tarfile.TarError) as error:
            missing = next((n for n in self.files if not (tried[-1] / n).is_file()), self.folder)
            raise MissingData(
                f"{missing} is in none of {', '.join(map(str, tried))} and could not be fetched "
                f"({why_not(error)}): go online once, or put the files of {self.folder} "
                "in one of these"
            ) from error
        return tried[-1]

    def read(self, folder: Path, name: str) -> bytes:
        """The content of one file; `BadData` if it is not what was published."""
        path = folder / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise BadData(f"{path} cannot be read: {error.strerror}") from error
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != self.files[name]:
            raise BadData(
                f"{path} is not the published file (its MD5 differs): delete it to fetch it"
            )
        return content


def places() -> list[Path]:
    """Where data are looked for: `CONVSCOPE_DATA` if it is set, then the user's cache folder."""
    named = os.environ.get("CONVSCOPE_DATA")
    return [*([Path(named).expanduser()] if named else []), cache_folder() / "data"]


def cache_folder() -> Path:
    """Where this user keeps what can be fetched or measured again."""
    return Path(platformdirs.user_cache_dir("convscope", appauthor=False))


def fetch(published: Published, folder: Path, progress: Progress | None = None) -> None:
    """All files of `published` into `folder`; each arrives beside its place and is moved whole."""
    make_folder(folder)
    if published.archive is not None:
        _fetch_archive(published, published.archive, folder, progress)
        return
    for name, md5 in published.files.items():
        if not (folder / name).is_file():
            _fetch_file(
                [mirror + name for mirror in published.mirrors], md5, folder / name, progress
            )


def _fetch_archive(
    published: Published, archive: Archive, folder: Path, progress: Progress | None
) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
        packed = Path(beside, "archive.tar.gz")
        _fetch_file([archive.url], archive.md5, packed, progress)
        with tarfile.open(packed) as tar, explained(folder):
            for name in published.files:
                content = tar.extractfile(f"{folder.name}/{name}")
                if content is None:
                    raise ValueError(f"{archive.url} holds no file {name}")
                Path(beside, name).write_bytes(content.read())
                Path(beside, name).replace(folder / name)


def _fetch_file(urls: list[str], md5: str, path: Path, progress: Progress | None) -> None:
    """The first of `urls` that answers with the right content, at `path`."""
    import pooch  # costs 0.2 s, and only the first start needs it

    pooch.get_logger().setLevel(logging.CRITICAL)
    for last, url in enumerate(urls, start=1 - len(urls)):
        try:
            bar: Any = progress or False
            fetcher: Any = pooch.HTTPDownloader(progressbar=bar, timeout=30)
            pooch.retrieve(url, f"md5:{md5}", path.name, path.parent, downloader=fetcher)
        except (OSError, ValueError):
            if last == 0:
                raise
        else:
            return


def why_not(error: Exception) -> str:
    """What a person needs of a network error."""
    host = re.search(r"host='([^']+)'", str(error))
    return f"no answer from {host[1]}" if host else str(error).split("\n")[0][:120]
