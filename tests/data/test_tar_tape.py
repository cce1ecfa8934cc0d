import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from convscope.data.tar_tape import Tape, decompressed, read_tape
from convscope.errors import BadData

CONTENTS = {
    "a.png": bytes(range(256)) * 1_009,
    "folder": None,
    "folder/Zoë.jpg": b"",
    "folder/" + "long" * 20 + "/" + "name" * 20: b"exactly one block".ljust(512, b"."),
    "folder/" + "é" * 60 + "/zeros.bmp": bytes(300_007),
}

FORMATS = {
    "ustar": tarfile.USTAR_FORMAT,
    "gnu": tarfile.GNU_FORMAT,
    "pax": tarfile.PAX_FORMAT,
}


def tarred(format: int) -> bytes:
    """A tar of `CONTENTS`, where None is a folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        for name, content in CONTENTS.items():
            header = tarfile.TarInfo(name)
            if content is None:
                header.type = tarfile.DIRTYPE
            header.size = len(content or b"")
            header.mtime = 1.5 if format == tarfile.PAX_FORMAT else 1
            archive.addfile(header, io.BytesIO(content or b""))
    return buffer.getvalue()


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[i : i + size] for i in range(0, len(content), size))


def unpacked(path: Path, packing: str | None) -> list[bytes]:
    with path.open("rb") as file:
        return list(decompressed(file, packing))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("size", [97, 512, 10**6])
def test_members_come_in_order_with_their_content_however_the_bytes_come(format, size):
    seen = [
        (member.name, None if member.is_folder else b"".join(member.content))
        for member in read_tape(pieces(tarred(FORMATS[format]), size))
    ]
    assert seen == list(CONTENTS.items())


@pytest.mark.parametrize("format", FORMATS)
def test_a_content_that_nobody_reads_passes_by(format):
    members = list(read_tape(pieces(tarred(FORMATS[format]), 1000)))
    assert [member.name for member in members] == list(CONTENTS)
    assert [member.size for member in members] == [len(c or b"") for c in CONTENTS.values()]


def test_a_size_may_be_said_by_an_extended_header():
    header = tarfile.TarInfo("a")
    header.pax_headers = {"size": "700"}
    content = header.tobuf() + b"x" * 700 + bytes(324) + tarfile.TarInfo("b").tobuf() + bytes(512)
    members = read_tape(pieces(content, 300))
    assert [(m.name, b"".join(m.content)) for m in members] == [("a", b"x" * 700), ("b", b"")]


def test_the_tape_is_read_to_its_end():
    coming = pieces(tarred(tarfile.PAX_FORMAT) + bytes(10_000), 100)
    list(read_tape(coming))
    assert next(coming, None) is None


@pytest.mark.parametrize("format", FORMATS)
def test_a_damaged_header_is_never_taken_for_the_end(format):
    content = bytearray(tarred(FORMATS[format]))
    at = content.rindex(b"ustar")  # in the last header
    content[at] ^= 1
    with pytest.raises(tarfile.HeaderError, match="checksum"):
        list(read_tape(pieces(bytes(content), 10_000)))


def test_a_tar_without_its_end_is_noticed():
    content = tarred(tarfile.GNU_FORMAT).rstrip(b"\0")
    for length in (0, 511, 512, 513, len(content) // 512 * 512):
        with pytest.raises(EOFError, match="it ends early"):
            list(read_tape(pieces(content[:length], 10_000)))


@pytest.mark.parametrize(
    "records",
    [b"no length=a\n", b"9 a=b\n", b"0 a=b\n", b"-6 a=b\n", b"99999999 a=b\n", b"2 a=b\n", b"\0"],
)
def test_a_pax_header_whose_lengths_are_wrong_is_noticed(records):
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, len(records)
    content = header.tobuf() + records.ljust(512, b"\0") + tarfile.TarInfo("a").tobuf()
    with pytest.raises(ValueError, match="pax header of the wrong length"):
        list(read_tape(pieces(content + bytes(1024), 512)))


def test_a_negative_size_is_noticed():
    header = tarfile.TarInfo("a")
    header.pax_headers = {"size": "-512"}
    with pytest.raises(ValueError, match="negative"):
        list(read_tape(pieces(header.tobuf() + bytes(1024), 512)))


PACKINGS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_packed_file_comes_in_pieces_however_well_it_is_packed(packing, own_place):
    content = bytes(10**6) + b"the end"
    (own_place / "a").write_bytes(PACKINGS[packing](content))
    came = unpacked(own_place / "a", packing)
    assert b"".join(came) == content
    assert max(map(len, came)) <= 1 << 16


@pytest.mark.parametrize("packing", PACKINGS)
def test_streams_that_follow_each_other_are_one_file(packing, own_place):
    streams = [PACKINGS[packing](content) for content in (b"one ", b"", b"two " * 50_000, b"three")]
    (own_place / "a").write_bytes(b"".join(streams))
    assert b"".join(unpacked(own_place / "a", packing)) == b"one " + b"two " * 50_000 + b"three"


def test_zeros_between_streams_of_xz_are_padding(own_place):
    padded = lzma.compress(b"one ") + bytes(8) + lzma.compress(b"two") + bytes(4)
    (own_place / "a").write_bytes(padded)
    assert b"".join(unpacked(own_place / "a", "xz")) == b"one two"


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_packed_file_that_is_cut_off_is_noticed(packing, own_place):
    whole = PACKINGS[packing](bytes(range(256)) * 50)
    for length in range(2, len(whole), 7):
        (own_place / "a").write_bytes(whole[:length])
        with pytest.raises(EOFError):
            unpacked(own_place / "a", packing)


def test_a_dictionary_that_needs_much_memory_is_refused_with_what_to_do(own_place):
    chain = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 64 << 20}]
    (own_place / "a.txz").write_bytes(lzma.compress(b"small", filters=chain))
    with pytest.raises(BadData, match=r"a\.txz needs more than 40 MB .* xz -8 or lower"):
        unpacked(own_place / "a.txz", "xz")


def test_a_tape_gives_what_is_asked_for_and_no_more():
    tape = Tape(iter([b"ab", b"", b"cdefg"]))
    assert tape.read(3) == b"abc"
    tape.skip(2)
    assert (tape.read(0), tape.read(2), tape.passed) == (b"", b"fg", 7)
    with pytest.raises(EOFError, match="it ends early"):
        tape.read(1)
