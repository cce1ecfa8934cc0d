import hashlib
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from convscope.data.download import cache_folder
from convscope.errors import BadModel, MissingData
from convscope.networks import published
from convscope.networks.published import PUBLISHED, PublishedWeights
from convscope.networks.published_file import find_published, sha256_of

CONTENT = b"weights" * 5_003
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def no_named_place(monkeypatch) -> None:
    monkeypatch.delenv("CONVSCOPE_DATA", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def asked() -> list[str]:
    """What was asked of the site."""
    return []


@pytest.fixture
def site(own_place, monkeypatch, asked) -> Iterator[Path]:
    """A folder that is served where the published weights come from."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            asked.append(self.path)

    folder = own_place / "site"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder))
    monkeypatch.setattr(published, "HOME", f"http://127.0.0.1:{server.server_port}/")
    thread = Thread(target=partial(server.serve_forever, poll_interval=0.01))
    thread.start()
    yield folder
    server.shutdown()
    thread.join()
    server.server_close()


def publish(monkeypatch, sha256: str) -> str:
    entry = PublishedWeights(
        file="small-1234.pth", sha256=sha256, megabytes=1, parameters=7, top1=0.5, top5=0.7
    )
    monkeypatch.setitem(PUBLISHED, "small", entry)
    return entry.file


def files_in_the_cache() -> list[str]:
    folder = cache_folder()
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


class Watched:
    """A progress bar that only counts."""

    def __init__(self) -> None:
        self.total = self.seen = 0
        self.unit = "bytes"

    def reset(self) -> None:
        self.seen = 0

    def update(self, n: int) -> None:
        self.seen += n

    def close(self) -> None: ...


@pytest.mark.parametrize("sha256", [SHA256, SHA256[:8]])
def test_the_file_is_fetched_once_and_nothing_else_stays(site, asked, monkeypatch, sha256):
    name = publish(monkeypatch, sha256)
    (site / name).write_bytes(CONTENT)
    progress = Watched()
    found = find_published("small", progress)
    assert found == cache_folder() / "data" / "imagenet" / name
    assert found.read_bytes() == CONTENT
    assert files_in_the_cache() == [f"data/imagenet/{name}"]
    assert progress.total == len(CONTENT)
    assert find_published("small") == found
    assert asked == [f"/{name}"]


@pytest.mark.parametrize("sha256", ["0" * 64, "00000000"])
def test_what_is_not_the_published_file_is_not_kept(site, monkeypatch, sha256):
    (site / publish(monkeypatch, sha256)).write_bytes(CONTENT)
    with pytest.raises(MissingData, match="what came is not the published file: its SHA-256 diff"):
        find_published("small")
    assert files_in_the_cache() == []


def test_a_file_the_site_does_not_have_is_told(site, monkeypatch):
    publish(monkeypatch, SHA256)
    with pytest.raises(MissingData, match="small-1234.pth is in none of .*404 Client Error"):
        find_published("small")
    assert files_in_the_cache() == []


def test_a_file_in_the_named_place_is_used_where_it_lies(own_place, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_DATA", str(own_place / "mine"))
    mine = own_place / "mine" / "imagenet" / publish(monkeypatch, SHA256)
    mine.parent.mkdir(parents=True)
    mine.write_bytes(CONTENT)
    assert find_published("small") == mine
    assert files_in_the_cache() == []


def test_another_file_of_that_name_is_passed_over_and_told(site, own_place, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_DATA", str(own_place / "mine"))
    mine = own_place / "mine" / "imagenet" / publish(monkeypatch, SHA256)
    mine.parent.mkdir(parents=True)
    mine.write_bytes(CONTENT[1:])
    with pytest.raises(MissingData, match=r"small-1234.pth: not the published SHA-256\)"):
        find_published("small")
    (site / mine.name).write_bytes(CONTENT)
    assert find_published("small") != mine
    assert mine.read_bytes() == CONTENT[1:]


def test_a_file_that_was_cut_off_in_the_cache_is_fetched_again(site, monkeypatch):
    name = publish(monkeypatch, SHA256)
    (site / name).write_bytes(CONTENT)
    find_published("small").write_bytes(CONTENT[:100])
    assert find_published("small").read_bytes() == CONTENT


def test_offline_the_error_names_file_places_and_address(own_place, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_DATA", str(own_place / "mine"))
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as closed:
        monkeypatch.setattr(published, "HOME", f"http://127.0.0.1:{closed.server_port}/")
    publish(monkeypatch, SHA256)
    with pytest.raises(MissingData) as refusal:
        find_published("small")
    said = str(refusal.value)
    assert said.startswith("small-1234.pth is in none of ")
    assert str(own_place / "mine" / "imagenet") in said
    assert str(cache_folder() / "data" / "imagenet") in said
    assert f"from {published.HOME}small-1234.pth (no answer from 127.0.0.1): go online" in said
    assert "\n" not in said


def test_a_network_without_published_weights_is_refused():
    with pytest.raises(BadModel, match="no published weights of 'mlp' are known"):
        find_published("mlp")


def test_the_hash_of_a_file_is_hashlibs(own_place):
    (own_place / "file").write_bytes(CONTENT)
    assert sha256_of(own_place / "file") == SHA256
