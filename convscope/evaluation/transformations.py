"""Pictures moved, made smaller or larger, or turned by so much: what invariance is measured with.

Images are (n, c, h, w) in 0..1. `around` (n, c, 1, 1) is what comes in from outside, by rights each
image's own `paper`: white around ink on white, black around chalk on black.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from convscope.seed import generator
from convscope.shapes import Images

SMALLEST, LARGEST = 0.2, 2.0
"""Scales, in steps of 0.05 below 1 and of 0.2 above."""
TURN = 15
"""Degrees from one angle to the next."""
UNITS = {"shift": "pixels", "scale": "times the size", "rotate": "degrees"}
"""Kind of change -> what its amount is counted in."""
UNCHANGED = {"shift": 0.0, "scale": 1.0, "rotate": 0.0}


@dataclass(frozen=True)
class Change:
    """A kind of change and how much of it; a shift and a turn go to a side drawn per image."""

    kind: str
    """shift, scale or rotate."""
    amount: float

    def __call__(self, images: Images, around: Tensor) -> Images:
        """The images changed; a block of n is given the same n directions, whatever the amount."""
        if self.kind == "scale":
            return scaled(images, self.amount, around)
        drawn = torch.randint(4, (len(images),), generator=generator("invariance", self.kind))
        if self.kind == "shift":
            steps = torch.tensor([(0, 1), (0, -1), (1, 0), (-1, 0)])[drawn] * int(self.amount)
            return shifted(images, steps[:, 0], steps[:, 1], around)
        return rotated(images, self.amount * (1.0 - 2 * (drawn % 2)), around)


def changes(kind: str, side: int) -> Iterator[Change]:
    """The changes of one kind, by rising amount, for pictures whose shorter side is `side` pixels.

    Shifts go up to half of it, scales from 0.2 to 2, turns up to 180 degrees.
    """
    if kind == "shift":
        stride = max(1, round(side / 28))
        amounts: list[float] = list(range(stride, side // 2 + 1, stride))
    elif kind == "scale":
        smaller = [i / 20 for i in range(round(20 * SMALLEST), 20)]
        amounts = [*smaller, *(i / 5 for i in range(6, round(5 * LARGEST) + 1))]
    else:
        amounts = list(range(TURN, 181, TURN))
    return (Change(kind, float(amount)) for amount in amounts)


def shifted(images: Images, down: Tensor, right: Tensor, around: Tensor) -> Images:
    """Each image moved by its whole number of pixels `down` (n,) and `right` (n,)."""
    n, _, h, w = images.shape
    rows = torch.arange(h) - down[:, None]  # (n, h): where each row is read
    columns = torch.arange(w) - right[:, None]  # (n, w)
    which = torch.arange(n)[:, None, None]
    last = images.permute(0, 2, 3, 1)  # (n, h, w, c)
    read = last[which, rows.clamp(0, h - 1)[:, :, None], columns.clamp(0, w - 1)[:, None, :]]
    inside = _within(rows, h)[:, None, :, None] & _within(columns, w)[:, None, None, :]
    return torch.where(inside, read.permute(0, 3, 1, 2), around)


def scaled(images: Images, times: float, around: Tensor) -> Images:
    """Each image `times` as large about its centre, still seen through the same window.

    Bilinear; made smaller, it is antialiased, every pixel the mean of what it covers.
    """
    h, w = images.shape[2:]
    return around + _resampling(h, times) @ (images - around) @ _resampling(w, times).T


def rotated(images: Images, degrees: Tensor, around: Tensor) -> Images:
    """Each image turned by its own `degrees` (n,) about its centre, anticlockwise; bilinear."""
    h, w = images.shape[2:]
    angles = degrees.double() * math.pi / 180
    cos, sin, still = angles.cos(), angles.sin(), torch.zeros_like(angles)
    # the grid's unit is half a side, so a turn in pixels needs the ratio of the sides
    first = torch.stack([cos, -sin * (h / w), still], 1)
    second = torch.stack([sin * (w / h), cos, still], 1)
    matrices = torch.stack([first, second], 1).float()
    grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
    return around + F.grid_sample(images - around, grid, padding_mode="zeros", align_corners=False)


def paper(images: Images) -> Tensor:
    """(n, c, 1, 1) the median of each image's outermost pixels, channel by channel."""
    edges = [images[:, :, [0, -1], :], images[:, :, 1:-1, [0, -1]]]
    return torch.cat([edge.flatten(2) for edge in edges], 2).median(2).values[:, :, None, None]


def share_inside(images: Images, change: Change) -> float:
    """How much of what stands out from the paper is still in the picture after `change`, 0..1."""
    contrast = (images - paper(images)).abs()
    grown = change.amount**2 if change.kind == "scale" else 1.0
    before = contrast.sum(dtype=torch.float64).item() * grown
    after = change(contrast, torch.zeros(1)).sum(dtype=torch.float64).item()
    return min(after / before, 1.0) if before else 1.0


def _within(positions: Tensor, size: int) -> Tensor:
    return (positions >= 0) & (positions < size)


def _resampling(size: int, times: float) -> Tensor:
    """(size, size) how much of each pixel of a line, the columns, is in each of the line scaled."""
    middle, reach = (size - 1) / 2, max(1.0, 1 / times)
    read = (torch.arange(size, dtype=torch.float64) - middle) / times + middle
    margin = math.ceil(middle / times + reach)  # the paper has its share of each sum
    positions = torch.arange(-margin, size + margin)
    shares = (1 - (read[:, None] - positions).abs() / reach).clamp(min=0)
    return (shares / shares.sum(1, keepdim=True))[:, margin : margin + size].float()
