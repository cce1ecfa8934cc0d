"""A CSV file of pictures and points: `name, x1, y1, ...`, perhaps with a `group` column."""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from convscope.errors import BadData

Row = tuple[int, list[str]]
"""A line's number, and its cells."""


@dataclass(frozen=True, eq=False, kw_only=True)
class PointsTable:
    """What one file says."""

    file: Path
    names: Sequence[str]
    """Of the pictures."""
    lines: Sequence[int]
    """Where each stands, from 1."""
    points: Tensor
    """(n, p, 2) float32, (x, y) in the picture's pixels; not a number where a cell is empty."""
    target_names: tuple[str, ...]
    """Of the points."""
    groups: tuple[str, ...] | None
    """The `group` column, if there is one."""


def read_points_table(file: Path) -> PointsTable:
    """The table in `file`: a header, then a line per picture; `BadData` names the cell that is bad.

    Columns of coordinates come in pairs such as x1, y1 or nose_x, nose_y. Two empty cells are a
    point that is not known.
    """
    rows = list(_rows(file))
    if not rows:
        raise BadData(f"{file} is empty: a header such as name,x1,y1 is needed")
    header = [cell.strip() for cell in rows[0][1]]
    grouping = next((i for i, word in enumerate(header) if i and word.lower() == "group"), None)
    columns = [i for i in range(1, len(header)) if i != grouping]
    target_names = _point_names(file, [header[i] for i in columns])
    if not rows[1:]:
        raise BadData(f"{file} has a header and no picture: a line for each is needed")
    _check_rows(file, header, rows[1:])
    coordinates = [
        [_number(file, line, header[i], cells[i]) for i in columns] for line, cells in rows[1:]
    ]
    points = torch.tensor(coordinates).unflatten(1, (-1, 2))  # (n, p, 2)
    _check_whole(file, rows[1:], points, [header[i] for i in columns])
    return PointsTable(
        file=file,
        names=[cells[0].strip() for _, cells in rows[1:]],
        lines=[line for line, _ in rows[1:]],
        points=points,
        target_names=target_names,
        groups=None
        if grouping is None
        else tuple(cells[grouping].strip() for _, cells in rows[1:]),
    )


def has_points_header(file: Path) -> bool:
    """Whether the first line of `file` could be the header of such a table."""
    try:
        with file.open(encoding="utf-8-sig") as text:
            line = text.readline()
            cells = next(csv.reader([line], delimiter=_delimiter(line)), [])
    except (OSError, ValueError, csv.Error):
        return False
    pairs = [word.strip() for word in cells[1:] if word.strip().lower() != "group"]
    return len(pairs) >= 2 and _point_name(pairs[0], pairs[1]) is not None


def _rows(file: Path) -> Iterator[Row]:
    """The lines that are not blank."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadData(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadData(f"{file} is no text in UTF-8: save it as CSV, UTF-8") from error
    delimiter = _delimiter(text.partition("\n")[0])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if delimiter == ";":
                cells[1:] = [cell.replace(",", ".") for cell in cells[1:]]
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise BadData(f"{file}, line {reader.line_num}: {error}") from error


def _delimiter(header: str) -> str:
    """A semicolon where commas are decimal points, as spreadsheets of many countries write it."""
    return ";" if header.count(";") > header.count(",") else ","


def _point_names(file: Path, columns: Sequence[str]) -> tuple[str, ...]:
    if not columns or len(columns) % 2:
        raise BadData(
            f"{file}, line 1: {len(columns)} columns of coordinates, but each point needs two, "
            "such as x1, y1"
        )
    names: list[str] = []
    for x, y in zip(columns[::2], columns[1::2], strict=True):
        name = _point_name(x, y)
        if name is None:
            raise BadData(
                f"{file}, line 1: {x!r} and {y!r} are not the x and the y of one point: columns "
                "come in pairs such as x1, y1 or nose_x, nose_y"
            )
        if name in names:
            raise BadData(f"{file}, line 1: the point {name!r} is there twice: rename one")
        names.append(name)
    return tuple(names)


def _point_name(x: str, y: str) -> str | None:
    """What is left of both without their letter: x1, y1 -> 1; nose_x, nose_y -> nose."""
    for before, after in (("", r"[_\-. ]+{}"), (r"{}[_\-. ]*", ""), ("", "{}")):
        found = [
            re.fullmatch(
                before.format(letter) + "(.*?)" + after.format(letter), word, re.IGNORECASE
            )
            for letter, word in (("x", x), ("y", y))
        ]
        if found[0] and found[1] and found[0][1] == found[1][1]:
            return found[0][1] or "1"
    return None


def _check_rows(file: Path, header: Sequence[str], rows: Sequence[Row]) -> None:
    """`BadData` at a line of another length, or a picture without a name or named twice."""
    seen: dict[str, int] = {}
    for line, cells in rows:
        if len(cells) != len(header):
            raise BadData(
                f"{file}, line {line}: {len(cells)} cells, but the header has {len(header)}"
            )
        name = cells[0].strip()
        if not name:
            raise BadData(
                f"{file}, line {line}: the first cell is empty: a picture's name is needed"
            )
        if name in seen:
            raise BadData(f"{file}, line {line}: {name} is in line {seen[name]} already: keep one")
        seen[name] = line


def _number(file: Path, line: int, column: str, cell: str) -> float:
    if not cell.strip():
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        value = math.inf
    if math.isinf(value):
        raise BadData(
            f"{file}, line {line}, column {column}: {cell!r} is no coordinate: a number of pixels "
            "is needed, or nothing where the point is not known"
        )
    return value


def _check_whole(file: Path, rows: Sequence[Row], points: Tensor, columns: Sequence[str]) -> None:
    half = points.isnan().sum(2) == 1
    if half.any():
        row, point = half.nonzero()[0].tolist()
        raise BadData(
            f"{file}, line {rows[row][0]}: one of {columns[2 * point]} and "
            f"{columns[2 * point + 1]} is empty: give both, or neither"
        )
