import gzip
import struct

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from convscope.data.idx import read_idx
from convscope.errors import BadData


def idx(values: np.ndarray, kind: int = 8) -> bytes:
    sizes = struct.pack(f">{values.ndim}I", *values.shape)
    return bytes([0, 0, kind, values.ndim]) + sizes + values.tobytes()


@pytest.fixture(params=[(5,), (2, 11, 13), (2, 3, 5, 7)], ids=str)
def values(request) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, request.param, dtype=np.uint8)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_what_was_written_by_hand_is_read_back(values, pack):
    assert_array_equal(read_idx(pack(idx(values)), "some"), values)


def test_a_file_cut_off_anywhere_is_refused(values):
    content = idx(values)
    for length in {0, 1, 2, 3, 4, 7, 8, len(content) // 2, len(content) - 1}:
        with pytest.raises(BadData, match="some is not an idx file"):
            read_idx(content[:length], "some")


def test_a_file_with_more_than_its_header_says_is_refused(values):
    with pytest.raises(BadData, match="some is not an idx file"):
        read_idx(idx(values) + b"\0", "some")


@pytest.mark.parametrize("length", [10, 30])
def test_a_gzip_file_that_is_cut_off_or_damaged_is_refused(values, length):
    packed = gzip.compress(idx(values))
    with pytest.raises(BadData, match="some is not an idx file"):
        read_idx(packed[:length], "some")
    for place in range(10, len(packed)):
        damaged = packed[:place] + bytes([packed[place] ^ 0xFF]) + packed[place + 1 :]
        with pytest.raises(BadData, match="some is not an idx file"):
            read_idx(damaged, "some")


@pytest.mark.parametrize(
    "content",
    [
        b"some text that is long enough to have sizes",
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        b"\1" + idx(np.zeros(7, np.uint8))[1:],
        b"\0\1" + idx(np.zeros(7, np.uint8))[2:],
        b"\0\0\x08\x03" + b"\xff" * 12 + bytes(5),
    ],
)
def test_a_wrong_magic_number_is_refused(content):
    with pytest.raises(BadData, match="some is not an idx file"):
        read_idx(content, "some")


def test_other_types_than_unsigned_bytes_are_refused_by_their_number():
    with pytest.raises(BadData, match="its type is 13, not 8"):  # 13: floats
        read_idx(idx(np.zeros((2, 3), np.uint8), kind=13), "some")
