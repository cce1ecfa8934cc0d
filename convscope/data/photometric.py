"""Augmentations that change values instead of places: colour, cutout, mixup.

Images are (n, c, h, w) in 0..1, draws (n, draws) in [0, 1).
"""

from dataclasses import dataclass

import torch
from scipy.special import betaincinv
from torch import Tensor
from torch.nn import functional as F

from convscope.shapes import Images, Targets


@dataclass(frozen=True)
class Colour:
    """Brightness, contrast and saturation, each multiplied by 1 +- `strength`."""

    strength: float = 0.2
    draws = 3

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise ValueError("strength lies between 0 and 1")

    def __call__(self, images: Images, targets: Targets, draws: Tensor) -> tuple[Images, Targets]:
        """The values scaled, then their distance from the image's mean, then from the pixel's grey.

        These are brightness, contrast and saturation; what leaves 0..1 is cut off.
        """
        brightness, contrast, saturation = (
            (1 + self.strength * (2 * draws - 1)).view(-1, 3, 1, 1, 1).unbind(1)
        )
        changed = images * brightness
        mean = changed.mean((1, 2, 3), keepdim=True)
        changed = mean + contrast * (changed - mean)
        grey = changed.mean(1, keepdim=True)
        return (grey + saturation * (changed - grey)).clamp(0, 1), targets


@dataclass(frozen=True)
class Cutout:
    """A square of `pixels` a side, centred anywhere, filled with each channel's mean.

    DeVries and Taylor 2017.
    """

    pixels: int = 8
    draws = 2

    def __post_init__(self) -> None:
        if self.pixels < 1:
            raise ValueError("pixels is 1 or more")

    def __call__(self, images: Images, targets: Targets, draws: Tensor) -> tuple[Images, Targets]:
        """The square may hang over the edge, as in the paper."""
        h, w = images.shape[2:]
        down, right = draws.unbind(1)
        rows = self._covered(down, h).view(-1, 1, h, 1)
        columns = self._covered(right, w).view(-1, 1, 1, w)
        return torch.where(rows & columns, images.mean((2, 3), keepdim=True), images), targets

    def _covered(self, draw: Tensor, size: int) -> Tensor:
        start = (draw * size).long() - self.pixels // 2
        places = torch.arange(size, device=draw.device) - start[:, None]
        return (places >= 0) & (places < self.pixels)  # (n, size)


@dataclass(frozen=True)
class Mixup:
    """Each image blended with a partner from the whole training part, and its target likewise.

    The partner's share follows Beta(alpha, alpha). Zhang et al. 2018, section 2.
    """

    alpha: float = 0.2
    draws = 2

    def __post_init__(self) -> None:
        if self.alpha <= 0:
            raise ValueError("alpha is above 0")

    def partners(self, draws: Tensor, n: int) -> Tensor:
        """The partner of each image among the `n` of the training part: (n,) indices."""
        return (draws[:, 0] * n).long().clamp_(max=n - 1)

    def mix(
        self,
        draws: Tensor,
        own: tuple[Images, Targets],
        partner: tuple[Images, Targets],
        num_classes: int,
    ) -> tuple[Images, Targets]:
        """Images, and targets as shares (n, num_classes), of each image and its partner."""
        quantile = betaincinv(self.alpha, self.alpha, draws[:, 1].cpu().double().numpy())
        share = torch.from_numpy(quantile).to(own[0])
        mixed = torch.lerp(own[0], partner[0], share.view(-1, 1, 1, 1))
        targets = shares_of(own[1], num_classes), shares_of(partner[1], num_classes)
        return mixed, torch.lerp(targets[0], targets[1], share.view(-1, 1))


def shares_of(targets: Targets, num_classes: int) -> Tensor:
    """`targets` as shares of each class: (n, num_classes), rows adding to 1."""
    return F.one_hot(targets, num_classes).float() if targets.ndim == 1 else targets
