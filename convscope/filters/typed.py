"""A kernel by its name, typed, or from a file."""

import math
import re
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from convscope.errors import BadValue
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.kernels import Kernel
from convscope.lookup import lookup

MOST_SIDE = 1001
"""More numbers a side would be a picture, not a kernel."""
MOST_BYTES = 50_000_000
"""Room for 1001 x 1001 numbers written out in full, and then some."""
SUFFIXES = (".json", ".csv", ".txt", ".npy")
WAYS = (
    "a kernel is a name, as sobel-x, or numbers, as [[0, 1], [1, 0]], "
    f"or a file that ends in {', '.join(SUFFIXES)}"
)

NAME = re.compile(r"[A-Za-z][\w -]*")
NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
FRACTION = re.compile(rf"({NUMBER})(?:\s*/\s*({NUMBER}))?")
ROW = r"\s*\[[^\[\]]*\]\s*"
ROWS = re.compile(rf"{ROW}(?:,{ROW})*")

Cells = Sequence[Sequence[str]]
"""The rows of a kernel as they were written."""


def find_kernel(text: str) -> Kernel:
    """The kernel that `text` means: a name, numbers as `[[0, 1], [1, 0]]`, or the path of a file.

    Any size, at most 1001 a side; fractions (1/9) are numbers too; a flat list is one row. Files:
    .json as typed, .csv and .txt with a row a line, commas or spaces between, .npy.
    `BadValue` or `UnknownName` names what is wrong and how a kernel is written.
    """
    text = text.strip()
    if text.startswith("["):
        values = _numbers(_typed_cells(text, _short(text)), _short(text))
        h, w = len(values), len(values[0])
        return _own(_short(text) if len(text) <= 30 else f"typed {h} x {w}", values)
    if text.lower().endswith(SUFFIXES):
        return _read_kernel(Path(text))
    if NAME.fullmatch(text):
        return lookup(CATALOGUE, text, "kernel")
    raise BadValue(f"{_short(text)!r} is no kernel: {WAYS}")


def _own(name: str, values: Sequence[Sequence[float]] | np.ndarray) -> Kernel:
    return Kernel(
        name=name,
        values=torch.as_tensor(values, dtype=torch.float64),
        about="a kernel of your own",
        finds="what looks like its numbers drawn as light and dark",
    )


def _read_kernel(path: Path) -> Kernel:
    try:
        if not path.is_file():
            raise BadValue(f"{path} is no file: check the path, or take a name, as sobel-x")
        if path.stat().st_size > MOST_BYTES:
            raise BadValue(f"{path} is too large for a kernel: at most {MOST_SIDE} numbers a side")
        if path.suffix.lower() == ".npy":
            return _own(path.name, _read_npy(path))
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise BadValue(f"{path} cannot be read ({error.strerror}): check the path") from error
    except UnicodeDecodeError as error:
        raise BadValue(f"{path} is not text: {WAYS}") from error
    typed = path.suffix.lower() == ".json"
    cells = _typed_cells(text.strip(), str(path)) if typed else _lines_cells(text)
    return _own(path.name, _numbers(cells, str(path)))


def _typed_cells(text: str, name: str) -> Cells:
    """The cells of `[[a, b], [c, d]]`, or of `[a, b]` as one row."""
    inner = text[1:-1]
    if not (text.startswith("[") and text.endswith("]")) or not (
        ROWS.fullmatch(inner) or not set(inner) & set("[]")
    ):
        raise BadValue(f"{name} is no kernel: rows of numbers are, as [[0, 1], [1, 0]]")
    written = re.findall(r"\[([^\[\]]*)\]", inner) or [inner]
    return [row.split(",") if row.strip() else [] for row in written]


def _lines_cells(text: str) -> Cells:
    """The cells of one row a line, commas or spaces between them; empty lines do not count."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [line.split("," if "," in line else None) for line in lines]


def _numbers(cells: Cells, name: str) -> list[list[float]]:
    if not cells or not cells[0]:
        raise BadValue(f"{name} is empty: a kernel has at least one number, as [[1]]")
    for i, row in enumerate(cells, 1):
        if len(row) != len(cells[0]):
            raise BadValue(
                f"{name} has {len(cells[0])} numbers in row 1 and {len(row)} in row {i}: "
                "every row of a kernel has as many"
            )
    _check_size((len(cells), len(cells[0])), name)
    return [[_number(cell, i, name) for cell in row] for i, row in enumerate(cells, 1)]


def _number(cell: str, row: int, name: str) -> float:
    if found := FRACTION.fullmatch(cell.strip()):
        over, under = float(found[1]), float(found[2] or 1)
        if under and math.isfinite(over / under):
            return over / under
    raise BadValue(
        f"{name} has {_short(cell.strip())!r} in row {row}: "
        "finite numbers are needed, as 2, -0.5 or 1/9"
    )


def _read_npy(path: Path) -> np.ndarray:
    """The array of `path`, looked at before it is loaded; a pickle inside is never opened."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers in the manner of Python 2
            array = np.lib.format.open_memmap(path, mode="r")
    except OSError:
        raise
    except Exception as error:  # a damaged header is parsed as Python, and fails in any way
        raise BadValue(
            f"{path} holds no plain array of numbers ({' '.join(str(error).split())}): "
            "save it with numpy.save"
        ) from error
    if array.dtype.kind not in "biuf" or array.ndim not in (1, 2):
        shape = " x ".join(map(str, array.shape))
        raise BadValue(
            f"{path} holds {shape or 'one'} of {array.dtype}: rows of numbers are needed"
        )
    values = np.atleast_2d(array)
    _check_size(values.shape, str(path))
    return values.astype(np.float64)


def _check_size(size: tuple[int, ...], name: str) -> None:
    if max(size) > MOST_SIDE:
        raise BadValue(
            f"{name} is {size[0]} x {size[1]}: a kernel has at most {MOST_SIDE} numbers a side"
        )


def _short(text: str) -> str:
    """`text` as part of a sentence: on one line, and not for long."""
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:37]}..."
