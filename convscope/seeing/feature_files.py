"""Feature vectors in a file that other programs read: safetensors, npz or csv."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from convscope.atomic import make_folder, replacing
from convscope.errors import BadValue
from convscope.seeing.features import Vectors

SUFFIXES = (".safetensors", ".npz", ".csv")


def check_suffix(path: Path) -> Path:
    """`path`; `BadValue` if its suffix names no format."""
    if path.suffix.lower() not in SUFFIXES:
        raise BadValue(f"{path}: features are written as {', '.join(SUFFIXES)}: end its name so")
    return path


def save_features(
    path: Path,
    vectors: Vectors,
    names: Sequence[str],
    labels: Sequence[str | None],
    about: Mapping[str, str],
) -> Path:
    """`vectors` (n, d) with each picture's name and label at `path`, whole or not at all.

    In .safetensors the tensor is `features` (float32), and names, labels and `about` (the layer,
    the model, its hash) are JSON in the metadata; in .npz they are arrays; a .csv has a row per
    picture, and a name that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    writers = {".safetensors": _safetensors, ".npz": _npz, ".csv": _csv}
    write = writers[check_suffix(path).suffix.lower()]
    make_folder(path.parent)
    with replacing(path) as part:
        write(part, vectors.numpy(), names, labels, about)
    return path


def _safetensors(
    part: Path,
    values: np.ndarray,
    names: Sequence[str],
    labels: Sequence[str | None],
    about: Mapping[str, str],
) -> None:
    metadata = {"names": json.dumps(list(names)), "labels": json.dumps(list(labels)), **about}
    part.write_bytes(save({"features": np.ascontiguousarray(values)}, metadata))


def _npz(
    part: Path,
    values: np.ndarray,
    names: Sequence[str],
    labels: Sequence[str | None],
    about: Mapping[str, str],
) -> None:
    arrays: dict[str, Any] = {key: np.array(value) for key, value in about.items()}
    arrays |= {"names": np.array(names), "labels": np.array([label or "" for label in labels])}
    with part.open("wb") as file:
        np.savez(file, features=values, **arrays)


def _csv(
    part: Path,
    values: np.ndarray,
    names: Sequence[str],
    labels: Sequence[str | None],
    about: Mapping[str, str],
) -> None:
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "label", *(f"feature_{i}" for i in range(values.shape[1]))])
        for name, label, row in zip(names, labels, values, strict=True):
            writer.writerow([no_formula(name), no_formula(label or ""), *map(str, row)])


def no_formula(word: str) -> str:
    """`word` for a cell of a table: with an apostrophe where a spreadsheet would compute it."""
    return f"'{word}" if word[:1] in ("=", "+", "-", "@", "\t", "\r") else word
