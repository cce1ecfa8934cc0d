"""Grid: several values for some fields, and every combination of them.

No torch here, and no recipe: only names, values, and how they are written.
"""

import itertools
import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from convscope.errors import BadValue

Grid = Mapping[str, Sequence[Any]]
"""The values of each field, in the order written."""
MOST_RUNS = 1000
"""More are a slip of the keyboard, or the work of months."""
LONGEST = 100
"""Characters of the values in a folder's name."""
OPENING, CLOSING = "([{", ")]}"


def split_values(text: str) -> list[str]:
    """The values that commas part; a comma within brackets parts nothing."""
    values, depth = [""], 0
    for character in text:
        depth = max(depth + (character in OPENING) - (character in CLOSING), 0)
        if character == "," and depth == 0:
            values.append("")
        else:
            values[-1] += character
    return [value.strip() for value in values] if len(values) > 1 else [text]


def split_words(
    words: Mapping[str, str], with_commas: Collection[str] = ()
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Words with one value, and those with several; in `with_commas` a comma is only a comma."""
    parted = {
        name: [text] if name in with_commas else split_values(text) for name, text in words.items()
    }
    for name, texts in parted.items():
        if len(texts) > 1 and not all(texts):
            raise BadValue(
                f"{name}={words[name]}: there is nothing beside a comma, which parts the values of "
                "a sweep"
            )
    one = {name: texts[0] for name, texts in parted.items() if len(texts) == 1}
    return one, {name: texts for name, texts in parted.items() if len(texts) > 1}


def combinations(grid: Grid) -> list[dict[str, Any]]:
    """Every combination of the grid's values, the last field changing fastest.

    `BadValue` if a field has no value or one twice, or there are more than 1,000.
    """
    if not grid:
        raise BadValue("a sweep needs a field with several values, such as learning_rate=0.01,0.1")
    if (count := math.prod(map(len, grid.values()))) > MOST_RUNS:
        raise BadValue(
            f"{' x '.join(str(len(values)) for values in grid.values())} values are {count:,} runs:"
            f" at most {MOST_RUNS:,} are trained in one sweep, give fewer values"
        )
    for name, values in grid.items():
        told = [written(value) for value in values]
        if not told:
            raise BadValue(f"{name} has no value to try: give two or more")
        if twice := sorted({value for value in told if told.count(value) > 1}):
            raise BadValue(f"{name}={','.join(told)}: {twice[0]} is given twice, give it once")
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def written(value: Any) -> str:
    """A value as a person types it; a list is joined by +."""
    if isinstance(value, list | tuple) and len(value) > 1:
        return "+".join(map(written, value))
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).replace("e+", "e") if isinstance(value, float) else str(value)


def described(values: Mapping[str, Any]) -> str:
    """A combination in words: learning_rate=0.01 batch_size=128."""
    return " ".join(f"{name}={written(value)}" for name, value in values.items())


def folder_names(combined: Sequence[Mapping[str, Any]]) -> list[str]:
    """A name of its own for the folder of each combination, safe wherever it is typed.

    Such as 3-learning_rate=0.01+batch_size=128; the number keeps them in order and apart.
    """
    digits = len(str(len(combined)))
    return [
        f"{number:0{digits}d}-{_safe(described(values))}"
        for number, values in enumerate(combined, start=1)
    ]


def _safe(text: str) -> str:
    kept = re.sub(r"[^A-Za-z0-9._=+-]+", "_", text.replace(" ", "+"))
    return kept[:LONGEST].rstrip("._+-=")
