"""What a person should decide about a data set before anything learns from it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import torch
from torch import Tensor

from convscope.data.dataset import Dataset, Origin, Splits
from convscope.data.memory_map import blocks
from convscope.data.near_duplicates import Alike, find_alike

LOPSIDED = 3.0
"""Images of the largest class per image of the smallest, from which on weights would help."""
ELONGATED = 2.0
"""Long side by short side, from which on the square crop throws half of a picture away."""
FEWEST = 2
"""Training images of a class below which it cannot be held out and learned."""
MANY_ODD = 0.05
"""Share of pictures of odd size from which on their number is worth a decision."""
NAMED = 3
"""Pictures that a sentence names."""


@dataclass(frozen=True)
class Decision:
    """One thing that a person must decide."""

    name: str
    """broken, labels, copies, leaks, one class, empty, single, imbalance, or sizes."""
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What was found; `decisions` says what is to be done about it."""

    counts: Mapping[str, Mapping[str, int]]
    """Images by part and class, or by part and point that is known in them."""
    class_weights: Mapping[str, float]
    """n / (k * count) of each class of the training part: what would make them count the same."""
    imbalance: float
    """Images of the largest training class per image of the smallest that has any."""
    broken: Sequence[tuple[str, str]]
    """Files that could not be used: name, reason."""
    alike: Sequence[Alike]
    names: Mapping[str, Sequence[str]]
    """Of the pictures, by part."""
    odd_sizes: Sequence[tuple[str, int, int]]
    """Name, width and height of pictures that are enlarged, or lose half of themselves."""
    copies: Sequence[tuple[str, str]]
    """Pictures that are in a later part too, under the second name: they are left out already."""
    decisions: Sequence[Decision]
    """What a person must decide; empty if there is nothing."""

    def to_json(self) -> dict[str, Any]:
        """Everything, pictures by their names."""
        return {
            "counts": {part: dict(counts) for part, counts in self.counts.items()},
            "class_weights": dict(self.class_weights),
            "imbalance": self.imbalance,
            "broken": [{"name": name, "reason": reason} for name, reason in self.broken],
            "alike": [
                {
                    "first": {"part": pair.first[0], "name": self.name(pair.first)},
                    "second": {"part": pair.second[0], "name": self.name(pair.second)},
                    "exact": pair.exact,
                    "correlation": pair.correlation,
                    "same_label": pair.same_label,
                }
                for pair in self.alike
            ],
            "odd_sizes": [{"name": name, "width": w, "height": h} for name, w, h in self.odd_sizes],
            "copies": [list(pair) for pair in self.copies],
            "decisions": [asdict(decision) for decision in self.decisions],
        }

    def name(self, place: tuple[str, int]) -> str:
        """The name of the picture at (part, number)."""
        return self.names[place[0]][place[1]]


def inspect(splits: Splits) -> Inspection:
    """Look through all three parts of `splits`, and at what was met when they were loaded."""
    origin = splits.origin or Origin(source="")
    parts = {part: splits[part] for part in splits.counts()}
    names = {part: dataset.names for part, dataset in parts.items()}
    classes = splits.train.task == "classes"
    counts = {
        part: dict(zip(dataset.target_names, dataset.target_counts(), strict=True))
        for part, dataset in parts.items()
    }
    alike = find_alike(parts)
    sizes = _sizes(parts)
    odd = list(_odd_sizes(sizes, min(splits.train.image_shape[1:])))
    present = [count for count in counts["train"].values() if count]
    imbalance = max(present) / min(present)
    weights = splits.train.balanced_weights() if classes else ()
    decisions = [
        *_about_broken(origin.broken),
        *_about_labels(alike, names),
        *_about_parts(alike, origin.copies, names),
        *(
            [*_about_classes(counts, origin.empty, imbalance), *_about_sizes(odd, len(sizes))]
            if classes
            else _about_points(counts)
        ),
    ]
    return Inspection(
        counts=counts,
        class_weights=dict(zip(splits.train.target_names, weights, strict=False)),
        imbalance=imbalance,
        broken=origin.broken,
        alike=tuple(alike),
        names=names,
        odd_sizes=tuple(odd),
        copies=origin.copies,
        decisions=tuple(decisions),
    )


def mean_images(dataset: Dataset) -> Tensor:
    """(k, c, h, w) in 0..1: the mean image of each class; black for a class without images."""
    k = len(dataset.class_names)
    sums = torch.zeros(k, *dataset.image_shape, dtype=torch.float64)
    start = 0
    for block in blocks(dataset.images):
        sums.index_add_(0, dataset.labels[start : start + len(block)], block.double())
        start += len(block)
    counts = torch.tensor(dataset.class_counts()).clamp(min=1).view(-1, 1, 1, 1)
    return (sums / counts / 255).float()


