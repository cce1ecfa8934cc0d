"""A data set as one immutable value, and the three parts it is cut into."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from convscope.data.memory_map import MappedImages, blocks
from convscope.data.scheme import Scheme
from convscope.errors import BadData
from convscope.shapes import Labels


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset:
    """Pictures of one size with what is known of each.

    `images` (n, c, h, w) uint8, in memory or in a memory map; `targets` (n,) class indices, or
    where the `task` is "points" (n, p, 2) float32, (x, y) in the images' pixels, not a number where
    a point is not known; `names`: each picture's path or number, text only; `target_names`: the
    words for classes or points; `groups`: pictures of one person, patient or video share one, None
    where nothing is known; `hashes` (n, 16) uint8, of each image's content, where they are known
    already; `sizes` (n, 2), width and height of each as its file holds it, where they differ;
    `scheme`: what is known of points beside their names.
    """

    images: Tensor | MappedImages
    targets: Tensor
    names: Sequence[str]
    target_names: tuple[str, ...]
    groups: tuple[str, ...] | None = None
    hashes: Tensor | None = None
    sizes: Tensor | None = None
    task: str = "classes"
    scheme: Scheme | None = None

    def __post_init__(self) -> None:
        n, k = len(self.images), len(self.target_names)
        if self.images.ndim != 4 or self.images.dtype != torch.uint8:
            raise BadData(
                f"images of shape {tuple(self.images.shape)} and type {self.images.dtype}: "
                "(n, c, h, w) of uint8 is needed"
            )
        if not n == len(self.targets) == len(self.names) or (
            self.groups is not None and len(self.groups) != n
        ):
            raise BadData(
                f"{n} images, {len(self.targets)} targets and {len(self.names)} names: "
                "there must be one of each per image"
            )
        if n == 0:
            raise BadData("there is not a single image: at least one of each class is needed")
        if self.task == "classes":
            low, high = int(self.targets.min()), int(self.targets.max())
            if low < 0 or high >= k:
                raise BadData(
                    f"labels run from {low} to {high}, but there are {k} class names: "
                    f"labels are 0 to {k - 1}"
                )
        elif self.task == "points":
            _check_points(self.targets, self.target_names)

    def __len__(self) -> int:
        return len(self.images)

    @property
    def labels(self) -> Labels:
        """(n,) class indices; only where the task is classification."""
        self._only_classes("labels")
        return self.targets

    @property
    def class_names(self) -> tuple[str, ...]:
        """The words for the class indices; only where the task is classification."""
        self._only_classes("class names")
        return self.target_names

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(c, h, w) of each image."""
        c, h, w = self.images.shape[1:]
        return c, h, w

    def subset(self, indices: Sequence[int] | Tensor) -> "Dataset":
        """The images at `indices`, in that order."""
        at = torch.as_tensor(indices, dtype=torch.long)
        places: list[int] = at.tolist()
        images = self.images
        return Dataset(
            images=images.subset(at) if isinstance(images, MappedImages) else images[at],
            targets=self.targets[at],
            names=[self.names[i] for i in places],
            target_names=self.target_names,
            groups=None if self.groups is None else tuple(self.groups[i] for i in places),
            hashes=None if self.hashes is None else self.hashes[at],
            sizes=None if self.sizes is None else self.sizes[at],
            task=self.task,
            scheme=self.scheme,
        )

    @property
    def num_outputs(self) -> int:
        """How many numbers a net answers per image."""
        return count_outputs(self.task, self.target_names)

    def class_counts(self) -> list[int]:
        """How many images each class has."""
        return torch.bincount(self.labels, minlength=len(self.class_names)).tolist()

    def balanced_weights(self) -> list[float]:
        """N / (k * count) of each class, so that every class counts the same; 0 without images."""
        counts = self.class_counts()
        return [len(self) / (len(counts) * count) if count else 0.0 for count in counts]

    def target_counts(self) -> list[int]:
        """How many images each class has, or in how many images each point is known."""
        if self.task == "points":
            return (~self.targets.isnan().any(2)).sum(0).tolist()
        return self.class_counts()

    def describe(self) -> dict[str, Any]:
        """Counts, sizes, and each channel's mean and standard deviation on the scale 0..1."""
        mean, deviation = channel_statistics(self.images)
        return {
            "images": len(self),
            "shape": list(self.image_shape),
            self.task: dict(zip(self.target_names, self.target_counts(), strict=True)),
            "mean": mean,
            "deviation": deviation,
        }

    def _only_classes(self, what: str) -> None:
        if self.task != "classes":
            raise BadData(
                f"a data set of {self.task} has no {what}: read `targets` and `target_names`"
            )


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where splits come from, and what was met on the way."""

    source: str
    """What `load_data` takes: a name of the catalogue, or the path of a folder or an archive."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The keywords it was given: with them the same splits are loaded again."""
    notes: tuple[str, ...] = ()
    """What a person should know before learning from them."""
    broken: tuple[tuple[str, str], ...] = ()
    """Files that could not be used: name, reason."""
    copies: tuple[tuple[str, str], ...] = ()
    """Pictures that were left out because they are in a later part too, under the second name."""
    empty: tuple[str, ...] = ()
    """Classes that have a folder and no picture: they are left out."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Splits:
    """A data set in parts: to learn from, to choose by, and the sealed one, opened once, last."""

    name: str
    train: Dataset
    validation: Dataset
    test: Dataset
    fingerprint: str
    """Changes with any picture, label or class name of the three."""
    origin: Origin | None = None
    """None for splits that only your code knows."""

    def __getitem__(self, part: str) -> Dataset:
        return {"train": self.train, "validation": self.validation, "test": self.test}[part]

    def counts(self) -> dict[str, int]:
        """How many images each part has."""
        return {part: len(self[part]) for part in PARTS}


PARTS = ("train", "validation", "test")


def count_outputs(task: str, target_names: Sequence[str]) -> int:
    """How many numbers a net answers: a score for each class, x and y of each point."""
    return len(target_names) * (2 if task == "points" else 1)


def _check_points(targets: Tensor, target_names: Sequence[str]) -> None:
    shape = (len(targets), len(target_names), 2)
    if tuple(targets.shape) != shape or targets.dtype != torch.float32 or not target_names:
        raise BadData(
            f"points of shape {tuple(targets.shape)} and type {targets.dtype}: {shape} of float32 "
            "is needed, x and y of each point that has a name"
        )
    if not ((~targets.isnan()).any() and targets[~targets.isnan()].isfinite().all()):
        raise BadData("points are finite numbers, and at least one is known")


def channel_statistics(images: Tensor | MappedImages) -> tuple[list[float], list[float]]:
    """Mean and standard deviation of each channel of `images` (n, c, h, w), on the scale 0..1.

    Exact whatever the size: the 256 values are counted.
    """
    counts = torch.zeros(images.shape[1], 256, dtype=torch.float64)
    for block in blocks(images):
        for channel, counted in zip(block.transpose(0, 1), counts, strict=True):
            counted += torch.bincount(channel.reshape(-1), minlength=256)
    shares, values = counts / counts.sum(1, keepdim=True), torch.arange(256).double() / 255
    means = (shares * values).sum(1)
    variances = (shares * (values - means[:, None]).square()).sum(1)
    return means.tolist(), variances.sqrt().tolist()
