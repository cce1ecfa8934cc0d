"""A tar's members as they pass by on a tape: each is forgotten once the next one comes.

tarfile keeps them all, reads extended headers whole, follows sparse maps and takes a damaged header
for the end. POSIX.1-2008, pax: "ustar Interchange Format" and "pax Extended Header"; GNU tar's
manual, "Basic Tar Format". What is damaged is a `ValueError`, `EOFError`, `OSError` or `TarError`
that says what, or the decoder's own error.
"""

import bz2
import gzip
import lzma
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from io import BufferedReader

from convscope.errors import BadData

MOST_HEADER = 10**6
"""Bytes of a header that extends the next one, by a long name for instance."""
MOST_DECODER = 40 * 10**6
"""Memory for the dictionary of xz: `xz -8` needs 33 MB, the usual `xz -6` 9 MB."""
PIECE = 1 << 16
"""Bytes that are read, or come out, at a time."""

BLOCK = 512

LONG_NAMES = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
RECORDS = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE, tarfile.DIRTYPE)

SPARSE = b"GNU.sparse"
"""How the names of the records begin that make the next member a sparse file."""

KINDS = {
    tarfile.SYMTYPE: "is a symbolic link",
    tarfile.LNKTYPE: "is a hard link",
    tarfile.CHRTYPE: "is a device",
    tarfile.BLKTYPE: "is a device",
    tarfile.FIFOTYPE: "is a named pipe",
    tarfile.GNUTYPE_SPARSE: "is a sparse file",
}

LENGTH = re.compile(rb"(\d{1,7}) ")

Decoder = bz2.BZ2Decompressor | lzma.LZMADecompressor

DECODERS: Mapping[str, Callable[[], Decoder]] = {
    "bz2": bz2.BZ2Decompressor,
    "xz": partial(lzma.LZMADecompressor, memlimit=MOST_DECODER),
}


@dataclass(frozen=True)
class Member:
    """A file or folder as it passes by."""

    name: str
    is_folder: bool
    size: int
    fault: str | None
    """What it is instead of a file or folder."""
    content: Iterator[bytes]
    """To be read before the next member is asked for, or not at all."""


class Tape:
    """Bytes that pass by once; `EOFError` where more are asked for than come."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.piece = b""
        self.at = 0
        """Place in the piece."""
        self.passed = 0
        """Place on the tape."""

    def take(self, size: int) -> Iterator[bytes]:
        """The next `size` bytes, in pieces."""
        end = self.passed + size
        while self.passed < end:
            if self.at == len(self.piece):
                self.piece, self.at = self._next_piece(), 0
            part = self.piece[self.at : self.at + end - self.passed]
            self.at += len(part)
            self.passed += len(part)
            yield part

    def read(self, size: int) -> bytes:
        """The next `size` bytes at once."""
        return b"".join(self.take(size))

    def skip(self, size: int) -> None:
        """Let `size` bytes pass."""
        for _ in self.take(size):
            pass

    def _next_piece(self) -> bytes:
        piece = next(self.pieces, None)
        if piece is None:
            raise EOFError("it ends early")
        return piece


def read_tape(pieces: Iterator[bytes]) -> Iterator[Member]:
    """The members of the tar whose bytes are `pieces`, which are read to their end."""
    tape = Tape(pieces)
    said: dict[bytes, bytes] = {}
    while any(block := tape.read(BLOCK)):
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if header.type in LONG_NAMES + RECORDS:
            said |= _extension(tape, header)
            continue
        member = _member(tape, header, said)
        end = tape.passed + _in_blocks(member.size)
        yield member
        tape.skip(end - tape.passed)
        said = {}
    for _ in pieces:  # a checksum comes last
        pass


def decompressed(file: BufferedReader, packing: str | None) -> Iterator[bytes]:
    """What is in `file`, packed by "gz", "bz2", "xz" or not at all: in pieces, in little memory."""
    if packing is None:
        yield from iter(partial(file.read, PIECE), b"")
    elif packing == "gz":
        with gzip.GzipFile(fileobj=file) as stream:
            yield from iter(partial(stream.read, PIECE), b"")
    else:
        yield from _decoded(file, DECODERS[packing])


def _decoded(file: BufferedReader, new_decoder: Callable[[], Decoder]) -> Iterator[bytes]:
    """One packed stream after the other, as tools that work on several cores write them."""
    waiting = file.read(PIECE)
    while waiting:
        decoder = new_decoder()
        while not decoder.eof:
            yield _decode(decoder, waiting, str(file.name))
            waiting = file.read(PIECE) if decoder.needs_input else b""
            if decoder.needs_input and not waiting:
                raise EOFError("it ends early")
        waiting = decoder.unused_data.lstrip(b"\0") or file.read(PIECE).lstrip(b"\0")


def _decode(decoder: Decoder, waiting: bytes, name: str) -> bytes:
    try:
        return decoder.decompress(waiting, PIECE)
    except lzma.LZMAError as error:
        if "Memory" not in str(error):
            raise
        raise BadData(
            f"{name} needs more than {MOST_DECODER // 10**6} MB of memory to be unpacked: "
            "pack it again with xz -8 or lower"
        ) from error


def _member(tape: Tape, header: tarfile.TarInfo, said: Mapping[bytes, bytes]) -> Member:
    """What `header` begins, where `said` are the extended headers before it."""
    size = 0 if header.isdir() else int(said.get(b"size", header.size))
    if size < 0:
        raise ValueError("a member of negative size")
    path = said[b"path"].decode("utf-8", "surrogateescape") if b"path" in said else header.name
    fault = None
    if SPARSE in said:
        fault = KINDS[tarfile.GNUTYPE_SPARSE]
    elif header.type not in PLAIN:
        fault = KINDS.get(header.type, "is neither a file nor a folder")
    return Member(path, header.isdir(), size, fault, tape.take(size))


def _extension(tape: Tape, header: tarfile.TarInfo) -> dict[bytes, bytes]:
    """What an extended header says of the member after it, as far as it matters here."""
    if not 0 <= header.size <= MOST_HEADER:
        raise ValueError(
            f"a header of {header.size:,} bytes, where at most {MOST_HEADER:,} are read"
        )
    content = tape.read(_in_blocks(header.size))[: header.size]
    if header.type == tarfile.GNUTYPE_LONGLINK:
        return {}
    if header.type == tarfile.GNUTYPE_LONGNAME:
        return {b"path": content.split(b"\0", 1)[0]}
    return {
        key[: len(SPARSE)]: value
        for key, value in _records(content)
        if key[: len(SPARSE)] in (b"path", b"size", SPARSE)
    }


def _records(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The records of a pax header: "LENGTH KEY=VALUE" and a line feed, LENGTH counting them all."""
    at = 0
    while at < len(content):
        length = LENGTH.match(content, at)
        end = at + int(length[1]) if length else 0
        if length is None or not length.end() < end <= len(content):
            raise ValueError("a pax header of the wrong length")
        key, _, value = content[length.end() : end - 1].partition(b"=")
        yield key, value
        at = end


def _in_blocks(size: int) -> int:
    """`size`, rounded up to whole blocks."""
    return -(-size // BLOCK) * BLOCK
