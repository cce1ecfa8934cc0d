"""A zip's directory and its entries, read piece by piece: memory stays flat, whatever they hold.

zipfile would list a million entries before anything could be refused. PKWARE, APPNOTE.TXT 6.3.10:
sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to 4.3.16 (its end), 4.5.3 (zip64).
What is damaged is a `ValueError` or `EOFError` that says what, or zlib's own error.
"""

import os
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader

LOCAL = struct.Struct("<4s5H3I2H")
ENTRY = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
LOCATOR = struct.Struct("<4sIQI")
LONG_END = struct.Struct("<4sQ2H2I4Q")

LONGEST_COMMENT = 0xFFFF

IN_ZIP64 = 0xFFFFFFFF
"""Stands for a size or an offset that is in the zip64 field."""

PIECE = 1 << 16
"""Bytes that are read, or come out, at a time."""

STORED, DEFLATED = 0, 8

ENCRYPTED = 1 | 1 << 6 | 1 << 13
"""Flags: by a password, strongly, and the directory itself."""

KINDS = {
    stat.S_IFLNK: "is a symbolic link",
    stat.S_IFCHR: "is a device",
    stat.S_IFBLK: "is a device",
    stat.S_IFIFO: "is a named pipe",
    stat.S_IFSOCK: "is a socket",
}


@dataclass(frozen=True)
class Entry:
    """What the directory says of one member."""

    name: str
    size: int
    """Bytes unpacked."""
    packed: int
    """Bytes in the archive."""
    crc: int
    method: int
    flags: int
    mode: int
    """Unix's kind and permissions, 0 where they are not known."""
    offset: int
    """Where its local header begins."""

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/") or stat.S_ISDIR(self.mode)

    @property
    def fault(self) -> str | None:
        """What it is instead of a file or folder that can be read."""
        if self.flags & ENCRYPTED:
            return "is encrypted"
        if self.method not in (STORED, DEFLATED):
            return f"is packed by method {self.method} (stored and deflated can be read)"
        return KINDS.get(stat.S_IFMT(self.mode))


def read_directory(file: BufferedReader) -> Iterator[Entry]:
    """The entries of a zip in the order of its directory, as many as its end record counts."""
    at, end, count = _find_directory(file)
    for _ in range(count):
        if at + ENTRY.size > end:
            raise ValueError(f"its directory ends before the {count} entries of its end record")
        fields = ENTRY.unpack(_read_at(file, at, ENTRY.size))
        if fields[0] != b"PK\1\2":
            raise ValueError("its directory is damaged")
        name_length, extra_length, comment_length = fields[10:13]
        variable = _read_at(file, at + ENTRY.size, name_length + extra_length)
        at += ENTRY.size + len(variable) + comment_length
        yield _entry(fields, variable[:name_length], variable[name_length:])
    if at != end:
        raise ValueError(f"its directory goes on after the {count} entries of its end record")


def read_entry(file: BufferedReader, entry: Entry) -> Iterator[bytes]:
    """The content of `entry` in pieces, never more than its size, held to its checksum."""
    size = crc = 0
    for piece in _content(file, entry):
        size += len(piece)
        crc = zlib.crc32(piece, crc)
        if size > entry.size:
            raise ValueError(f"{entry.name!r} is larger than its directory says")
        yield piece
    if (size, crc) != (entry.size, entry.crc):
        raise ValueError(f"{entry.name!r} differs from its checksum")


def _find_directory(file: BufferedReader) -> tuple[int, int, int]:
    """Where the directory begins and ends, and how many entries the end record counts."""
    at, fields = _find_end(file)
    disks, count, size, begin = fields[1:3], *fields[4:7]
    locator = _read_at(file, at - LOCATOR.size, LOCATOR.size) if at >= LOCATOR.size else b""
    if locator[:4] == b"PK\6\7":
        _, _, at, _ = LOCATOR.unpack(locator)
        fields = LONG_END.unpack(_read_at(file, at, LONG_END.size))
        disks, count, size, begin = fields[4:6], *fields[7:10]
        if fields[0] != b"PK\6\6":
            raise ValueError("its zip64 end record is not where its locator says")
    if any(disks):
        raise ValueError("it is one part of a split zip")
    if begin + size != at:
        raise ValueError("its directory is not where its end record says")
    return begin, at, count


def _find_end(file: BufferedReader) -> tuple[int, tuple]:
    """Where the end record is, and its fields: only a comment of the right length follows it."""
    length = file.seek(0, os.SEEK_END)
    start = max(0, length - END.size - LONGEST_COMMENT)
    tail = _read_at(file, start, length - start)
    for at in range(len(tail) - END.size, -1, -1):
        if tail.startswith(b"PK\5\6", at):
            fields = END.unpack_from(tail, at)
            if at + END.size + fields[-1] == len(tail):
                return start + at, fields
    raise ValueError("it has no end record")


def _entry(fields: tuple, name: bytes, extra: bytes) -> Entry:
    size, packed, offset = _long_values(extra, (fields[9], fields[8], fields[16]))
    return Entry(
        name=_text(name),
        size=size,
        packed=packed,
        crc=fields[7],
        method=fields[4],
        flags=fields[3],
        mode=fields[15] >> 16,
        offset=offset,
    )


def _text(name: bytes) -> str:
    """UTF-8, flagged or not, as macOS and Linux write it; else the code page of the first zips."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp437")


def _long_values(extra: bytes, values: tuple[int, int, int]) -> list[int]:
    """`values`, in which the zip64 field of `extra` replaces those that stand for it, in order."""
    at, field = 0, b""
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            field = extra[at + 4 : at + 4 + length // 8 * 8]
        at += 4 + length
    longs = iter(struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8]))
    return [next(longs, value) if value == IN_ZIP64 else value for value in values]


def _content(file: BufferedReader, entry: Entry) -> Iterator[bytes]:
    signature, *_, name_length, extra_length = LOCAL.unpack(
        _read_at(file, entry.offset, LOCAL.size)
    )
    if signature != b"PK\3\4":
        raise ValueError(f"{entry.name!r} is not where its directory says")
    packed = _packed(file, entry.offset + LOCAL.size + name_length + extra_length, entry.packed)
    return packed if entry.method == STORED else _inflated(packed)


def _packed(file: BufferedReader, at: int, size: int) -> Iterator[bytes]:
    for start in range(at, at + size, PIECE):
        yield _read_at(file, start, min(PIECE, at + size - start))


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for waiting in packed:
        while waiting and not inflater.eof:
            yield inflater.decompress(waiting, PIECE)
            waiting = inflater.unconsumed_tail
        if inflater.eof:  # what follows would pile up in `unused_data`
            return
    yield inflater.flush()  # the bits that zlib has read ahead: a few kB
    if not inflater.eof:
        raise EOFError("a member ends early")


def _read_at(file: BufferedReader, at: int, size: int) -> bytes:
    if at + size > os.fstat(file.fileno()).st_size:
        raise EOFError("it ends early")
    file.seek(at)
    return file.read(size)
