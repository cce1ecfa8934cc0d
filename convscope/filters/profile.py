"""One row of an image as three curves: how bright, how that changes, what a kernel answers."""

from dataclasses import dataclass

from torch import Tensor

from convscope.errors import BadValue
from convscope.filters.apply import correlate
from convscope.filters.borders import pad


@dataclass(frozen=True, eq=False, kw_only=True)
class Profile:
    """A row of an image, every channel by itself."""

    row: int
    intensity: Tensor
    """(c, w), in the image's unit."""
    differences: Tensor
    """(c, w - 1): each pixel less the one left of it, so number i lies between i and i + 1."""
    response: Tensor
    """(c, w): the kernel's answers along the row; with border crop (c, w - kernel_w + 1)."""
    first: int
    """The column of the first answer: 0, with border crop `kernel_w // 2`."""


def profile(image: Tensor, row: int, kernel: Tensor, border: str = "mirror") -> Profile:
    """The `row` of `image` (c, h, w), and what `kernel` answers along it.

    `BadValue` where there is no such row, or with border crop no answer in it.
    """
    if image.ndim != 3:
        raise BadValue(f"an image of shape {tuple(image.shape)} has no rows: give (c, h, w)")
    kernel_h, kernel_w = kernel.shape[-2:]
    padded = pad(image[None], (kernel_h, kernel_w), border)
    above = kernel_h // 2 if border == "crop" else 0
    rows = range(above, above + padded.shape[2] - kernel_h + 1)
    if row not in rows:
        lost = f" with border crop and a kernel of {kernel_h} rows" if row in _rows(image) else ""
        raise BadValue(f"row {row}{lost}: the image answers in rows {rows[0]} to {rows[-1]}")
    band = padded[:, :, row - above : row - above + kernel_h]
    return Profile(
        row=row,
        intensity=image[:, row],
        differences=image[:, row].diff(),
        response=correlate(band, kernel, "crop")[0, :, 0],
        first=kernel_w // 2 if border == "crop" else 0,
    )


def _rows(image: Tensor) -> range:
    return range(image.shape[1])
