"""Archives that want all of the memory, or all of the disk."""

import bz2
import gzip
import lzma
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.data.archives import tar_header, zip_of

MEASURED = """
import os, resource, sys
if child := os.fork():  # the peak of the process that started this one is still counted in it
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
from pathlib import Path
from convscope.data import archive as rules
from convscope.data.archive import extract
from convscope.errors import BadData

def peak():
    unit = 1 if sys.platform == "linux" else 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit

rules.MOST_MEMBERS = 9_000  # a tenth: 90,000 take ten times as long
before = peak()
for archive in sys.argv[1:]:
    try:
        extract(Path(archive), Path("out"))
    except BadData as error:
        print(peak() - before, error)
bytearray(60_000_000)
print(peak() - before)
assert "torch" not in sys.modules
"""


def growths(archives: Iterable[Path]) -> tuple[list[tuple[int, str]], int]:
    """For each of `archives` the growth in kB up to its refusal, and what was said of it.

    They are extracted one after the other by a process of its own. Last comes its growth by 60 MB.
    """
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, *archives], capture_output=True, text=True, check=True
    )
    *refusals, control = run.stdout.splitlines()
    return [(int(line.split()[0]), line.partition(" ")[2]) for line in refusals], int(control)


def packed_bomb(pack: Callable[[bytes], bytes], times: int = 30) -> bytes:
    """120 MB in hidden files, which nobody wants: a packed stream for each."""
    return pack(tar_header(".zeros", 4 * 10**6).tobuf() + bytes(-(-4 * 10**6 // 512) * 512)) * times


def extended(kind: bytes, size: int, content: bytes = b"") -> bytes:
    """The header of a header, whose content may be shorter than it says."""
    return tar_header("longer", size, kind).tobuf(tarfile.GNU_FORMAT) + content


def sparse_map(entries: int) -> bytes:
    """A pax sparse file, version 1.0, whose map is as long as it says."""
    records = b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"
    header = extended(tarfile.XHDTYPE, len(records), records.ljust(512, b"\0"))
    body = b"%d\n" % entries + b"0\n0\n" * entries
    return header + tar_header("a.png", len(body)).tobuf() + body + bytes(-len(body) % 512)


def old_sparse_map(blocks: int) -> bytes:
    """A GNU sparse file whose map goes on and on in extension blocks."""
    header = bytearray(tar_header("a.png", 0, tarfile.GNUTYPE_SPARSE).tobuf(tarfile.GNU_FORMAT))
    header[482] = 1
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 8 * ord(" ") + sum(header[156:]))
    return bytes(header) + (b"1".rjust(12, b"0") * 42).ljust(512, b"\1") * blocks


def xz(content: bytes, dictionary: int = 1 << 20) -> bytes:
    chain = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": dictionary}]
    return lzma.compress(content, filters=chain)


def gz(content: bytes) -> bytes:
    return gzip.compress(content, 1)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "members64.zip": (lambda: zip_of(b"a/", count=70_000), "more than 9,000 files"),
    "lying.zip": (lambda: zip_of(b"a/", count=60_000, total=3), "goes on after the 3 entries"),
    "lying64.zip": (lambda: zip_of(b"a/", count=3, total=10**12), "ends before the 1000000000000"),
    "names.zip": (lambda: zip_of(b"n" * 65_000, count=1_000), "more than 255 bytes"),
    "members.tgz": (lambda: gz(tar_header(".a").tobuf() * 10_000), "more than 9,000 files"),
    "bomb.tgz": (lambda: packed_bomb(gz), "200 to 1"),
    "bomb.tbz2": (lambda: packed_bomb(bz2.compress), "200 to 1"),
    "bomb.txz": (lambda: packed_bomb(xz), "200 to 1"),
    "dictionary.txz": (lambda: packed_bomb(lambda c: xz(c * 10, 32 << 20), 3), "200 to 1"),
    "too large a dictionary.txz": (lambda: xz(bytes(9), 64 << 20), "more than 40 MB of memory"),
    "pax.tgz": (
        lambda: gz(extended(tarfile.XHDTYPE, 10**8, bytes(6 * 10**7))),
        "100,000,000 bytes",
    ),
    "global.tar": (lambda: extended(tarfile.XGLTYPE, 2**33), "a header of 8,589,934,592 bytes"),
    "name.tar": (lambda: extended(tarfile.GNUTYPE_LONGNAME, 2**40), "a header of 1,099,511"),
    "link.tar": (lambda: extended(tarfile.GNUTYPE_LONGLINK, 10**6 + 1), "a header of 1,000,001"),
    "sparse.tgz": (lambda: gz(sparse_map(10**7)), "'a.png', which is a sparse file"),
    "old sparse.tgz": (lambda: gz(old_sparse_map(20_000)), "'a.png', which is a sparse file"),
}


def test_hostile_archives_are_refused_in_flat_memory(own_place):
    for name, (content, _) in HOSTILE.items():
        (own_place / name).write_bytes(content())
    refusals, control = growths(own_place / name for name in HOSTILE)
    assert len(refusals) == len(HOSTILE)
    for (name, (_, reason)), (growth, message) in zip(HOSTILE.items(), refusals, strict=True):
        assert message.startswith(str(own_place / name))
        assert reason in message
        assert growth < 50_000, name
    assert control > 55_000  # the measure is not blind
    assert sorted(path.name for path in own_place.iterdir()) == sorted(HOSTILE)
