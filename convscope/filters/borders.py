"""What a kernel sees beyond the edge of an image."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from convscope.errors import BadValue
from convscope.lookup import lookup
from convscope.shapes import FeatureMaps

BORDERS: Mapping[str, str] = {
    "zero": "black around the image, so its rim looks like an edge",
    "extend": "the outermost pixels, repeated",
    "mirror": "the image reflected at its outermost pixels, which are not repeated",
    "wrap": "the opposite side of the image, as on a tiled wall",
    "crop": "nothing: only where the kernel lies inside the image, so the answer is smaller",
}
"""Each border, and what lies beyond the edge."""


def pad(images: Tensor, size: tuple[int, int], border: str) -> FeatureMaps:
    """`images` (n, c, h, w) with room around them for a kernel of `size` at every pixel.

    The kernel's anchor is `k // 2`, as in OpenCV and SciPy: `k // 2` rows and columns come before,
    `k - 1 - k // 2` after. Where they are more than the image has, it is mirrored or wrapped again.
    `crop` adds nothing. `UnknownName` for another border; `BadValue` for images that are not
    floats (n, c, h, w), and for a kernel larger than the image that it has to lie in.
    """
    _check_images(images)
    lookup(BORDERS, border, "border")
    if border == "crop":
        _check_fit(size, images)
        return images
    (top, bottom), (left, right) = (_room(side) for side in size)
    if border == "zero":
        return F.pad(images, [left, right, top, bottom])
    return _surrounded(_surrounded(images, 3, left, right, border), 2, top, bottom, border)


def _room(side: int) -> tuple[int, int]:
    """How many pixels a kernel of `side` covers (before, after) the one under its anchor."""
    return side // 2, side - 1 - side // 2


def _surrounded(images: Tensor, axis: int, before: int, after: int, border: str) -> Tensor:
    side = images.shape[axis]
    first = _places(torch.arange(-before, 0), side, border).to(images.device)
    last = _places(torch.arange(side, side + after), side, border).to(images.device)
    outside = images.index_select(axis, first), images.index_select(axis, last)
    return torch.cat([outside[0], images, outside[1]], axis)


def _places(places: Tensor, side: int, border: str) -> Tensor:
    """Which pixels of `side` are seen at `places` outside of it."""
    if border == "extend":
        return places.clamp(0, side - 1)
    if border == "wrap":
        return places.remainder(side)
    period = max(2 * (side - 1), 1)  # to the far end and back
    there = places.remainder(period)
    return torch.minimum(there, period - there)


def _check_images(images: Tensor) -> None:
    if images.ndim != 4 or not images.is_floating_point() or not images.numel():
        raise BadValue(
            f"images of shape {tuple(images.shape)} and {images.dtype} cannot be filtered: "
            "floats (n, c, h, w) can, and not empty ones"
        )


def _check_fit(size: tuple[int, int], images: Tensor) -> None:
    h, w = images.shape[2:]
    if size[0] > h or size[1] > w:
        raise BadValue(
            f"a kernel of {size[0]} x {size[1]} does not fit into an image of {h} x {w} with "
            "border crop: take a smaller kernel or another border, such as mirror"
        )
