"""CIFAR's own format: Python 2 pickles of dictionaries, read without letting a pickle run anything.

Krizhevsky: "Learning multiple layers of features from tiny images", 2009; the data set's page
describes the layout.
"""

import io
import pickle
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from convscope.data.dataset import Dataset
from convscope.data.download import Progress, Published
from convscope.errors import BadData


class _ByteType:
    """Stands for numpy's dtype in a batch file: unsigned bytes, and nothing else."""

    def __init__(self, name: str, *_: object) -> None:
        if name not in ("u1", b"u1"):
            raise pickle.UnpicklingError(f"arrays of {name!r}: only unsigned bytes are expected")

    def __setstate__(self, state: object) -> None:
        """Byte order and alignment mean nothing for single bytes."""


class _ByteArray:
    """Stands for numpy's array in a batch file: keeps the shape and the bytes."""

    values: np.ndarray

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, _, column_order, content = state
        raw = content.encode("latin1") if isinstance(content, str) else content
        self.values = np.frombuffer(raw, np.uint8).reshape(
            shape, order="F" if column_order else "C"
        )


def _new_array(*_: object) -> _ByteArray:
    return _ByteArray()


ADMITTED = {
    ("numpy.core.multiarray", "_reconstruct"): _new_array,
    ("numpy", "ndarray"): _ByteArray,
    ("numpy", "dtype"): _ByteType,
}


class _BatchUnpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> Any:
        if (module_name, global_name) not in ADMITTED:
            raise pickle.UnpicklingError(f"it asks for {module_name}.{global_name}")
        return ADMITTED[module_name, global_name]


def read_batch(content: bytes, name: str) -> dict[str, Any]:
    """The dictionary in a batch file, with numpy's arrays.

    `BadData` if the pickle asks for anything else, or is none.
    """
    try:
        entries = _BatchUnpickler(io.BytesIO(content), encoding="latin1").load()
    except Exception as error:  # a hostile pickle can raise anything
        raise BadData(f"{name} is not a CIFAR batch: {error}") from error
    if not isinstance(entries, dict):
        raise BadData(f"{name} is not a CIFAR batch: it holds a {type(entries).__name__}")
    return {
        key: entry.values if isinstance(entry, _ByteArray) else entry
        for key, entry in entries.items()
    }


def read_cifar(
    published: Published,
    parts: Mapping[str, Sequence[str]],
    keys: tuple[str, str, str],
    progress: Progress | None = None,
) -> tuple[Dataset, Dataset]:
    """The training and the test part, (n, 3, 32, 32).

    `parts` names the files of "train" and "test"; `keys` are the file of the class names, their
    key, and that of the labels.
    """
    folder = published.find(progress)
    names_file, names_key, labels_key = keys

    def read(file: str) -> dict[str, Any]:
        return read_batch(published.read(folder, file), str(folder / file))

    class_names = tuple(read(names_file)[names_key])

    def part(word: str) -> Dataset:
        batches = [read(file) for file in parts[word]]
        pixels = np.concatenate([batch["data"] for batch in batches])
        labels = np.concatenate([batch[labels_key] for batch in batches])
        return Dataset(
            images=torch.from_numpy(pixels.reshape(-1, 3, 32, 32)),
            targets=torch.from_numpy(labels.astype(np.int64)),
            names=[f"{word}/{i}" for i in range(len(labels))],
            target_names=class_names,
        )

    return part("train"), part("test")