def _sizes(parts: Mapping[str, Dataset]) -> dict[str, tuple[int, int]]:
    """(width, height) of each picture as its file holds it, by name, where that is known."""
    return {
        name: (w, h)
        for dataset in parts.values()
        if dataset.sizes is not None
        for name, (w, h) in zip(dataset.names, dataset.sizes.tolist(), strict=True)
    }


def _odd_sizes(sizes: Mapping[str, tuple[int, int]], side: int) -> Iterator[tuple[str, int, int]]:
    """Pictures that are enlarged more than twice, or cut by half though most are not so long."""
    usual = median(max(size) / min(size) for size in sizes.values()) if sizes else 1.0
    for name, (w, h) in sizes.items():
        elongated = max(w, h) / min(w, h)
        if min(w, h) < side / 2 or (elongated > ELONGATED and elongated > 1.2 * usual):
            yield name, w, h


def _about_broken(broken: Sequence[tuple[str, str]]) -> Iterator[Decision]:
    if broken:
        told = [f"{name} ({reason})" for name, reason in broken]
        files = _many(len(broken), "file")
        yield Decision(
            "broken", f"Mend or remove {files} that cannot be used: {_some(told, '; ')}."
        )


def _about_labels(alike: Sequence[Alike], names: Mapping[str, Sequence[str]]) -> Iterator[Decision]:
    differing = [pair for pair in alike if not pair.same_label]
    if differing:
        yield Decision(
            "labels",
            f"Decide which label is right for {_many(len(differing), 'pair')} of equal or nearly "
            f"equal pictures with different labels: {_told(differing, names)}.",
        )


def _about_parts(
    alike: Sequence[Alike],
    copies: Sequence[tuple[str, str]],
    names: Mapping[str, Sequence[str]],
) -> Iterator[Decision]:
    if copies:
        told = [f"{name} = {other}" for name, other in copies]
        yield Decision(
            "copies",
            f"Remove {_many(len(copies), 'picture')} that is in two parts; until then it is not "
            f"learned from: {_some(told)}.",
        )
    across = [pair for pair in alike if pair.first[0] != pair.second[0]]
    if across:
        ways = Counter(f"{pair.first[0]} and {pair.second[0]}" for pair in across)
        counted = ", ".join(f"{count} in {way}" for way, count in ways.most_common())
        yield Decision(
            "leaks",
            f"Keep one of each of {_many(len(across), 'pair')} of equal or nearly equal pictures "
            f"that reach across parts ({counted}), or the numbers flatter: {_told(across, names)}.",
        )


def _about_classes(
    counts: Mapping[str, Mapping[str, int]], hollow: Sequence[str], imbalance: float
) -> Iterator[Decision]:
    train = {word: count for word, count in counts["train"].items() if count}
    if len(counts["train"]) < 2:
        only = next(iter(counts["train"]))
        yield Decision("one class", f"Add a second class: {only} is the only one.")
    if hollow:
        yield Decision("empty", f"Add pictures of {_some(hollow)}, or remove the empty folders.")
    for part, by_class in counts.items():
        empty = [word for word, count in by_class.items() if not count]
        if empty:
            yield Decision("empty", f"Add pictures of {_some(empty)}: {part} has none.")
    few = [word for word, count in train.items() if count < FEWEST]
    if few:
        yield Decision("single", f"Add pictures of {_some(few)}: there is one to learn from.")
    if imbalance > LOPSIDED:
        large, small = max(train, key=train.__getitem__), min(train, key=train.__getitem__)
        yield Decision(
            "imbalance",
            f"Train with class_weights=balanced, or add pictures of {small}: it has "
            f"{train[small]:,} to learn from, {large} {train[large]:,}, {imbalance:.1f} times as "
            "many.",
        )


def _about_points(counts: Mapping[str, Mapping[str, int]]) -> Iterator[Decision]:
    for part, by_point in counts.items():
        empty = [name for name, count in by_point.items() if not count]
        if empty:
            yield Decision(
                "empty", f"Add coordinates of {_some(empty)}: they are known in no image of {part}."
            )


def _about_sizes(odd: Sequence[tuple[str, int, int]], total: int) -> Iterator[Decision]:
    if len(odd) > MANY_ODD * total:
        told = [f"{name} ({w} x {h})" for name, w, h in odd]
        yield Decision(
            "sizes",
            f"Look at {len(odd):,} of {_many(total, 'picture')} of odd size: each is blown up, or "
            f"loses half of itself to the square crop: {_some(told)}.",
        )


def _told(pairs: Sequence[Alike], names: Mapping[str, Sequence[str]]) -> str:
    return _some([" = ".join(names[part][i] for part, i in (p.first, p.second)) for p in pairs])


def _some(words: Sequence[str], between: str = ", ") -> str:
    return between.join(words[:NAMED]) + (" ..." if len(words) > NAMED else "")


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'s' * (count != 1)}"
