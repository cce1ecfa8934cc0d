import io
import zipfile
import zlib
from pathlib import Path

import pytest

from convscope.data.zip_directory import END, Entry, read_directory, read_entry

CONTENTS = {
    "a.png": bytes(range(256)) * 1_009,
    "folder/": b"",
    "folder/Zoë.jpg": b"",
    "folder/zeros.bmp": bytes(300_007),
}


class OneWay(io.RawIOBase):
    """A file that cannot go back, for which sizes are written after the contents."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("wb")

    def writable(self) -> bool:
        return True

    def write(self, content) -> int:
        return self.file.write(content)

    def close(self) -> None:
        self.file.close()
        super().close()


def zipped(place, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> None:
    with zipfile.ZipFile(place, "w", method) as archive:
        archive.comment = comment
        for name, content in CONTENTS.items():
            facts = zipfile.ZipInfo(name)
            facts.compress_type, facts.comment = method, b"PK\5\6"
            archive.writestr(facts, content)


def read(path: Path) -> list[tuple[Entry, bytes]]:
    with path.open("rb") as file:
        return [(entry, b"".join(read_entry(file, entry))) for entry in read_directory(file)]


def assert_as_zipfile_reads(path: Path) -> None:
    found = read(path)
    with zipfile.ZipFile(path) as archive:
        facts = [(i.filename, i.file_size, i.compress_size, i.CRC) for i in archive.infolist()]
        assert [(e.name, e.size, e.packed, e.crc) for e, _ in found] == facts
        assert [content for _, content in found] == [archive.read(name) for name, *_ in facts]
    assert {entry.name: content for entry, content in found} == CONTENTS
    assert [e.is_folder for e, _ in found] == [name.endswith("/") for name in CONTENTS]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("comment", [b"", b"a comment" * 7_000])
def test_entries_are_those_that_zipfile_finds(method, comment, own_place):
    zipped(own_place / "a.zip", method, comment)
    assert_as_zipfile_reads(own_place / "a.zip")


def test_a_comment_may_look_like_an_end_record(own_place):
    zipped(own_place / "a.zip", comment=b"PK\5\6" * 9_000)
    assert {entry.name: content for entry, content in read(own_place / "a.zip")} == CONTENTS


def test_sizes_that_come_after_the_contents_are_read_from_the_directory(own_place):
    with OneWay(own_place / "a.zip") as file:
        zipped(file)
    assert_as_zipfile_reads(own_place / "a.zip")


@pytest.mark.parametrize("limit", [0, 200_000])
def test_zip64_fields_and_end_records_are_read(limit, own_place, monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)
    zipped(own_place / "a.zip", zipfile.ZIP_STORED)
    assert b"PK\6\7" in (own_place / "a.zip").read_bytes()
    assert_as_zipfile_reads(own_place / "a.zip")


def test_an_empty_zip_has_no_entries(own_place):
    with zipfile.ZipFile(own_place / "a.zip", "w"):
        pass
    assert read(own_place / "a.zip") == []


@pytest.mark.parametrize(
    ("stored", "name"), [("Zoë".encode(), "Zoë"), (b"\x81.png", "ü.png"), (b"a\0b", "a\0b")]
)
def test_a_name_is_utf_8_or_else_of_the_first_code_page(stored, name, own_place):
    with zipfile.ZipFile(own_place / "a.zip", "w") as archive:
        archive.writestr("x" * len(stored), b"")
    content = (own_place / "a.zip").read_bytes().replace(b"x" * len(stored), stored)
    (own_place / "a.zip").write_bytes(content)
    assert read(own_place / "a.zip")[0][0].name == name


def test_content_is_given_in_pieces_however_well_it_is_packed(own_place):
    with zipfile.ZipFile(own_place / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(10**6))
    with (own_place / "a.zip").open("rb") as file:
        sizes = [len(piece) for entry in read_directory(file) for piece in read_entry(file, entry)]
    assert sum(sizes) == 10**6
    assert max(sizes) <= 1 << 16


@pytest.mark.parametrize(
    ("place", "by", "said"),
    [
        (1, 1, "one part of a split zip"),
        (2, 1, "one part of a split zip"),
        (4, 1, "ends before the 5 entries"),
        (4, -1, "goes on after the 3 entries"),
        (5, 1, "not where its end record says"),
        (6, -1, "not where its end record says"),
        (7, 1, "no end record"),
    ],
)
def test_an_end_record_that_is_not_true_is_noticed(place, by, said, own_place):
    zipped(own_place / "a.zip")
    content = bytearray((own_place / "a.zip").read_bytes())
    fields = list(END.unpack(content[-END.size :]))
    fields[place] += by
    content[-END.size :] = END.pack(*fields)
    (own_place / "a.zip").write_bytes(content)
    with pytest.raises(ValueError, match=said):
        read(own_place / "a.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_changed_content_is_noticed(method, own_place):
    zipped(own_place / "a.zip", method)
    content = bytearray((own_place / "a.zip").read_bytes())
    content[200] ^= 4
    (own_place / "a.zip").write_bytes(content)
    with pytest.raises((ValueError, zlib.error)):
        read(own_place / "a.zip")


def test_an_offset_beyond_all_files_is_noticed(own_place):
    zipped(own_place / "a.zip")
    with (own_place / "a.zip").open("rb") as file:
        for offset in (1, 2**40, 2**64 - 1):
            entry = Entry("a", 0, 0, 0, 0, 0, 0, offset)
            with pytest.raises((ValueError, EOFError), match="is not where|ends early"):
                list(read_entry(file, entry))
