"""Pictures that are the same, or nearly: saved again, resized, a little brighter.

A perceptual hash finds candidates, the pixels confirm them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from convscope.data.dataset import Dataset
from convscope.data.memory_map import blocks
from convscope.data.split import hashes_of
from convscope.seed import generator
from convscope.shapes import Stored

BITS = 256
DISTANCE = 0.45
"""Bits in which the hashes of two copies may differ, per bit that is set in the one with fewer:
about 56 of 256, and less where a picture is mostly empty. 94 in 100 copies in CIFAR-10 keep to it,
and 3 in 100,000 pairs drawn at random."""
BAND = 16
"""Bits that two hashes must share to be compared."""
CUTS = 4
"""Ways to cut the hash in bands, each at random: two hashes that differ in up to 15 bits share a
band of every cut; with 40 bits, wherever they are, 98 in 100 share one of some, with 50 bits 85."""
CROWD = 64
"""Pictures that share a band are compared with so many of their next of kin, not each with each."""
SIDE = 32
"""Larger pictures are compared at this size, so that copies need not agree in every pixel."""
CORRELATION = 0.9
"""Of the pixels of two copies, each less its mean."""
AGREEMENT = 0.7
"""Correlation of the steps from pixel to pixel of two copies: skies above a sea have nearly the
same pixels, not the same steps. So 403 pairs of CIFAR-10's 60,000 are copies, all of one label,
and none of MNIST's 70,000. Of 397 photographs saved again at 96 x 96 as JPEG of quality 60, it
finds 99 in 100, halved and enlarged again 99, cropped by 2 % at each side 81, by 3 % 14."""
AMPLE = 200.0
"""Steps that make up the edges of a picture, from which on AGREEMENT is enough."""
TELLING = 70
"""Bits set in a hash below which it says too little: 99 in 100 photographs have more, 99 in 100
digits, strokes on an even ground, fewer. Of these, only equal ones are found."""
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
    """Equal pictures, and the nearly equal ones, within and across `parts`.

    Each equal copy is paired with the first, without exception. A near copy is paired with the
    picture before it that is most like it, in each part and of the same and of another label. The
    search may miss some: of the pairs that a comparison of each with each confirms in CIFAR-10, it
    finds 92 in 100.
    """
    places = [(part, i) for part, dataset in parts.items() for i in range(len(dataset))]
    labels = torch.cat([_labels(dataset) for dataset in parts.values()])
    copies = _copies([content for dataset in parts.values() for content in hashes_of(dataset)])
    bits = torch.cat([perceptual_hashes(dataset) for dataset in parts.values()])
    telling = torch.cat([_lively(dataset) for dataset in parts.values()])
    telling &= bits.sum(1) >= TELLING
    telling[[second for _, second in copies]] = False
    found = [(i, j, True, 1.0) for i, j in copies]
    nearest: dict[tuple[int, str, bool], tuple[int, float]] = {}
    for i, j, correlation in _confirmed(_near_pairs(bits, telling), places, parts):
        side = (j, places[i][0], bool(labels[i] == labels[j]))
        if correlation > nearest.get(side, (i, 0.0))[1]:
            nearest[side] = (i, correlation)
    found += [(i, j, False, correlation) for (j, _, _), (i, correlation) in nearest.items()]
    return [
        Alike(places[i], places[j], exact, correlation, bool(labels[i] == labels[j]))
        for i, j, exact, correlation in sorted(found)
    ]


def _labels(dataset: Dataset) -> Tensor:
    """(n,) what must be alike where pictures are; where there are no classes, nothing must."""
    return dataset.targets if dataset.task == "classes" else torch.zeros(len(dataset))


def perceptual_hashes(dataset: Dataset) -> Tensor:
    """(n, 256) bool: whether a picture grows brighter from each point to the next on its right.

    On a grid of 16 x 17, in grey. Krawetz 2013, "Kind of like that" (dHash).
    """
    hashes = []
    for block in blocks(dataset.images):
        grid = F.interpolate(block.float().mean(1, keepdim=True), (16, 17), mode="area")
        hashes.append((grid[:, 0, :, 1:] > grid[:, 0, :, :-1]).flatten(1))
    return torch.cat(hashes)


def _copies(hashes: Sequence[bytes]) -> list[tuple[int, int]]:
    """Each picture that was there before, with the first of its kind."""
    first: dict[bytes, int] = {}
    pairs = ((first.setdefault(content, i), i) for i, content in enumerate(hashes))
    return [(i, j) for i, j in pairs if i != j]


def _lively(dataset: Dataset) -> Tensor:
    """(n,) whether a picture has enough pixels and enough contrast to be compared."""
    if min(dataset.image_shape[1:]) < SMALLEST:
        return torch.zeros(len(dataset), dtype=torch.bool)
    return torch.cat([b.float().flatten(1).std(1) > FAINT for b in blocks(dataset.images)])


def _near_pairs(bits: Tensor, telling: Tensor) -> Tensor:
    """(m, 2) numbers i < j of `telling` pictures (n,) whose hashes are within DISTANCE.

    Of those that share a band, so far as they are near to each other in the order of the hashes.
    """
    chosen = telling.nonzero()[:, 0]
    near = [torch.zeros(0, 2, dtype=torch.long)]
    for cut in range(CUTS):
        hashes = bits[chosen][:, torch.randperm(BITS, generator=generator("bands", cut))]
        kin = _packed(hashes[:, :62]).argsort()
        chosen, hashes = chosen[kin], hashes[kin]
        allowed = DISTANCE * hashes.sum(1)
        for band in hashes.split(BAND, 1):
            for pairs in _sharing(_packed(band)):
                differing = (hashes[pairs[:, 0]] != hashes[pairs[:, 1]]).sum(1)
                agreeing = pairs[differing <= allowed[pairs].amin(1)]
                near.append(chosen[agreeing].sort(1).values)
        near = [torch.unique(torch.cat(near), dim=0)]
    return near[0]


def _packed(bits: Tensor) -> Tensor:
    """(n,) int64 of the rows of `bits` (n, at most 62)."""
    packed = torch.zeros(len(bits), dtype=torch.long)
    for column in bits.T:
        packed = packed * 2 + column
    return packed


def _sharing(values: Tensor) -> Iterator[Tensor]:
    """(m, 2) rows of `values` (n,) that are equal and at most CROWD equal rows apart, in blocks."""
    ordered, rows = values.sort(stable=True)
    for step in range(1, min(CROWD + 1, len(rows))):
        equal = (ordered[step:] == ordered[:-step]).nonzero()[:, 0]
        if not len(equal):
            return
        for some in equal.split(100_000):
            yield torch.stack([rows[some], rows[some + step]], 1)


def _confirmed(
    pairs: Tensor, places: Sequence[tuple[str, int]], parts: Mapping[str, Dataset]
) -> Iterator[tuple[int, int, float]]:
    """Those of `pairs` (m, 2) that the pixels confirm, and the correlation of these."""
    for some in pairs.split(500) if len(pairs) else ():
        first, second = (
            _small(torch.stack([parts[part].images[i] for part, i in (places[n] for n in side)]))
            for side in some.T.tolist()
        )
        pixels = _correlation(first.flatten(1), second.flatten(1))
        edges = torch.minimum(*(_edges(side.mean(1, keepdim=True)) for side in (first, second)))
        agreeing = _correlation(_steps(first), _steps(second)) >= _needed(edges)
        for k in (agreeing & (pixels >= CORRELATION)).nonzero()[:, 0].tolist():
            yield *some[k].tolist(), min(pixels[k].item(), 1.0)


def _needed(edges: Tensor) -> Tensor:
    """(n,) the AGREEMENT that pictures of so many `edges` (n,) need.

    The fewer they have, the more: with 0.7 for all, thousands of MNIST's digits would be copies.
    """
    return 1 - (1 - AGREEMENT) * (edges / AMPLE).clamp(max=1).square()


def _small(images: Stored) -> Tensor:
    """`images` (n, c, h, w) as floats, 0..255, no side above SIDE."""
    h, w = images.shape[2:]
    return F.interpolate(images.float(), (min(h, SIDE), min(w, SIDE)), mode="area")


def _steps(images: Tensor) -> Tensor:
    """(n, m) differences between each pixel and the next, to the right and below."""
    return torch.cat([images.diff(dim=3).flatten(1), images.diff(dim=2).flatten(1)], 1)


def _edges(images: Tensor) -> Tensor:
    """(n,) how many of its steps make up a picture's edges: the participation ratio of squares."""
    squares = _steps(images).square()
    return squares.sum(1).square() / squares.square().sum(1).clamp(min=1e-9)


def _correlation(first: Tensor, second: Tensor) -> Tensor:
    """(n,) of the rows of two (n, m)."""
    return F.cosine_similarity(
        first - first.mean(1, keepdim=True), second - second.mean(1, keepdim=True)
    )
