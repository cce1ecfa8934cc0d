"""A map of pictures as one page: what a layer finds alike lies together."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import convscope
from convscope.atomic import make_folder, write_text
from convscope.data.pools import natural_key
from convscope.errors import BadValue
from convscope.prediction.pictures import Pictures, stratified
from convscope.reporting.template import page_template
from convscope.reporting.thumbnail_sheet import thumbnail_sheet
from convscope.reporting.vectors import Table
from convscope.seeing.embedding import Embedding, embed

MOST = 2000
"""Pictures of one map."""
ROOM = 1_100_000
"""Bytes for the thumbnails, and for names: the page stays under 2 MB whatever the data."""
ROOM_OF_NAMES = 300_000
ROOM_OF_CLASSES = 150_000
LENGTHS = (120, 60, 30, 12)
"""To which names are cut, until they find room."""


def write_map(table: Table, file: Path, method: str = "tsne", total: int | None = None) -> Path:
    """The map of the pictures of `table` at `file`, by "tsne" or "pca", whole or not at all.

    `total` is how many there were before some were chosen; of more than 2,000, each label keeps its
    share.
    """
    if file.suffix.lower() != ".html":
        raise BadValue(f"{file}: a map is a page: end its name in .html")
    make_folder(file.parent)
    write_text(file, render_map(table, method, total))
    return file


def render_map(table: Table, method: str = "tsne", total: int | None = None) -> str:
    """The page, whole: style, script and pictures inside, allowed by their hash."""
    kept = stratified(table.pictures.labels, MOST)
    pictures = table.pictures.subset(kept)
    embedding = embed(table.vectors[kept], method)
    by_label = any(label is not None for label in pictures.labels)
    said = [table.said(i) for i in kept]
    return page_template("map.html", "map.js", "map.css").render(
        title=_cut(f"{pictures.title}: a map of {len(pictures):,} pictures", LENGTHS[0]),
        about=table.about(),
        features=table.vectors.shape[1],
        layout=_layout(embedding),
        notes=_notes(len(pictures), total or len(table.pictures), len(table.unreadable)),
        by_label=by_label,
        answered=any(said),
        smooth=_smooth(pictures),
        version=convscope.__version__,
        content=_content(pictures, said, embedding, by_label),
    )


def _content(
    pictures: Pictures,
    said: Sequence[tuple[str, float] | None],
    embedding: Embedding,
    by_label: bool,
) -> dict[str, Any]:
    answers = [found[0] if found else None for found in said]
    classes, labels = _numbered(pictures.labels)
    answer_names, answered = _numbered(answers)
    sheet = thumbnail_sheet(pictures, ROOM)
    return {
        "points": _fitted(embedding.points).tolist(),
        "names": shortened(pictures.names, ROOM_OF_NAMES),
        "classes": shortened(classes, ROOM_OF_CLASSES),
        "labels": labels,
        "answers": shortened(answer_names, ROOM_OF_CLASSES),
        "answered": answered,
        "sure": [round(found[1], 4) if found else 0 for found in said],
        "by_label": by_label,
        "sheet": {"address": sheet.address, "side": sheet.side, "columns": sheet.columns},
    }


def shortened(words: Sequence[str], room: int) -> list[str]:
    """`words`, each cut to the same length, the longest at which they take up to `room` bytes."""
    cut: list[str] = []
    for length in LENGTHS:
        cut = [_cut(word, length) for word in words]
        if _bytes(cut) <= room:
            break
    return cut


def _bytes(words: Sequence[str]) -> int:
    """What they take in the page, where some signs are written as six."""
    text = json.dumps(words, ensure_ascii=False)
    return len(text.encode("utf-8", "replace")) + 5 * sum(text.count(sign) for sign in "<>&'")


def _cut(word: str, length: int) -> str:
    """The end of a long name says most: a file's is there."""
    word = word.encode("utf-8", "replace").decode("utf-8")
    return word if len(word) <= length else f"…{word[1 - length :]}"


def _numbered(words: Sequence[str | None]) -> tuple[list[str], list[int]]:
    """The different words in their order, and the number of each one; -1 for None."""
    known = [word for word in words if word is not None]
    order = sorted(dict.fromkeys(known), key=natural_key)
    places = {word: i for i, word in enumerate(order)}
    return order, [-1 if word is None else places[word] for word in words]


def _fitted(points: np.ndarray) -> np.ndarray:
    """`points` (n, 2) within 0..1, both directions at one scale, about the middle."""
    low, high = points.min(0), points.max(0)
    reach = float((high - low).max()) or 1.0
    return np.round((points - (low + high) / 2) / reach + 0.5, 4)


def _layout(embedding: Embedding) -> str:
    if embedding.method == "pca":
        share = f"{100 * (embedding.explained or 0):.0f} %"
        return f"the two directions of largest variance (PCA); they hold {share} of it"
    return (
        f"t\N{NON-BREAKING HYPHEN}SNE, perplexity {embedding.perplexity:.0f}: what is near was "
        "near before; distances between groups and their sizes mean little"
    )


def _notes(shown: int, total: int, unreadable: int) -> list[str]:
    notes = []
    if shown < total - unreadable:
        notes.append(f"{shown:,} of {total:,} pictures are shown, each label with its share.")
    if unreadable:
        notes.append(f"{unreadable:,} files could not be read.")
    return notes


def _smooth(pictures: Pictures) -> bool:
    """Whether the pictures are large enough to be smoothed when they are enlarged."""
    return min(pictures.pixels(0).shape[:2]) > 64
