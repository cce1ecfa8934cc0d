"""Ellipses and lines with soft edges, painted on many images at once, each with its own numbers.

Only additions, products, quotients and square roots: the same bits on every machine.
"""

import torch
from torch import Tensor


class Canvas:
    """Images (n, 3, h, w) in 0..1 to paint on; points are (n, 2), (x, y) in pixels."""

    def __init__(self, images: Tensor) -> None:
        h, w = images.shape[2:]
        self.images = images.clone()
        self._x = torch.arange(w, dtype=images.dtype).view(1, 1, w)
        self._y = torch.arange(h, dtype=images.dtype).view(1, h, 1)

    def paint(self, distance: Tensor, colour: Tensor, opacity: float = 1.0) -> None:
        """Cover with `colour` (n, 3) or (n, 3, h, w) where `distance` (n, h, w) is below 0."""
        cover = (0.5 - distance).clamp(0, 1) * opacity
        paint = colour[:, :, None, None] if colour.ndim == 2 else colour
        self.images += (paint - self.images).mul_(cover[:, None])

    def ellipse(
        self, centre: Tensor, axis: Tensor, length: Tensor, above: Tensor, below: Tensor
    ) -> Tensor:
        """(n, h, w) distance from an ellipse's edge in pixels, about; negative inside.

        Half as long as `length` says along `axis` (n, 2), a unit vector; half as high as `above`
        on one side of it and `below` on the other, each (n,).
        """
        right, down = self._from(centre)
        ax, ay = _wide(axis[:, 0]), _wide(axis[:, 1])
        along, across = right * ax + down * ay, down * ax - right * ay
        height = torch.where(across < 0, _wide(above), _wide(below))
        shape = ((along / _wide(length)).square() + (across / height).square()).sqrt()
        return (shape - 1) * torch.minimum(_wide(length), height)

    def line(self, start: Tensor, end: Tensor, radius: Tensor) -> Tensor:
        """(n, h, w) distance from a line with round ends, `radius` (n,) from its middle."""
        right, down = self._from(start)
        dx, dy = _wide(end[:, 0] - start[:, 0]), _wide(end[:, 1] - start[:, 1])
        share = ((right * dx + down * dy) / (dx * dx + dy * dy + 1e-6)).clamp(0, 1)
        apart = (right - share * dx).square() + (down - share * dy).square()
        return apart.sqrt() - _wide(radius)

    def beyond(self, point: Tensor, axis: Tensor) -> Tensor:
        """(n, h, w) how far below the line through `point` along `axis`; negative above it."""
        right, down = self._from(point)
        return down * _wide(axis[:, 0]) - right * _wide(axis[:, 1])

    def _from(self, point: Tensor) -> tuple[Tensor, Tensor]:
        return self._x - _wide(point[:, 0]), self._y - _wide(point[:, 1])


def smooth_noise(values: Tensor, size: int) -> Tensor:
    """`values` (n, c, k, k) stretched to (n, c, size, size), linearly between them."""
    k = values.shape[2]
    place = torch.arange(size, dtype=values.dtype) * ((k - 1) / (size - 1))
    before = place.long().clamp(max=k - 2)
    share = place - before
    rows = values[:, :, before] * (1 - share)[:, None] + values[:, :, before + 1] * share[:, None]
    return rows[..., before] * (1 - share) + rows[..., before + 1] * share


def _wide(numbers: Tensor) -> Tensor:
    """(n,) beside images: (n, 1, 1)."""
    return numbers.view(-1, 1, 1)
