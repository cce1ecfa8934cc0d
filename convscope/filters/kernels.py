"""The numbers of hand-made kernels, and the record that carries them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from convscope.errors import BadValue

LARGEST = 1e12
"""Of a kernel's numbers: a million of them times a picture's are still finite in float32."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Kernel:
    """A window of numbers that is laid on every pixel, and what it is good for."""

    name: str
    values: Tensor
    """(kernel_h, kernel_w) float64."""
    about: str
    """What it is for."""
    finds: str
    """What it answers strongly to."""

    def __post_init__(self) -> None:
        check_kernel(self.values, self.name)

    @property
    def size(self) -> tuple[int, int]:
        """(h, w)."""
        h, w = self.values.shape
        return h, w

    @property
    def total(self) -> float:
        """The sum of its numbers: what a flat area is multiplied by."""
        return math.fsum(self.values.flatten().tolist())

    @property
    def sums_to(self) -> str:
        """The sum in words: what becomes of a flat area."""
        slack = 1e-12 * float(self.values.abs().sum())
        if abs(self.total) <= slack:
            return "0: flat areas vanish"
        if abs(self.total - 1) <= slack:
            return "1: brightness is kept"
        return f"{self.total:.6g}"


def check_kernel(values: Tensor, name: str = "the kernel") -> None:
    """`BadValue` unless `values` is a matrix of at least one number, all finite and none huge."""
    if values.ndim != 2 or not values.numel():
        shape = " x ".join(map(str, values.shape)) or "a single number"
        raise BadValue(f"{name} is {shape}: a kernel has rows and columns, at least 1 x 1")
    wrong = values[~(values.abs() <= LARGEST)]  # NaN is not below anything
    if len(wrong):
        raise BadValue(
            f"{name} holds {wrong[0].item():g}: a kernel's numbers are finite, -1e12 to 1e12"
        )


def rows(*numbers: Sequence[float | int]) -> Tensor:
    """A kernel (h, w) float64 of the given rows."""
    return torch.tensor(numbers, dtype=torch.float64)


def derivative(*smoothing: int) -> Tensor:
    """The step across, -1 0 1, each row weighted by `smoothing`: positive where it gets brighter.

    1 2 1 is Sobel's, 3 10 3 Scharr's, 1 1 1 Prewitt's. Transposed, it is the step down.
    """
    return torch.outer(rows(smoothing)[0], rows([-1, 0, 1])[0])


def identity(size: int) -> Tensor:
    """1 under the anchor, 0 around it: the image itself."""
    _check_above_zero(size=size)
    values = torch.zeros(size, size, dtype=torch.float64)
    values[size // 2, size // 2] = 1
    return values


def box(size: int) -> Tensor:
    """The mean of size x size pixels."""
    _check_above_zero(size=size)
    return torch.full((size, size), 1 / size**2, dtype=torch.float64)


def gaussian(size: int, sigma: float) -> Tensor:
    """A bell of `sigma` pixels cut off at size x size, summing to 1."""
    _check_above_zero(size=size, sigma=sigma)
    away = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    bell = torch.exp(-(away**2) / (2 * sigma**2))
    return torch.outer(bell, bell) / bell.sum() ** 2


def high_pass(size: int, sigma: float) -> Tensor:
    """What a Gaussian blur takes away."""
    return identity(size) - gaussian(size, sigma)


def unsharp(size: int, sigma: float, amount: float = 1.0) -> Tensor:
    """The image and `amount` of what a Gaussian blur takes away from it."""
    return identity(size) + amount * high_pass(size, sigma)


def _check_above_zero(**given: float | int) -> None:
    for name, value in given.items():
        if not value > 0:
            raise BadValue(f"{name} is {value}: it must be above 0")
