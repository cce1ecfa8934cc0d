import os
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from PIL import Image as Picture

from convscope.data import picture_cache
from convscope.data.picture_cache import PictureFile, decode
from convscope.data.pixels import read_pixels
from convscope.data.preprocess import sized
from convscope.data.split import content_hash
from convscope.errors import BadData, CannotWrite
from tests.data.photographs import save_picture


def listed(folder: Path) -> list[PictureFile]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    facts = [path.stat() for path in paths]
    return [
        PictureFile(str(path), len(str(folder)), fact.st_size, fact.st_mtime_ns)
        for path, fact in zip(paths, facts, strict=True)
    ]


@pytest.fixture
def album(own_place) -> Path:
    for i, size in enumerate([(29, 19), (19, 23), (41, 37)]):
        save_picture(own_place / "album" / f"{i}.png", seed=i, size=size)
    return own_place / "album"


def test_a_stored_picture_is_what_preprocessing_makes_of_its_file(album):
    decoded = decode(listed(album), album, size=17)
    for image, content, path in zip(
        decoded.images, decoded.hashes, sorted(album.iterdir()), strict=True
    ):
        expected = sized(read_pixels(path), (17, 17), 17, 3).transpose(2, 0, 1)
        assert_array_equal(image, expected)
        assert content.numpy().tobytes() == content_hash(expected)
    assert decoded.sizes.tolist() == [[29, 19], [19, 23], [41, 37]]


def test_the_size_is_the_median_short_side_but_never_above_the_largest(album, monkeypatch):
    assert decode(listed(album), album).images.shape == (3, 3, 19, 19)
    monkeypatch.setattr(picture_cache, "LARGEST", 13)
    (album / "3.png").write_bytes((album / "0.png").read_bytes())
    assert decode(listed(album), album).images.shape == (4, 3, 13, 13)


def test_grey_pictures_have_one_channel_until_one_has_colours(own_place):
    for i in range(2):
        save_picture(own_place / "grey" / f"{i}.png", seed=i, grey=True)
    sixteen = np.arange(19 * 23, dtype=np.uint16).reshape(19, 23) * 100
    Picture.fromarray(sixteen).save(own_place / "grey" / "16.png")
    assert decode(listed(own_place / "grey"), own_place).images.shape[1] == 1
    save_picture(own_place / "grey" / "colours.png", seed=5)
    assert decode(listed(own_place / "grey"), own_place).images.shape[1] == 3


def test_the_second_time_nothing_is_decoded(album, monkeypatch):
    first = decode(listed(album), album)
    monkeypatch.setattr(picture_cache, "read_pixels", lambda path: pytest.fail(f"decoded {path}"))
    again = decode(listed(album), album)
    assert torch.equal(again.images[:], first.images[:])
    assert torch.equal(again.hashes, first.hashes)


@pytest.mark.parametrize("change", ["content", "time", "new", "gone"])
def test_a_change_of_any_file_is_seen(album, change):
    before = decode(listed(album), album, size=17)
    if change == "content":
        save_picture(album / "0.png", seed=99, size=(29, 19))
    elif change == "time":
        save_picture(album / "0.png", seed=99, size=(29, 19))
        os.utime(album / "0.png", ns=(1, 1))
    elif change == "new":
        save_picture(album / "3.png", seed=99)
    else:
        (album / "0.png").unlink()
    after = decode(listed(album), album, size=17)
    assert after.hashes.tolist() != before.hashes.tolist()
    assert len(after.hashes) == len(listed(album))


def test_what_cannot_be_read_is_told_and_left_out(album):
    (album / "1.png").write_bytes((album / "1.png").read_bytes()[:200])
    (album / "empty.png").touch()
    (album / "words.jpg").write_text("no picture")
    decoded = decode(listed(album), album, size=17)
    assert [name for name, _ in decoded.broken] == ["1.png", "empty.png", "words.jpg"]
    assert "cut off or damaged" in decoded.broken[0][1]
    assert str(album) not in decoded.broken[0][1]
    assert decoded.readable == [0, 2]
    assert_array_equal(
        decoded.images[1], sized(read_pixels(album / "2.png"), (17, 17), 17, 3).transpose(2, 0, 1)
    )


def test_if_nothing_can_be_read_that_is_said(own_place):
    (own_place / "album").mkdir()
    (own_place / "album" / "a.png").touch()
    with pytest.raises(BadData, match="none of 1 files can be read"):
        decode(listed(own_place / "album"), own_place)


def test_nothing_half_decoded_is_left_when_it_is_stopped(album, monkeypatch):
    def stopped(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(picture_cache, "read_pixels", stopped)
        with pytest.raises(KeyboardInterrupt):
            decode(listed(album), album)
    kept = picture_cache.cache_folder() / "pictures"
    assert [path for path in kept.iterdir() if path.suffix != ".lock"] == []
    assert len(decode(listed(album), album).images) == 3


def test_a_full_disk_is_told_before_anything_is_decoded(album, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", full)
    with pytest.raises(CannotWrite, match="the disk is full"):
        decode(listed(album), album)


def test_progress_counts_each_picture_seen_and_stored(album):
    class Watched:
        total, seen, unit, closed = 0, 0, "bytes", False

        def reset(self):
            self.seen = 0

        def update(self, n):
            self.seen += n

        def close(self):
            self.closed = True

    progress = Watched()
    decode(listed(album), album, progress=progress)
    assert (progress.unit, progress.seen, progress.total, progress.closed) == (
        "pictures",
        6,
        6,
        True,
    )
