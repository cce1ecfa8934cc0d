"""Many thumbnails as one picture, as small as its room asks for."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image as Picture
from PIL import ImageOps

from convscope.data.pixels import as_picture
from convscope.prediction.pictures import Pictures
from convscope.reporting.album import FAITHFUL, data_address, encode_webp

SIDES = (96, 72, 56, 48, 40, 32, 28, 24, 16, 8)
MOST_PIXELS = 4_500_000
"""Of one sheet: a phone has to hold it unpacked."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Square thumbnails, row by row, in a WebP file as a data: address."""

    address: str
    side: int
    columns: int


def thumbnail_sheet(pictures: Pictures, room: int) -> Sheet:
    """All of `pictures` in their order, the centre square of each, in up to `room` bytes."""
    n, largest = len(pictures), SIDES[0]
    thumbnails = [_square(pictures.pixels(i), largest) for i in range(n)]
    native = max(thumbnail.width for thumbnail in thumbnails)
    exact = native <= FAITHFUL and all(thumbnail.mode == "L" for thumbnail in thumbnails)
    sides = [side for side in SIDES if side < native and n * side**2 <= MOST_PIXELS]
    if n * native**2 <= MOST_PIXELS:
        sides.insert(0, native)
    for side in sides[:-1]:
        sheet = _sheet(thumbnails, side, exact)
        if len(sheet.address) <= room:
            return sheet
    return _sheet(thumbnails, sides[-1], exact=False)


def _sheet(thumbnails: Sequence[Picture.Image], side: int, exact: bool) -> Sheet:
    columns = math.ceil(math.sqrt(len(thumbnails)))
    rows = math.ceil(len(thumbnails) / columns)
    page = Picture.new("RGB", (columns * side, rows * side))
    for i, thumbnail in enumerate(thumbnails):
        resized = thumbnail.resize((side, side), Picture.Resampling.BILINEAR)
        page.paste(resized, (i % columns * side, i // columns * side))
    address = data_address(encode_webp(page, exact=exact), "webp")
    return Sheet(address=address, side=side, columns=columns)


def _square(pixels: np.ndarray, largest: int) -> Picture.Image:
    """The centre square of (h, w, 1 or 3) pixels, of a side of `largest` at most."""
    picture = as_picture(pixels)
    side = min(largest, *picture.size)
    return ImageOps.fit(picture, (side, side), Picture.Resampling.BILINEAR)
