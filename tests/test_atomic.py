import errno
import json
import os
import resource
from pathlib import Path

import pytest

from convscope.atomic import explained, make_folder, replacing, write_json, write_text
from convscope.errors import CannotWrite


def test_a_finished_block_becomes_the_file_and_leaves_nothing_beside_it(own_place):
    path = own_place / "weights.bin"
    path.write_bytes(b"old")
    with replacing(path) as part:
        part.write_bytes(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(own_place.iterdir()) == [path]


def test_a_failing_block_leaves_the_old_file_and_no_litter(own_place):
    path = own_place / "weights.bin"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), replacing(path) as part:
        part.write_bytes(b"half of the n") // 0
    assert path.read_bytes() == b"old"
    assert list(own_place.iterdir()) == [path]


def test_the_content_is_on_the_disk_before_it_takes_the_name(own_place, monkeypatch):
    path, order = own_place / "config.json", []
    flush, rename = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("flush"), flush(fd)))
    monkeypatch.setattr(Path, "replace", lambda a, b: (order.append("rename"), rename(a, b)))
    write_text(path, "content")
    assert order == ["flush", "rename"]


def test_a_disk_that_is_full_when_flushed_keeps_the_old_file(own_place, monkeypatch):
    path = own_place / "config.json"
    path.write_text("old")

    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotWrite) as refusal:
        write_text(path, "new")
    assert str(refusal.value) == f"{path} cannot be written: the disk is full: free some space"
    assert path.read_text() == "old"
    assert list(own_place.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_the_systems_own_full_device_is_explained():
    refused = pytest.raises(CannotWrite, match="history.csv cannot be written: the disk is full")
    with refused, explained(Path("history.csv")):
        Path("/dev/full").write_text("x")


def test_a_file_larger_than_the_disk_allows_is_explained(own_place):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (997, limits[1]))
    try:
        with pytest.raises(CannotWrite, match="big.txt cannot be written: the file is too large"):
            write_text(own_place / "big.txt", "x" * 1009)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(own_place.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "you may not write there: choose another folder"),
        (errno.EPERM, "you may not write there: choose another folder"),
        (errno.EROFS, "the disk is read-only: choose another folder"),
        (errno.EDQUOT, "your disk quota is used up: free some space"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_each_refusal_of_the_system_becomes_one_sentence(number, said):
    with pytest.raises(CannotWrite) as refusal, explained(Path("runs/a")):
        raise OSError(number, os.strerror(number))
    assert str(refusal.value) == f"runs/a cannot be written: {said}"


def test_a_file_in_the_way_of_a_folder_is_explained(own_place):
    (own_place / "runs").write_text("a file")
    with pytest.raises(CannotWrite, match="a file of that name is in the way"):
        make_folder(own_place / "runs")
    with pytest.raises(CannotWrite, match="a part of the path is a file"):
        make_folder(own_place / "runs" / "a")


def test_a_name_that_is_too_long_is_explained(own_place):
    with pytest.raises(CannotWrite, match="the name is too long: choose a shorter one"):
        write_text(own_place / ("a" * 300), "content")


def test_a_folder_is_made_with_those_above_it_and_may_exist(own_place):
    make_folder(own_place / "runs" / "a")
    make_folder(own_place / "runs" / "a")
    assert (own_place / "runs" / "a").is_dir()


def test_json_is_read_back_as_it_was_and_keeps_the_words_readable(own_place):
    content = {"target_names": ["Käse", "寿司"], "share": 0.1, "none": None}
    write_json(own_place / "config.json", content)
    text = (own_place / "config.json").read_text(encoding="utf-8")
    assert json.loads(text) == content
    assert "Käse" in text
    assert text.endswith("}\n")
