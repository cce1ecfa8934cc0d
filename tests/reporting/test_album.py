import base64
import io

import numpy as np
from numpy.testing import assert_array_equal
from PIL import Image as Picture

from convscope.reporting.album import SIDE, Album, data_address, encode_small


def pixels(h: int = 11, w: int = 13, c: int = 1, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (h, w, c), dtype=np.uint8)


def decoded(content: bytes) -> np.ndarray:
    return np.asarray(Picture.open(io.BytesIO(content)).convert("RGB"))


def test_a_small_grey_picture_is_kept_to_the_last_bit():
    picture = pixels()
    assert_array_equal(decoded(encode_small(picture)), np.repeat(picture, 3, axis=2))


def test_a_large_picture_is_made_smaller_and_keeps_its_shape():
    assert decoded(encode_small(pixels(300, 150, 3))).shape == (SIDE, SIDE // 2, 3)


def test_the_album_holds_each_picture_once_and_never_more_than_its_room():
    room = 5_000
    album = Album(room)
    keys = [album.add(f"test-{i % 40}", pixels(seed=i % 40)) for i in range(120)]
    kept = {key for key in keys if key is not None}
    assert set(album.pictures) == kept
    assert 3 < len(kept) < 40
    assert sum(map(len, album.pictures.values())) == room - album.left <= room


def test_an_address_holds_the_picture():
    content = encode_small(pixels())
    address = data_address(content, "webp")
    assert address.startswith("data:image/webp;base64,")
    assert base64.b64decode(address.partition(",")[2]) == content
