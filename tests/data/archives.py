"""Archives made by hand, as no program would make them."""

import io
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

TARS = {
    ".tar": "w",
    ".tar.gz": "w:gz",
    ".tgz": "w:gz",
    ".tar.bz2": "w:bz2",
    ".tbz2": "w:bz2",
    ".tar.xz": "w:xz",
    ".txz": "w:xz",
}


def packed(path: Path, contents: dict[str, bytes], format: int = tarfile.PAX_FORMAT) -> Path:
    """An archive of the kind that its name says; a name that ends in / is a folder."""
    if path.name.endswith(".zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in contents.items():
                archive.writestr(name, content)
        return path
    mode = next(TARS[suffix] for suffix in TARS if path.name.endswith(suffix))
    with tarfile.open(path, mode, format=format) as archive:
        for name, content in contents.items():
            archive.addfile(tar_header(name, len(content)), io.BytesIO(content))
    return path


def tar_header(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.type = tarfile.DIRTYPE if name.endswith("/") else kind
    header.size = size
    header.mode = 0o777
    return header


def tar_of(*headers: tarfile.TarInfo) -> bytes:
    return b"".join(header.tobuf() for header in headers) + bytes(1024)


def zip_of(
    name: bytes, content: bytes = b"", *, size=None, flags=0, mode=0, method=0, count=1, total=None
) -> bytes:
    """A zip by hand: `count` entries in the directory that share one local member."""
    size = len(content) if size is None else size
    facts = (20, flags, method, 0, 0, zlib.crc32(content), len(content), size)
    if method == 8:
        crc = zlib.crc32(content)
        content = zlib.compress(content, wbits=-15)
        facts = (20, flags, method, 0, 0, crc, len(content), size)
    local = struct.pack("<4s5H3I2H", b"PK\3\4", *facts, len(name), 0) + name + content
    entry = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 3 << 8, *facts, len(name), 0, 0, 0, 0, mode << 16, 0
    )
    directory = (entry + name) * count
    total = count if total is None else total
    here = min(total, 0xFFFF)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, here, here, len(directory), len(local), 0)
    if total <= 0xFFFF:
        return local + directory + end
    at = len(local) + len(directory)
    long_end = struct.pack(
        "<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, total, total, len(directory), len(local)
    )
    return local + directory + long_end + struct.pack("<4sIQI", b"PK\6\7", 0, at, 1) + end
