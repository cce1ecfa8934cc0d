"""MNIST's own format: a type, the sizes as big-endian 32-bit numbers, then the bytes.

LeCun, Cortes, Burges: "The MNIST database of handwritten digits", section "File formats".
"""

import gzip
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from convscope.data.dataset import Dataset
from convscope.data.download import Progress, Published
from convscope.errors import BadData

UNSIGNED_BYTES = 8


def read_idx(content: bytes, name: str) -> np.ndarray:
    """The array of unsigned bytes in `content`, gzipped or not, in the sizes its header gives."""
    try:
        raw = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        kind, dimensions = raw[2], raw[3]
        sizes = struct.unpack_from(f">{dimensions}I", raw, 4)
        values = np.frombuffer(raw, np.uint8, offset=4 + 4 * dimensions).reshape(sizes)
    except (OSError, EOFError, IndexError, ValueError, struct.error, zlib.error) as error:
        raise BadData(f"{name} is not an idx file: {error}") from error
    if raw[:2] != b"\0\0" or kind != UNSIGNED_BYTES:
        raise BadData(f"{name} is not an idx file of unsigned bytes: its type is {kind}, not 8")
    return values


def read_mnist(
    published: Published, class_names: Sequence[str], progress: Progress | None = None
) -> tuple[Dataset, Dataset]:
    """The training and the test part of a data set laid out as MNIST is: (n, 1, 28, 28)."""
    folder = published.find(progress)
    train, test = (_read_part(published, folder, part, class_names) for part in ("train", "t10k"))
    return train, test


def _read_part(
    published: Published, folder: Path, part: str, class_names: Sequence[str]
) -> Dataset:
    def read(file: str) -> np.ndarray:
        return read_idx(published.read(folder, file), str(folder / file))

    images = read(f"{part}-images-idx3-ubyte.gz")
    labels = read(f"{part}-labels-idx1-ubyte.gz")
    word = "test" if part == "t10k" else part
    return Dataset(
        images=torch.from_numpy(images[:, None].copy()),
        targets=torch.from_numpy(labels.astype(np.int64)),
        names=[f"{word}/{i}" for i in range(len(images))],
        target_names=tuple(class_names),
    )
