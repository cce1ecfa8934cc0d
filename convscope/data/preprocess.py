"""From pixels to what a network sees, the same way in training, testing and prediction.

First step, `store`: channels, resize, centre crop; 8 bits stay 8 bits, and a data set keeps its
images like that. Second step, `normalize`: 0..1, minus the mean, divided by the standard deviation,
and, if the recipe asks for it, every pixel moved to another place, the same in all images.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from PIL import Image as Picture
from torch import Tensor

from convscope.data.dataset import channel_statistics
from convscope.data.memory_map import MappedImages, blocks
from convscope.data.pixels import MOST_PIXELS, as_picture
from convscope.data.placement import Placement, place
from convscope.errors import BadData, BadImage, BadValue
from convscope.seed import number
from convscope.shapes import Image, Images, Pixels, Stored

NORMALIZATIONS = ("fitted", "0..1", "-1..1")
"""What a recipe may ask for: mean and deviation of the training part, or fixed ranges."""


@dataclass(frozen=True, kw_only=True)
class Preprocessing:
    """What is done to every picture before a network sees it; it travels with the model."""

    size: tuple[int, int]
    """(h, w) that the network takes."""
    resize: int
    """Length of the picture's short side before the centre crop to `size`."""
    channels: int
    """1 (grey) or 3 (red, green, blue)."""
    mean: tuple[float, ...]
    std: tuple[float, ...]
    """Of each channel, on the scale 0..1."""
    crop: str = "center"
    """center: the middle is cut out; pad: nothing is lost, the edges are drawn out to `size`."""
    interpolation: str = "bilinear"
    """With antialiasing."""
    border: float | None = None
    """Mean of the training images' outermost pixels, 0..1: white on black, or black on white."""
    permutation: int | None = None
    """The number that one fixed permutation of the pixels is drawn from; None: they stay."""

    def __call__(self, pixels: Pixels, *, invert: bool = False) -> Image:
        """The normalised image (c, h, w) of any picture; `invert` swaps dark and bright."""
        return self.normalize(self.store(pixels, invert=invert)[None])[0]

    def store(self, pixels: Pixels, *, invert: bool = False) -> Tensor:
        """First step: (c, h, w) uint8 of the network's channels and size."""
        stored = torch.from_numpy(sized(pixels, self.size, self.resize, self.channels, self.crop))
        return (255 - stored if invert else stored).permute(2, 0, 1).contiguous()

    def placement(self, width: int, height: int) -> Placement:
        """Where a picture of that width and height lies in the image that `store` makes of it."""
        return place(width, height, self.size, self.resize, self.crop)

    def normalize(self, images: Stored | Images) -> Images:
        """Second step: images (n, c, h, w) less the training part's mean, over its deviation.

        They come as uint8 or as floats in 0..1; a permutation moves their pixels here, after any
        augmentation.
        """
        if self.permutation is not None:
            images = _rearranged(images, pixel_order(self.permutation, images.shape[2:].numel()))
        w, unit = images.shape[3], 255 if images.dtype == torch.uint8 else 1
        mean = torch.tensor(self.mean, dtype=torch.float64)
        std = torch.tensor(self.std, dtype=torch.float64)
        scale = (1 / (std * unit)).float().repeat(w).to(images.device)
        shift = (-mean / std).float().repeat(w).to(images.device)
        # with channels last, a row of pixels is one stretch of memory: one multiply-add along it
        rows = images.permute(0, 2, 3, 1).float().flatten(2)  # (n, h, w * c)
        normalized = torch.addcmul(shift, rows, scale)
        return normalized.unflatten(2, (w, len(self.mean))).permute(0, 3, 1, 2)

    def restore(self, images: Images) -> Images:
        """Back from normalised images (n, c, h, w) to 0..1, each pixel at its own place again."""
        if self.permutation is not None:
            order = pixel_order(self.permutation, images.shape[2:].numel())
            images = _rearranged(images, order.argsort())
        mean = torch.tensor(self.mean, device=images.device).view(-1, 1, 1)
        std = torch.tensor(self.std, device=images.device).view(-1, 1, 1)
        return images.mul(std).add_(mean).clamp_(0, 1)

    def looks_inverted(self, stored: Tensor) -> bool:
        """Whether the border of `stored` (c, h, w) is bright and the training images' dark.

        Or the other way round; never where their border is neither.
        """
        if self.border is None or 0.25 < self.border < 0.75:
            return False
        return abs(border_brightness(stored[None]) - self.border) > 0.5

    def to_json(self) -> dict[str, Any]:
        """The fields, as config.json holds them."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Preprocessing":
        """The inverse of `to_json`."""
        lists = {name: tuple(fields[name]) for name in ("size", "mean", "std")}
        return cls(**{**fields, **lists})


def sized(
    pixels: Pixels, size: tuple[int, int], resize: int, channels: int, crop: str = "center"
) -> np.ndarray:
    """`pixels` as a data set stores them: (*size, channels), still 0..255.

    The short side becomes `resize`, antialiased, then the centre is cut out; with a `crop` of "pad"
    the long side fits, and the edges are drawn out. `BadImage` where that would blow up a very long
    and thin picture beyond all memory.
    """
    picture = as_picture(pixels)
    picture = picture.convert("L" if channels == 1 else "RGB")
    h, w = size
    if (picture.height, picture.width) != (h, w) or (resize != min(h, w) and crop != "pad"):
        placement = place(picture.width, picture.height, size, resize, crop)
        left, top = placement.corner
        picture = _resized(picture, placement, h, w)
        if crop == "pad":
            across, down = (left, w - left - picture.width), (top, h - top - picture.height)
            widths = [down, across, (0, 0)]
            return np.pad(np.array(picture).reshape(*picture.size[::-1], channels), widths, "edge")
        picture = picture.crop((-left, -top, w - left, h - top))
    return np.array(picture).reshape(h, w, channels)


def _resized(picture: Picture.Image, placement: Placement, h: int, w: int) -> Picture.Image:
    if placement.covered[0] * placement.covered[1] > MOST_PIXELS:
        raise BadImage(
            f"a picture of {picture.width} x {picture.height} pixels is too long and thin for "
            f"a network that takes {w} x {h}: cut it to a part that is nearer to that shape"
        )
    return picture.resize(placement.covered, Picture.Resampling.BILINEAR)


@lru_cache(maxsize=8)
def pixel_order(permutation: int, count: int) -> Tensor:
    """(count,) which of `count` pixels comes to each place; `permutation` alone decides it."""
    # sorted by hashes: a model on disk must not depend on a library's random generator
    key = {place: number("pixel order", permutation, place) for place in range(count)}
    return torch.tensor(sorted(key, key=key.__getitem__))


def fit_preprocessing(
    images: Stored | MappedImages, normalization: str = "fitted", permutation: int | None = None
) -> Preprocessing:
    """The preprocessing that `normalization` names, for a training part `images` (n, c, h, w).

    With `permutation` every image's pixels are moved as `pixel_order` says.
    """
    c, h, w = images.shape[1:]
    if c not in (1, 3):
        raise BadData(
            f"images of {c} channels: 1 (grey) or 3 (red, green, blue) can be learned from"
        )
    ranges = {"0..1": (0.0, 1.0), "-1..1": (0.5, 0.5)}
    if normalization == "fitted":
        mean, std = channel_statistics(images)
        std = [deviation or 1.0 for deviation in std]  # a channel that is the same everywhere
    elif normalization in ranges:
        mean, std = ([value] * c for value in ranges[normalization])
    else:
        raise BadValue(f"normalization {normalization!r}: it can be {', '.join(NORMALIZATIONS)}")
    return Preprocessing(
        size=(h, w),
        resize=min(h, w),
        channels=c,
        mean=tuple(mean),
        std=tuple(std),
        border=border_brightness(images),
        permutation=permutation,
    )


def border_brightness(images: Stored | MappedImages) -> float:
    """Mean of the outermost pixels of `images` (n, c, h, w), 0..1."""
    total, count = 0, 0
    for block in blocks(images):
        for edge in (block[:, :, [0, -1], :], block[:, :, 1:-1, [0, -1]]):
            total, count = total + int(edge.sum(dtype=torch.int64)), count + edge.numel()
    return total / count / 255


def _rearranged(images: Tensor, order: Tensor) -> Tensor:
    """`images` (n, c, h, w) with pixel number `order[i]` (h * w,) at place i, in every channel."""
    moved = images.flatten(2).index_select(2, order.to(images.device))
    return moved.unflatten(2, images.shape[2:])
