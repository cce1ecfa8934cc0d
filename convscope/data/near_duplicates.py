"""Pictures that are the same, or nearly: saved again, resized, a little brighter.

A perceptual hash finds candidates, the pixels confirm them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from convscope.data.dataset import Dataset
from convscope.data.memory_map import blocks
from convscope.data.split import hashes_of
from convscope.seed import generator

BITS = 256
DISTANCE = 12
"""Bits of 256 in which the hashes of two copies may differ."""
BANDS = DISTANCE + 1
"""Two hashes that differ in at most DISTANCE bits agree in at least one of so many bands."""
CROWD = 50
"""Pictures that share a band beyond which it tells nothing: blank sheets, drawings on white."""
CORRELATION = {1: 0.99, 3: 0.95}
"""Of the pixels of two pictures, each less its mean, from which on they count as copies, by the
number of channels: scans of one kind of thing look much alike. Of 60,000 pictures, this names none
of MNIST's digits and 18 pairs of CIFAR-10, but comparing each with each finds hundreds that look
alike there: copies that moved or changed more are missed. Of photographs saved again as JPEG
of quality 60, 96 in 100 are found, made smaller by a third 84, cropped by 2 % hardly any."""
SMALLEST = 16
"""Side of a picture below which near copies cannot be told from pictures of one kind."""
FAINT = 4.0
"""Standard deviation of a picture's pixels (0..255) below which it has no features to compare."""


@dataclass(frozen=True)
class Alike:
    """Two pictures of which one is a copy of the other."""

    first: tuple[str, int]
    """Part and number."""
    second: tuple[str, int]
    exact: bool
    """Equal pixel by pixel."""
    correlation: float
    """Of their pixels: 1 for copies that differ in brightness and contrast alone."""
    same_label: bool


def find_alike(parts: Mapping[str, Dataset]) -> list[Alike]:
    """Every pair of equal pictures, and the nearly equal pairs, within and across `parts`.

    Of a picture that is there many times, each copy is paired with the first. Near copies are found
    if their hashes share one of 13 bands with at most 50 pictures.
    """
    places = [(part, i) for part, dataset in parts.items() for i in range(len(dataset))]
    labels = torch.cat([dataset.targets for dataset in parts.values()])
    copies = _copies([content for dataset in parts.values() for content in hashes_of(dataset)])
    again = {second for _, second in copies}
    bits = torch.cat([perceptual_hashes(dataset) for dataset in parts.values()])
    lively = torch.cat([_lively(dataset) for dataset in parts.values()])
    lively[list(again)] = False
    near = _near_pairs(bits, lively.nonzero()[:, 0])
    correlations = _correlations(near, places, parts)
    enough = CORRELATION[next(iter(parts.values())).image_shape[0]]
    found = [(i, j, True, 1.0) for i, j in copies]
    for (i, j), correlation in zip(near.tolist(), correlations.tolist(), strict=True):
        if correlation >= enough:
            found.append((i, j, False, correlation))
    return [
        Alike(places[i], places[j], exact, correlation, bool(labels[i] == labels[j]))
        for i, j, exact, correlation in sorted(found)
    ]


def perceptual_hashes(dataset: Dataset) -> Tensor:
    """(n, 256) bool: whether a picture grows brighter from each point to the next on its right.

    On a grid of 16 x 17, in grey. Krawetz 2013, "Kind of like that" (dHash).
    """
    hashes = []
    for block in blocks(dataset.images):
        grey = block.float().mean(1, keepdim=True)
        grid = F.interpolate(grey, (16, 17), mode="bilinear", antialias=True, align_corners=False)
        hashes.append((grid[:, 0, :, 1:] > grid[:, 0, :, :-1]).flatten(1))
    return torch.cat(hashes)


def _lively(dataset: Dataset) -> Tensor:
    """(n,) whether a picture has enough pixels and enough contrast to be compared."""
    if min(dataset.image_shape[1:]) < SMALLEST:
        return torch.zeros(len(dataset), dtype=torch.bool)
    return torch.cat([b.float().flatten(1).std(1) > FAINT for b in blocks(dataset.images)])


def _copies(hashes: Sequence[bytes]) -> list[tuple[int, int]]:
    """Each picture that was there before, with the first of its kind."""
    first: dict[bytes, int] = {}
    pairs = ((first.setdefault(content, i), i) for i, content in enumerate(hashes))
    return [(i, j) for i, j in pairs if i != j]


def _near_pairs(bits: Tensor, chosen: Tensor) -> Tensor:
    """(m, 2) numbers i < j among `chosen` whose hashes differ in at most DISTANCE bits."""
    order = torch.randperm(BITS, generator=generator("bands"))  # a band sees all of a picture
    hashes = bits[chosen][:, order]
    found = [_sharing(band) for band in hashes.tensor_split(BANDS, 1)]
    pairs = torch.unique(torch.cat(found), dim=0)
    near = [
        some[(hashes[some[:, 0]] != hashes[some[:, 1]]).sum(1) <= DISTANCE]
        for some in pairs.split(10_000)
    ]
    return chosen[torch.cat([pairs[:0], *near])]


def _sharing(band: Tensor) -> Tensor:
    """(m, 2) rows i < j of `band` (n, bits) that are equal, where at most CROWD rows are."""
    powers = 2 ** torch.arange(band.shape[1])
    values, rows = (band * powers).sum(1).sort(stable=True)
    _, inverse, counts = values.unique_consecutive(return_inverse=True, return_counts=True)
    rows, inverse = (each[counts[inverse] <= CROWD] for each in (rows, inverse))
    pairs = [
        torch.stack([rows[:-step], rows[step:]], 1)[inverse[:-step] == inverse[step:]]
        for step in range(1, min(CROWD, len(rows)))
    ]
    return torch.cat([torch.zeros(0, 2, dtype=torch.long), *pairs])


def _correlations(
    pairs: Tensor, places: Sequence[tuple[str, int]], parts: Mapping[str, Dataset]
) -> Tensor:
    """(m,) correlation of the pixels of each pair (m, 2)."""
    parted = [torch.zeros(0)]
    for some in pairs.split(1000) if len(pairs) else ():
        first, second = (_centred(some[:, side].tolist(), places, parts) for side in (0, 1))
        parted.append((first * second).sum(1))
    return torch.cat(parted)


def _centred(
    numbers: Sequence[int], places: Sequence[tuple[str, int]], parts: Mapping[str, Dataset]
) -> Tensor:
    """(m, c * h * w) pixels of some pictures, each less its mean, of length 1."""
    images = torch.stack([parts[part].images[i] for part, i in (places[n] for n in numbers)])
    pixels = images.float().flatten(1)
    return F.normalize(pixels - pixels.mean(1, keepdim=True), dim=1)
