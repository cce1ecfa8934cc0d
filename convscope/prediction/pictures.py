"""Pictures to be asked about: where each one is, what it is called, and its label if it has one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from convscope.data.dataset import Dataset
from convscope.data.pixels import read_pixels
from convscope.data.preprocess import Preprocessing
from convscope.seed import generator
from convscope.shapes import Pixels

Place = Path | tuple[Dataset, int]
"""A file, or a number in a data set."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Pictures:
    """Some pictures, none of them read yet."""

    title: str
    """What they are together."""
    names: tuple[str, ...]
    labels: tuple[str | None, ...]
    places: tuple[Place, ...]

    def __len__(self) -> int:
        return len(self.names)

    def subset(self, places: Sequence[int]) -> "Pictures":
        """Those at `places`, in that order."""
        return Pictures(
            title=self.title,
            names=tuple(self.names[i] for i in places),
            labels=tuple(self.labels[i] for i in places),
            places=tuple(self.places[i] for i in places),
        )

    def pixels(self, i: int) -> Pixels:
        """The content of number `i`; `BadImage` if its file cannot be read."""
        place = self.places[i]
        if isinstance(place, Path):
            return read_pixels(place)
        return np.ascontiguousarray(place[0].images[place[1]].permute(1, 2, 0).numpy())

    def stored(self, i: int, preprocessing: Preprocessing) -> Tensor:
        """Number `i` as (c, h, w) uint8 of the size that `preprocessing` takes."""
        place = self.places[i]
        shape = (preprocessing.channels, *preprocessing.size)
        if not isinstance(place, Path) and place[0].image_shape == shape:
            return place[0].images[place[1]]
        return preprocessing.store(self.pixels(i))


def pictures_of(title: str, datasets: Sequence[Dataset]) -> Pictures:
    """All images of `datasets`, one after the other."""
    labels: list[str | None] = []
    for dataset in datasets:
        known = dataset.task == "classes"
        words = dataset.target_names
        labels += [words[i] for i in dataset.labels.tolist()] if known else [None] * len(dataset)
    return Pictures(
        title=title,
        names=tuple(name for dataset in datasets for name in dataset.names),
        labels=tuple(labels),
        places=tuple((dataset, i) for dataset in datasets for i in range(len(dataset))),
    )


def stratified(labels: Sequence[str | None], most: int) -> list[int]:
    """Up to `most` places, each label with its share of them, drawn by chance but always alike.

    With more labels than places the most frequent ones are kept.
    """
    if len(labels) <= most:
        return list(range(len(labels)))
    groups: dict[str | None, list[int]] = {}
    for place in _shuffled(len(labels)):
        groups.setdefault(labels[place], []).append(place)
    # a group's j-th of m stands at (j + 1/2) / m: any beginning of the order has even shares
    order = sorted(
        ((j + 0.5) / len(group), -len(group), place)
        for group in groups.values()
        for j, place in enumerate(group)
    )
    return sorted(place for *_, place in order[:most])


def _shuffled(n: int) -> list[int]:
    return torch.randperm(n, generator=generator("pictures of a map", n)).tolist()
