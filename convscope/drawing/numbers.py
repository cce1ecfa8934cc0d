"""Numbers written into the cells that they colour: a kernel, the pixels under it, the products."""

import math

import numpy as np
from matplotlib.axes import Axes
from torch import Tensor

from convscope.drawing.axes import one_line
from convscope.drawing.figure import LIGHT, Theme, as_bytes
from convscope.filters.kernels import Kernel

STRENGTH = 0.7
"""How much of its colour the largest number gets: ink stays readable on it."""
SMALLEST = 4.5
"""Points of a text that can still be read."""
LARGEST = 11.0
LONGEST_TITLE = 30


def kernel_side(kernel: Kernel) -> float:
    """Inches of a kernel's longer side: numbers can be read up to 7 x 7."""
    return 1.5 if max(kernel.size) <= 5 else 2.3


def write_kernel(
    axes: Axes, kernel: Kernel, theme: Theme = LIGHT, *, inches: float | None = None
) -> None:
    """`kernel` on axes that are `inches` wide, or `kernel_side`: its numbers, name and size."""
    values = kernel.values.numpy()
    write_numbers(axes, values, signed_colours(values, theme), inches or kernel_side(kernel), theme)
    h, w = kernel.size
    axes.set_title(one_line(kernel.name, LONGEST_TITLE), color=theme.ink, fontsize=10)
    axes.set_xlabel(f"{h} x {w}, sum {short(kernel.total)}", color=theme.quiet, fontsize=9)


def write_numbers(
    axes: Axes, values: np.ndarray, colours: np.ndarray, inches: float, theme: Theme = LIGHT
) -> None:
    """Cells of `colours` (h, w, 3) with `values` (h, w) in them, where they can be read."""
    h, w = values.shape
    axes.imshow(colours, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_color(theme.frame)
    words = [[short(value) for value in row] for row in values.tolist()]
    size = text_size(words, inches * 72 / max(h, w))
    if size < SMALLEST:
        return
    for row in range(h):
        for column in range(w):
            axes.text(
                column, row, words[row][column], color=ink_on(colours[row, column]),
                fontsize=size, ha="center", va="center",
            )  # fmt: skip
    axes.set_xticks(np.arange(1, w) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, h) - 0.5, minor=True)
    axes.tick_params(which="minor", length=0)
    axes.grid(which="minor", color=theme.frame, linewidth=0.6)


def text_size(words: list[list[str]], cell: float) -> float:
    """The size at which the longest of `words` fits into a square of `cell`, in the same unit."""
    longest = max(len(word) for row in words for word in row)
    return min(LARGEST, 0.45 * cell, cell / (0.7 * longest))


def short(value: float | int) -> str:
    """A number in as few characters as say it: whole, or with two or three digits that count."""
    if abs(value) >= 1e6:
        return f"{value:.3g}"
    near = round(value)
    if math.isclose(value, near, abs_tol=1e-9) or abs(value) >= 100:
        return str(near)
    return f"{value:.3g}" if abs(value) >= 0.1 else f"{value:.2g}"


def signed_colours(values: np.ndarray, theme: Theme = LIGHT) -> np.ndarray:
    """(h, w) -> (h, w, 3) uint8: 0 is the paper, above it turns blue, below it orange."""
    largest = np.abs(values).max() or 1.0
    paper = as_bytes(theme.paper).astype(float)
    ends = np.where(values[..., None] < 0, as_bytes(theme.validation), as_bytes(theme.train))
    share = STRENGTH * np.abs(values)[..., None] / largest
    return (paper + share * (ends - paper)).round().astype(np.uint8)


def pixel_colours(values: np.ndarray) -> np.ndarray:
    """(h, w) in 0..255 -> (h, w, 3) uint8: the grey that each stands for."""
    grey = values.round().clip(0, 255).astype(np.uint8)
    return np.broadcast_to(grey[..., None], (*grey.shape, 3))


def ink_on(colour: np.ndarray) -> str:
    """Black or white, whichever stands out from `colour` (3,) uint8."""
    return "black" if colour @ [0.299, 0.587, 0.114] > 128 else "white"


def as_numbers(values: Tensor) -> np.ndarray:
    """A tensor as the numbers to write."""
    return values.detach().cpu().double().numpy()
