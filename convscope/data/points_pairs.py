"""Which points swap in a mirror: told by a file, by their names, or by a scheme that is known."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from convscope.data.face_points import scheme_of_faces
from convscope.data.scheme import Scheme, pairs_by_name
from convscope.errors import BadData

PAIRS = ("pairs.csv", "pairs.txt")
"""The file beside a table of points: two of them a line, by number from 1 or by name."""


def find_scheme(folder: Path, names: Sequence[str], notes: list[str]) -> Scheme:
    """What can be known of the points `names` of the table in `folder`; `notes` if little is."""
    scheme = scheme_of_faces(names)
    file = next((folder / name for name in PAIRS if (folder / name).is_file()), None)
    if file is not None:
        scheme = replace(scheme, pairs=read_pairs(file, names))
    elif scheme.pairs is None:
        scheme = replace(scheme, pairs=pairs_by_name(names))
    if scheme.pairs is None:
        notes.append(
            "which points swap in a mirror is not known, so no picture is mirrored: a file "
            "pairs.csv beside the table tells, two points a line"
        )
    return scheme


def read_pairs(file: Path, names: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """The pairs in `file`, as indices from 0; `BadData` names the line that is bad."""
    pairs: list[tuple[int, int]] = []
    taken: set[int] = set()
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"{file} cannot be read as text in UTF-8: save it again") from error
    for number, line in enumerate(lines, start=1):
        words = re.split(r"[,;\t]", line) if re.search(r"[,;\t]", line) else line.split()
        words = [word.strip() for word in words if word.strip()]
        if not words:
            continue
        where = f"{file}, line {number}"
        if len(words) != 2:
            raise BadData(
                f"{where}: {line.strip()!r} is no pair: two points are needed, such as 1,17"
            )
        one, other = (_index(word, names, where) for word in words)
        if (other, one) in pairs:
            continue
        if one == other or one in taken or other in taken:
            raise BadData(f"{where}: {line.strip()!r}: each point has one partner, not itself")
        taken |= {one, other}
        pairs.append((one, other))
    return tuple(pairs)


def _index(word: str, names: Sequence[str], where: str) -> int:
    if word in names:
        return names.index(word)
    if word.isdecimal() and 1 <= int(word) <= len(names):
        return int(word) - 1
    raise BadData(f"{where}: there is no point {word!r}: points are 1 to {len(names)}, or named")
