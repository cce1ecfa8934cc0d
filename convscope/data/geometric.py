"""Augmentations that move pixels: flip, shift, rotation, affine maps, resized crops.

Every one takes images (n, c, h, w) in 0..1, targets, and its own draws (n, draws) in [0, 1).
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from convscope.data.coordinates import as_answers, in_pixels
from convscope.shapes import Images, Points, Targets


@dataclass(frozen=True)
class Flip:
    """Mirror left and right with this probability."""

    probability: float = 0.5
    draws = 1

    def __post_init__(self) -> None:
        _check(0 <= self.probability <= 1, "a probability lies between 0 and 1")

    def __call__(self, images: Images, targets: Targets, draws: Tensor) -> tuple[Images, Targets]:
        """Half of the images mirrored."""
        mirror = (draws[:, 0] < self.probability).view(-1, 1, 1, 1)
        return torch.where(mirror, images.flip(3), images), targets


@dataclass(frozen=True)
class Shift:
    """Move by up to `pixels` in each direction; the edge is mirrored into the gap."""

    pixels: int = 4
    draws = 2

    def __post_init__(self) -> None:
        _check(self.pixels >= 0, "pixels is 0 or more")

    def __call__(self, images: Images, targets: Targets, draws: Tensor) -> tuple[Images, Targets]:
        """Pad-and-crop, as a gather: every output pixel reads one input pixel; points go along."""
        n, _, h, w = images.shape
        down, right = (draws * (2 * self.pixels + 1)).long().sub(self.pixels).unbind(1)
        rows = _mirrored(torch.arange(h, device=images.device) + down[:, None], h)  # (n, h)
        columns = _mirrored(torch.arange(w, device=images.device) + right[:, None], w)  # (n, w)
        which = torch.arange(n, device=images.device)[:, None, None]
        last = images.permute(0, 2, 3, 1)  # (n, h, w, c)
        moved = last[which, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
        if targets.ndim == 3:
            targets = targets - torch.stack([right, down], 1)[:, None]
        return moved, targets


@dataclass(frozen=True)
class Affine:
    """Turn by up to `degrees`, move by up to `shift` of the side, scale by up to 1 +- `scale`."""

    degrees: float = 10.0
    shift: float = 0.1
    scale: float = 0.1
    draws = 4

    def __post_init__(self) -> None:
        _check(0 <= self.scale < 1, "scale lies between 0 and 1")

    def __call__(self, images: Images, targets: Targets, draws: Tensor) -> tuple[Images, Targets]:
        """Resampled bilinearly; what lies outside is the nearest edge. Points go along."""
        turn, right, down, grow = (2 * draws - 1).unbind(1)
        angle = turn * math.radians(self.degrees)
        return _resampled(
            images,
            targets,
            angle,
            1 / (1 + grow * self.scale),
            right * 2 * self.shift,
            down * 2 * self.shift,
        )


@dataclass(frozen=True)
class Rotate:
    """Turn by up to `degrees` to either side."""

    degrees: float = 15.0
    draws = 1

    def __call__(self, images: Images, targets: Targets, draws: Tensor) -> tuple[Images, Targets]:
        """Resampled bilinearly; what lies outside is the nearest edge. Points go along."""
        angle = (2 * draws[:, 0] - 1) * math.radians(self.degrees)
        still = torch.zeros_like(angle)
        return _resampled(images, targets, angle, torch.ones_like(angle), still, still)


@dataclass(frozen=True)
class ResizedCrop:
    """A window of at least `least` of each side, anywhere, blown up to the full size."""

    least: float = 0.6
    draws = 3

    def __post_init__(self) -> None:
        _check(0 < self.least <= 1, "least lies between 0 and 1")

    def __call__(self, images: Images, targets: Targets, draws: Tensor) -> tuple[Images, Targets]:
        """Resampled bilinearly; the window stays inside. Points go along."""
        size, right, down = draws.unbind(1)
        side = self.least + (1 - self.least) * size
        room = 1 - side
        still = torch.zeros_like(side)
        return _resampled(
            images, targets, still, side, (2 * right - 1) * room, (2 * down - 1) * room
        )


def _resampled(
    images: Images, targets: Targets, angle: Tensor, side: Tensor, right: Tensor, down: Tensor
) -> tuple[Images, Targets]:
    """Each image seen through a window turned by `angle` (n,) radians; points move with it.

    The window is `side` (n,) times as large as the image, its centre at (right, down) in -1..1.
    """
    h, w = images.shape[2:]
    cos, sin = angle.cos() * side, angle.sin() * side
    # affine_grid's unit is half a side, so a turn in pixels needs the ratio of the sides
    first = torch.stack([cos, -sin * (h / w), right], 1)
    second = torch.stack([sin * (w / h), cos, down], 1)
    window = torch.stack([first, second], 1)  # (n, 2, 3)
    grid = F.affine_grid(window, list(images.shape), align_corners=False)
    seen = F.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)
    return seen, _through(window, targets, (h, w)) if targets.ndim == 3 else targets


def _through(window: Tensor, points: Points, image_size: tuple[int, int]) -> Points:
    """Where `points` are seen: the inverse of the window, which says where a pixel looks."""
    places = as_answers(points, image_size).unflatten(1, (-1, 2)) - window[:, None, :, 2]
    seen = places @ window[:, :, :2].inverse().transpose(1, 2)
    return in_pixels(seen.flatten(1), image_size)


def _mirrored(positions: Tensor, size: int) -> Tensor:
    """Positions beyond an edge, reflected back in; the edge itself is not repeated."""
    period = max(2 * (size - 1), 1)
    folded = positions.remainder(period)
    return torch.minimum(folded, (period - folded)).clamp_(0, size - 1)


def _check(holds: bool, rule: str) -> None:
    if not holds:
        raise ValueError(rule)
