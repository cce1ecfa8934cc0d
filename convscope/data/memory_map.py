"""Images that stay on disk: rows of a memory-mapped file, read when they are asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from convscope.shapes import Stored

MOST_BYTES = 1 << 20
"""Of a block: what is computed of it takes many times as much."""


@dataclass(frozen=True, eq=False)
class MappedImages:
    """Some images of a memory map, in an order of their own; indexed like a tensor (n, c, h, w).

    What is asked for by slice or list is copied into memory, the rest stays in the file: a data set
    of any size takes the memory of one batch.
    """

    file: Tensor
    """(all, h, w, c) uint8, backed by the file: the channels last, as batches gather them."""
    rows: Tensor
    """(n,) int64: which of them, in which order."""

    dtype = torch.uint8
    ndim = 4

    @property
    def shape(self) -> torch.Size:
        """(n, c, h, w), as a tensor's."""
        h, w, c = self.file.shape[1:]
        return torch.Size((len(self.rows), c, h, w))

    @property
    def nbytes(self) -> int:
        """What they would take in memory."""
        return self.shape.numel()

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, at: int | slice | list[int] | Tensor) -> Tensor:
        if isinstance(at, int):
            return self.file[self.rows[at]].permute(2, 0, 1)
        return self.file.index_select(0, self.rows[at]).permute(0, 3, 1, 2)

    def subset(self, at: Tensor) -> "MappedImages":
        """Those at `at`, still in the file."""
        return MappedImages(self.file, self.rows[at])


def open_mapped(path: Path) -> Tensor:
    """The array in a .npy file, left where it is.

    Writing to it changes this process's copy only.
    """
    return torch.from_numpy(np.load(path, mmap_mode="c", allow_pickle=False))


def blocks(images: Tensor | MappedImages, size: int = 0) -> Iterator[Stored]:
    """`images` (n, c, h, w), `size` at a time; 0: up to 1,000, less where they are large."""
    size = size or max(1, min(1000, MOST_BYTES // images.shape[1:].numel()))
    for start in range(0, len(images), size):
        yield images[start : start + size]
