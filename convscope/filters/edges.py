"""Edges: how steep an image is at each pixel, which way it rises, and where it is steep enough."""

from dataclasses import dataclass

import torch
from torch import Tensor

from convscope.errors import BadValue
from convscope.filters.apply import correlate
from convscope.filters.catalogue import SOBEL
from convscope.shapes import FeatureMaps, Images


@dataclass(frozen=True, eq=False, kw_only=True)
class Gradient:
    """The slope of the brightness at each pixel, every channel by itself."""

    magnitude: FeatureMaps
    """The length of the arrow (x, y): 0 or more, in the image's unit times the kernel's."""
    direction: FeatureMaps
    """Where the arrow points, in radians, -pi..pi: 0 where it gets brighter to the right, pi / 2
    where it gets brighter downwards, as rows count. 0 too where there is no slope."""


def gradient(
    images: Images, kernel_x: Tensor = SOBEL, kernel_y: Tensor = SOBEL.T, border: str = "mirror"
) -> Gradient:
    """The slope of `images` (n, c, h, w) as `kernel_x` (to the right) and `kernel_y` (down) see it.

    `BadValue` where border crop leaves the two answers in different sizes.
    """
    x = correlate(images, kernel_x, border)
    y = correlate(images, kernel_y, border)
    if x.shape != y.shape:
        sizes = [" x ".join(map(str, kernel.shape)) for kernel in (kernel_x, kernel_y)]
        raise BadValue(
            f"kernels of {sizes[0]} and {sizes[1]} leave different sizes with border crop: "
            "take kernels of one size or another border, such as mirror"
        )
    return Gradient(magnitude=torch.hypot(x, y), direction=torch.atan2(y, x))


def edges(
    images: Images,
    threshold: float,
    kernel_x: Tensor = SOBEL,
    kernel_y: Tensor = SOBEL.T,
    border: str = "mirror",
) -> Tensor:
    """Where the gradient's magnitude reaches `threshold` of the image's largest: bool, as its maps.

    `threshold` is a fraction, 0..1: at 0 every slope is an edge, at 1 only the steepest. An image
    without any slope has no edges.
    """
    if not 0 <= threshold <= 1:
        raise BadValue(
            f"a threshold of {threshold} is none: it is a fraction of the largest magnitude, 0 to 1"
        )
    magnitude = gradient(images, kernel_x, kernel_y, border).magnitude
    largest = magnitude.amax((1, 2, 3), keepdim=True)
    return (magnitude >= threshold * largest) & (magnitude > 0)
