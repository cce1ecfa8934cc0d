"""Random changes of training images, each image by its own draws.

An augmentation is a pure function of a batch and of numbers drawn for it, so it is tested with
chosen numbers, and neither the batch size, nor resuming, nor the number of processes changes what
an image becomes in an epoch.
"""

import math
from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from convscope.data.geometric import Affine, Flip, ResizedCrop, Rotate, Shift
from convscope.data.photometric import Colour, Cutout, Mixup
from convscope.errors import BadValue
from convscope.lookup import lookup
from convscope.seed import generator
from convscope.shapes import Images, Targets


@runtime_checkable
class Augmentation(Protocol):
    """A change of a batch that only `draws` makes random."""

    @property
    def draws(self) -> int:
        """Random numbers it uses per image."""
        ...

    def __call__(self, images: Images, targets: Targets, draws: Tensor) -> tuple[Images, Targets]:
        """`images` (n, c, h, w) in 0..1, each changed by its own draws, and `targets` with them.

        `draws` (n, self.draws) holds a row of numbers in [0, 1) for each image.
        """
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
    """The augmentations that `text` lists, first to last: "flip+shift:4", or "none"."""
    return () if text in ("none", "") else tuple(_read_one(word) for word in text.split("+"))


def draw_table(
    augment: Sequence[Augmentation | Mixup], n: int, seed: int, epoch: int
) -> tuple[Tensor, ...]:
    """For each augmentation the draws of all `n` images in one epoch: (n, draws)."""
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
        values = [type(f.default)(text) for f, text in zip(fields, numbers, strict=False)]
        if not all(map(math.isfinite, values)):
            raise ValueError("only finite numbers make sense")
        return kind(*values)
    except ValueError as error:
        raise BadValue(f"{word!r}: {error}; it is written {usage}") from error
