"""Augmentations for images whose targets are points: those that move pixels move the points too."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from convscope.data.augment import Augmentation
from convscope.data.geometric import Flip
from convscope.data.photometric import Mixup
from convscope.data.scheme import Scheme
from convscope.errors import BadValue
from convscope.shapes import Images, Targets


@dataclass(frozen=True)
class Mirror:
    """Mirror left and right with this probability, and let each point be its partner's."""

    probability: float
    partners: tuple[int, ...]
    """(p,) which point stands at the place of each in a mirror."""
    draws = 1

    def __call__(self, images: Images, targets: Targets, draws: Tensor) -> tuple[Images, Targets]:
        """Half of the images mirrored, with their points (n, p, 2)."""
        mirror = (draws[:, 0] < self.probability).view(-1, 1, 1)
        x, y = targets[:, list(self.partners)].unbind(2)
        mirrored = torch.stack([images.shape[3] - 1 - x, y], 2)
        pictures = torch.where(mirror[..., None], images.flip(3), images)
        return pictures, torch.where(mirror, mirrored, targets)


def with_points(
    augment: Sequence[Augmentation | Mixup], scheme: Scheme, count: int
) -> tuple[Augmentation, ...]:
    """`augment` for images with `count` points.

    A flip swaps the pairs of `scheme`; `BadValue` where they are not known, and for mixup.
    """
    return tuple(_with_points(step, scheme.partners(count)) for step in augment)


def _with_points(step: Augmentation | Mixup, partners: list[int] | None) -> Augmentation:
    if isinstance(step, Mixup):
        raise BadValue("mixup blends two images, and points have no blend: leave it out of augment")
    if not isinstance(step, Flip):
        return step
    if partners is None:
        raise BadValue(
            "flip needs to know which points swap in a mirror: tell it in a file pairs.csv beside "
            "the table, two points a line, or leave flip out of augment"
        )
    return Mirror(step.probability, tuple(partners))
