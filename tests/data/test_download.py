import hashlib
import io
import tarfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from convscope.data.download import Archive, Published, cache_folder, places
from convscope.errors import BadData, CannotWrite, MissingData

CONTENTS = {"first.bin": b"one" * 1_000, "second.bin": b"two" * 7_000}


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


class Site:
    """A local site: what it serves, where, and what was asked of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        site = self

        class Handler(SimpleHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                site.asked.append(self.path)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder))
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def site(own_place) -> Iterator[Site]:
    folder = own_place / "site"
    folder.mkdir()
    for name, content in CONTENTS.items():
        (folder / name).write_bytes(content)
    served = Site(folder)
    thread = Thread(target=partial(served.server.serve_forever, poll_interval=0.01))
    thread.start()
    yield served
    served.server.shutdown()
    thread.join()
    served.server.server_close()


@pytest.fixture(autouse=True)
def no_named_place(monkeypatch) -> None:
    monkeypatch.delenv("CONVSCOPE_DATA", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def published(*mirrors: str, files=None, archive: Archive | None = None) -> Published:
    return Published(
        folder="Small/raw",
        files=files or {name: md5(content) for name, content in CONTENTS.items()},
        megabytes=1,
        mirrors=mirrors,
        archive=archive,
    )


def packed(site: Site, names=tuple(CONTENTS)) -> Archive:
    """A tar.gz of these files on the site, in the folder that `published` names."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name in names:
            entry = tarfile.TarInfo(f"raw/{name}")
            entry.size = len(CONTENTS[name])
            tar.addfile(entry, io.BytesIO(CONTENTS[name]))
    (site.folder / "all.tar.gz").write_bytes(buffer.getvalue())
    return Archive(site.url + "all.tar.gz", md5(buffer.getvalue()))


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def closed_port() -> str:
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        return f"http://127.0.0.1:{server.server_port}/"


def test_files_are_fetched_into_the_cache_folder_and_nothing_else_stays_there(site):
    folder = published(site.url).find()
    assert folder == cache_folder() / "data" / "Small" / "raw"
    assert files_below(cache_folder()) == {
        f"data/Small/raw/{name}": content for name, content in CONTENTS.items()
    }


def test_an_archive_is_unpacked_and_removed(site):
    folder = published(archive=packed(site)).find()
    assert files_below(folder) == CONTENTS
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize("archived", [False, True])
def test_the_second_time_nothing_is_fetched(archived, site):
    source = published(archive=packed(site)) if archived else published(site.url)
    source.find()
    asked = list(site.asked)
    assert len(asked) == (1 if archived else 2)
    source.find()
    assert site.asked == asked


def test_only_the_missing_file_is_fetched(site):
    source = published(site.url)
    (source.find() / "second.bin").unlink()
    site.asked.clear()
    source.find()
    assert site.asked == ["/second.bin"]


@pytest.mark.parametrize("archived", [False, True])
def test_a_wrong_hash_leaves_nothing_behind(archived, site):
    wrong = md5(b"something else")
    if archived:
        source = published(archive=Archive(packed(site).url, wrong))
    else:
        source = published(site.url, files=dict.fromkeys(CONTENTS, wrong))
    with pytest.raises(MissingData, match="first.bin"):
        source.find()
    assert files_below(cache_folder()) == {}


def test_an_archive_without_one_of_the_files_is_refused(site):
    with pytest.raises(MissingData, match=r"^second\.bin is in none of"):
        published(archive=packed(site, ["first.bin"])).find()


@pytest.mark.parametrize("first", ["gone", "offline", "altered"])
def test_where_the_first_mirror_fails_the_second_is_used(first, site):
    altered = site.folder / "altered"
    altered.mkdir()
    for name in CONTENTS:
        (altered / name).write_bytes(b"altered")
    mirrors = {
        "gone": site.url + "nowhere/",
        "offline": closed_port(),
        "altered": site.url + "altered/",
    }
    assert files_below(published(mirrors[first], site.url).find()) == CONTENTS


@pytest.mark.parametrize("archived", [False, True])
def test_offline_the_error_names_the_file_and_the_places_tried(archived, own_place, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_DATA", str(own_place / "mine"))
    url = closed_port()
    source = published(archive=Archive(url, md5(b""))) if archived else published(url, url)
    with pytest.raises(MissingData) as refusal:
        source.find()
    message = str(refusal.value)
    assert message.startswith("first.bin is in none of")
    assert str(own_place / "mine" / "Small" / "raw") in message
    assert str(cache_folder() / "data" / "Small" / "raw") in message
    assert "go online once" in message
    assert "\n" not in message


def test_the_named_place_comes_before_the_cache_folder(site, own_place, monkeypatch):
    source = published(site.url)
    cached = source.find()
    mine = own_place / "mine" / "Small" / "raw"
    mine.mkdir(parents=True)
    monkeypatch.setenv("CONVSCOPE_DATA", str(own_place / "mine"))
    assert places() == [own_place / "mine", cache_folder() / "data"]
    (mine / "first.bin").write_bytes(CONTENTS["first.bin"])
    assert source.find() == cached  # what is named lacks one file
    (mine / "second.bin").write_bytes(CONTENTS["second.bin"])
    assert source.find() == mine


def test_the_named_place_is_never_written(site, own_place, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_DATA", str(own_place / "mine"))
    published(site.url).find()
    assert not (own_place / "mine").exists()


def test_a_file_that_was_altered_or_removed_is_refused_when_read(site):
    source = published(site.url)
    folder = source.find()
    assert source.read(folder, "first.bin") == CONTENTS["first.bin"]
    (folder / "first.bin").write_bytes(CONTENTS["first.bin"] + b".")
    with pytest.raises(BadData, match=r"first\.bin is not the published file"):
        source.read(folder, "first.bin")
    (folder / "second.bin").unlink()
    with pytest.raises(BadData, match=r"second\.bin cannot be read: No such file"):
        source.read(folder, "second.bin")


def test_a_cache_folder_that_cannot_be_made_is_explained(site, own_place):
    (own_place / "cache").write_text("a file in the way")
    with pytest.raises(CannotWrite, match="cannot be written"):
        published(site.url).find()


class Watched:
    """A progress bar that only counts."""

    def __init__(self) -> None:
        self.total = 0
        self.unit = "bytes"
        self.seen: list[int] = []
        self.totals: list[int] = []

    def reset(self) -> None:
        self.seen.clear()

    def update(self, n: int) -> None:
        self.seen.append(n)

    def close(self) -> None:
        self.totals.append(self.total)


def test_progress_sees_the_size_of_each_file(site):
    progress = Watched()
    published(site.url).find(progress)
    assert progress.totals == [len(content) for content in CONTENTS.values()]
