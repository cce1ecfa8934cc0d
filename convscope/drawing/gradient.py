"""The slope of a picture: how steep, which way it gets brighter, and where it is an edge."""

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from convscope.drawing.axes import one_line
from convscope.drawing.figure import LIGHT, Theme, as_bytes
from convscope.drawing.filtered import WIDTH
from convscope.drawing.numbers import as_numbers, kernel_side, write_kernel
from convscope.drawing.shades import (
    BEYOND,
    add_bar,
    frame,
    place_height,
    reduced,
    roomy_figure,
    show_values,
)
from convscope.filters.edges import Gradient
from convscope.filters.kernels import Kernel

ROUND = colormaps["hsv"]
"""A colour for each direction: the way round ends where it began."""
WORDS = dict(
    zip(np.linspace(0, 2 * np.pi, 5), ("right", "down", "left", "up", "right"), strict=True)
)
"""Radians, as `Gradient.direction` has them, and what they are called."""


def draw_gradient(
    image: Tensor,
    pair: tuple[Kernel, Kernel],
    slope: Gradient,
    edges: Tensor | None = None,
    threshold: float = 0.0,
    theme: Theme = LIGHT,
) -> Figure:
    """`image` (1, h, w) in 0..255, the pair of kernels, and the `slope` (1, 1, h, w) they see.

    Directions are colours, the stronger the steeper. `edges` (1, 1, h, w) of bool are what is
    left at `threshold`.
    """
    side = max(kernel_side(kernel) for kernel in pair)
    figure, places = _places(side, place_height(image), edges is None, theme)
    for axes, kernel in zip(places[:2], pair, strict=True):
        write_kernel(axes, kernel, theme)
    show_values(places[2], image, "the picture", theme, scale=(0, 255))
    names = " and ".join(one_line(kernel.name) for kernel in pair)
    show_values(places[3], slope.magnitude[0], f"magnitude of {names}", theme)
    _show_direction(places[4], slope, theme)
    if edges is not None:
        title = f"edges: {threshold:g} of the largest magnitude or more"
        show_values(places[5], edges[0].double(), title, theme, scale=(0, 1), bar=False)
        add_bar(places[5], (0, 1), theme, ticks={0: "no edge", 1: "edge"})
    return figure


def _places(side: float, tall: float, in_a_row: bool, theme: Theme) -> tuple[Figure, list[Axes]]:
    """Two places for kernels below each other; beside them three for pictures, or two by two."""
    width = 0.8 * WIDTH if in_a_row else WIDTH
    height = max(width * tall + 0.8, 2 * side + 1.2) if in_a_row else 2 * (width * tall + 0.8)
    widths = (side, width, width, width) if in_a_row else (side, width, width)
    figure = roomy_figure(sum(widths) + 0.4, height, theme)
    grid = figure.add_gridspec(2, len(widths), width_ratios=widths)
    left = [grid[0, 0], grid[1, 0]]
    right = (
        [grid[:, 1], grid[:, 2], grid[:, 3]]
        if in_a_row
        else [grid[0, 1], grid[0, 2], grid[1, 1], grid[1, 2]]
    )
    return figure, [figure.add_subplot(place) for place in (*left, *right)]


def _show_direction(axes: Axes, slope: Gradient, theme: Theme) -> None:
    across = slope.magnitude[0] * slope.direction[0].cos()
    down = slope.magnitude[0] * slope.direction[0].sin()
    across, down = as_numbers(reduced(across)[0]), as_numbers(reduced(down)[0])
    magnitude = np.hypot(across, down)
    steepest = np.quantile(magnitude, 1 - BEYOND) or 1
    share = np.sqrt((magnitude / steepest).clip(0, 1))  # weak slopes keep a tint
    colours = _coloured(np.arctan2(down, across), share, theme)
    axes.imshow(colours, interpolation="antialiased")
    frame(axes, "direction in which it gets brighter", theme)
    add_bar(axes, (0, 2 * np.pi), theme, shades="hsv", ticks=WORDS)


def _coloured(direction: np.ndarray, share: np.ndarray, theme: Theme) -> np.ndarray:
    """Radians (h, w) as colours (h, w, 3), each its share of the way from the paper."""
    colours = ROUND(direction / (2 * np.pi) % 1)[..., :3]
    paper = as_bytes(theme.paper) / 255
    return paper + share[..., None] * (colours - paper)
