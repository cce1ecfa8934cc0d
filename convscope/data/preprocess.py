"""From pixels to what a network sees, the same way in training, testing and prediction.

First step, `store`: channels, resize, centre crop; 8 bits stay 8 bits, and a data set keeps its
images like that. Second step, `normalize`: 0..1, minus the mean, divided by the standard deviation.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image as Picture
from torch import Tensor

from convscope.data.dataset import channel_statistics
from convscope.data.memory_map import MappedImages, blocks
from convscope.data.pixels import MOST_PIXELS
from convscope.errors import BadData, BadImage, BadValue
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
    interpolation: str = "bilinear"
    """With antialiasing."""
    border: float | None = None
    """Mean of the training images' outermost pixels, 0..1: white on black, or black on white."""

    def __call__(self, pixels: Pixels, *, invert: bool = False) -> Image:
        """The normalised image (c, h, w) of any picture; `invert` swaps dark and bright."""
        return self.normalize(self.store(pixels, invert=invert)[None])[0]

    def store(self, pixels: Pixels, *, invert: bool = False) -> Tensor:
        """First step: (c, h, w) uint8 of the network's channels and size."""
        stored = torch.from_numpy(sized(pixels, self.size, self.resize, self.channels))
        return (255 - stored if invert else stored).permute(2, 0, 1).contiguous()

    def normalize(self, images: Stored | Images) -> Images:
        """Second step: images (n, c, h, w) less the training part's mean, over its deviation.

        They come as uint8 or as floats in 0..1.
        """
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
        """Back from normalised images (n, c, h, w) to 0..1, for looking at them."""
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


def sized(pixels: Pixels, size: tuple[int, int], resize: int, channels: int) -> np.ndarray:
    """`pixels` as a data set stores them: (*size, channels), still 0..255.

    The short side becomes `resize`, antialiased, then the centre is cut out. `BadImage` where that
    would blow up a very long and thin picture beyond all memory.
    """
    picture = Picture.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    picture = picture.convert("L" if channels == 1 else "RGB")
    h, w = size
    if (picture.height, picture.width) != (h, w) or resize != min(h, w):
        picture = _resized(picture, h, w, resize)
        left, top = (picture.width - w) // 2, (picture.height - h) // 2
        picture = picture.crop((left, top, left + w, top + h))
    return np.array(picture).reshape(h, w, channels)


def _resized(picture: Picture.Image, h: int, w: int, resize: int) -> Picture.Image:
    # both sides must cover a size that is not square
    scale = resize / min(h, w) * max(h / picture.height, w / picture.width)
    covering = (max(w, round(picture.width * scale)), max(h, round(picture.height * scale)))
    if covering[0] * covering[1] > MOST_PIXELS:
        raise BadImage(
            f"a picture of {picture.width} x {picture.height} pixels is too long and thin for "
            f"a network that takes {w} x {h}: cut it to a part that is nearer to that shape"
        )
    return picture.resize(covering, Picture.Resampling.BILINEAR)


def fit_preprocessing(
    images: Stored | MappedImages, normalization: str = "fitted"
) -> Preprocessing:
    """The preprocessing that `normalization` names, for a training part `images` (n, c, h, w)."""
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
    )


def border_brightness(images: Stored | MappedImages) -> float:
    """Mean of the outermost pixels of `images` (n, c, h, w), 0..1."""
    total, count = 0, 0
    for block in blocks(images):
        for edge in (block[:, :, [0, -1], :], block[:, :, 1:-1, [0, -1]]):
            total, count = total + int(edge.sum(dtype=torch.int64)), count + edge.numel()
    return total / count / 255
