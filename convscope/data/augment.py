"""Random changes of training images, each image by its own draws.

An augmentation is a pure function of a batch and of numbers drawn for it, so it is tested with chosen numbers, and neither the batch size, nor
resuming, nor the number of processes changes what an image becomes in an epoch.
"""

from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Protocol

import torch
from torch import Tensor

from convscope.data.geometric import Affine, Flip, ResizedCrop, Rotate, Shift
from convscope.data.photometric import Colour, Cutout, Mixup
from convscope.errors import BadValue
from convscope.lookup import lookup
from convscope.seed import generator
from convscope.shapes import Images, Targets


class Augmentation(Protocol):
    """A change of a batch that only `draws` makes random."""

    @property
    def draws(self) -> int:
        """Random numbers it uses per image."""
        ...

    def __call__(self, images: Images, targets: Targets, draws: Tensor) -> tuple[Images, Targets]:
        """`images` (n, c, h, w) in 0..1, each changed by its own row of `draws` (n, self.draws) in [0, 1), and `targets` with them."""
        ...


CATALOGUE: Mapping[str, type] = {
    "flip": Flip,
    "shift": Shift,
    "rotate": Rotate,
    "affine": Affine,
    "crop": ResizedCrop,
    "colour": Colour,
    "cutout": Cutout,
    "mixup": Mixup,
}


def read_augment(text: str) -> tuple[Augmentation | Mixup, ...]:
    """The augmentations that `text` lists, applied from left to right: "flip+shift:4", or "none"."""
    return () if text in ("none", "") else tuple(_read_one(word) for word in text.split("+"))


def draw_table(
    augment: Sequence[Augmentation | Mixup], n: int, seed: int, epoch: int
) -> tuple[Tensor, ...]:
    """For each augmentation the draws of all `n` images in one epoch: (n, draws), a row per image."""
    whole = torch.rand(
        n, sum(a.draws for a in augment), generator=generator(seed, "augment", epoch)
    )
    return whole.split([a.draws for a in augment], dim=1) if augment else ()


def _read_one(word: str) -> Augmentation | Mixup:
    name, *numbers = word.strip().split(":")
    kind = lookup(CATALOGUE, name, "augmentation")
    fields = list(signature(kind).parameters.values())
    usage = ":".join([name, *(f"{field.name}={field.default}" for field in fields)])
    if len(numbers) > len(fields):
        raise BadValue(f"{word!r} has too many numbers: it is written {usage}")
    try:
        return kind(*(type(f.default)(text) for f, text in zip(fields, numbers, strict=False)))
    except ValueError as error:
        raise BadValue(f"{word!r}: {error}; it is written {usage}") from error
