"""Train, validation and test, cut by what the pictures contain.

The cut is a fixed function of the contents, so two runs on one data set share the same sealed test,
whatever their seeds. Equal pictures stay together, and so do groups; within that, every class keeps
its share.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from convscope.data.dataset import Dataset, Origin, Splits
from convscope.data.memory_map import blocks
from convscope.errors import BadData
from convscope.shapes import Stored

HASH_BYTES = 16
"""Of the hash of one image's content."""


def cut(
    name: str,
    pool: Dataset,
    test: Dataset | None,
    *,
    held: Dataset | None = None,
    validation: float,
    test_share: float = 0.2,
    split_seed: int = 0,
    origin: Origin | None = None,
) -> Splits:
    """`pool` in three parts.

    A published `test` part, and a validation part `held`, are taken as they are; otherwise
    `test_share` of the pool is sealed first, then `validation` of what remains held out. A
    `split_seed` other than 0 makes another cut, for studies of the cut itself.
    """
    if test is None:
        pool, test = hold_out(pool, test_share, split_seed)
    train, held = (pool, held) if held is not None else hold_out(pool, validation, split_seed)
    return Splits(
        name=name,
        train=train,
        validation=held,
        test=test,
        fingerprint=fingerprint(train, held, test),
        origin=origin,
    )


def hold_out(dataset: Dataset, share: float, split_seed: int = 0) -> tuple[Dataset, Dataset]:
    """`dataset` in two: what remains, and about `share` of every class.

    A class of two or more single images has at least one in each. `BadData` if nothing remains, or
    nothing can be held out.
    """
    if not 0 < share < 1:
        raise BadData(
            f"a share of {share} cannot be held out: it must lie between 0 and 1, say 0.2"
        )
    units = _units(dataset, split_seed)
    labels = _strata(dataset)
    wanted = {label: _quota(count, share) for label, count in Counter(labels).items()}
    held: list[int] = []
    for unit in units:
        counts = Counter([labels[i] for i in unit]) if len(unit) > 1 else {labels[unit[0]]: 1}
        # taking a unit pays if it brings the sum of squared distances to the quotas down:
        # with single images, as long as one is missing
        if sum(count * (2 * wanted[label] - count) for label, count in counts.items()) > 0:
            held.extend(unit)
            for label, count in counts.items():
                wanted[label] -= count
    chosen = set(held)
    kept = [i for i in range(len(dataset)) if i not in chosen]
    if not held or not kept:
        raise BadData(
            f"{len(dataset)} images in {len(units)} groups cannot be cut in two parts: "
            "more images, or smaller groups, are needed"
        )
    return dataset.subset(kept), dataset.subset(sorted(held))


def in_folds(dataset: Dataset, count: int) -> list[Tensor]:
    """The image numbers of `dataset` in `count` parts of about equal size.

    Every class is spread over all of them; equal pictures and groups stay together. `BadData` if
    there is not one for each.
    """
    units, labels = _units(dataset, 0), _strata(dataset)
    if len(units) < count:
        raise BadData(
            f"{len(dataset)} images in {len(units)} groups cannot be cut in {count} parts: "
            "more images, or smaller groups, are needed"
        )
    folds: list[list[int]] = [[] for _ in range(count)]
    filled = [Counter[int]() for _ in range(count)]
    for unit in sorted(units, key=len, reverse=True):  # the small ones even out the large ones
        counts = Counter(labels[i] for i in unit)
        crowded = [
            (sum(n * there[label] for label, n in counts.items()), len(fold))
            for fold, there in zip(folds, filled, strict=True)
        ]
        emptiest = crowded.index(min(crowded))
        folds[emptiest] += unit
        filled[emptiest].update(counts)
    return [torch.tensor(sorted(fold)) for fold in folds]


def content_hashes(images: Stored) -> list[bytes]:
    """One hash per image of `images` (n, c, h, w): equal exactly where every pixel is."""
    return [content_hash(image) for image in images.contiguous().numpy()]


def content_hash(image: np.ndarray) -> bytes:
    """The hash of one image (c, h, w)."""
    return hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=HASH_BYTES).digest()


def hashes_of(dataset: Dataset) -> Sequence[bytes]:
    """One hash per image of `dataset`, computed unless they are known."""
    if dataset.hashes is not None:
        return [row.tobytes() for row in dataset.hashes.numpy()]
    return [one for block in blocks(dataset.images) for one in content_hashes(block)]


def fingerprint(*datasets: Dataset) -> str:
    """A hash of every image, target and target name of `datasets`, in order."""
    whole = hashlib.sha256()
    for dataset in datasets:
        whole.update(
            repr((dataset.task, dataset.target_names, tuple(dataset.images.shape))).encode()
        )
        whole.update(b"".join(hashes_of(dataset)))
        whole.update(dataset.targets.contiguous().numpy().tobytes())
        if dataset.scheme is not None:
            whole.update(repr(dataset.scheme).encode())
    return whole.hexdigest()


def _strata(dataset: Dataset) -> list[int]:
    """What each image is of, that every part should have its share of; 0 where nothing is."""
    return dataset.labels.tolist() if dataset.task == "classes" else [0] * len(dataset)


def _quota(count: int, share: float) -> int:
    return min(max(round(count * share), 1), count - 1)


def _units(dataset: Dataset, split_seed: int) -> list[list[int]]:
    """What may not be torn apart: lists of image numbers that share content or a group.

    Their order depends on the contents alone.
    """
    contents = hashes_of(dataset)
    ties = [contents] if dataset.groups is None else [contents, dataset.groups]
    keys = [
        hashlib.blake2b(content, digest_size=16, key=b"convscope split %d" % split_seed).digest()
        for content in contents
    ]
    units = _joined(len(dataset), ties)
    return sorted(units, key=lambda unit: min(keys[i] for i in unit))


def _joined(n: int, ties: Sequence[Sequence[object]]) -> list[list[int]]:
    """The numbers below `n`, those together that share an entry in one of `ties`.

    Directly, or through others.
    """
    leader = list(range(n))

    def find(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    for tie in ties:
        first: dict[object, int] = {}
        for i, entry in enumerate(tie):
            leader[find(i)] = find(first.setdefault(entry, i))
    members: dict[int, list[int]] = {}
    for i in range(n):
        members.setdefault(find(i), []).append(i)
    return list(members.values())
