"""Small pictures inside a page, each once, as long as there is room."""

import base64
import io

from PIL import Image as Picture

from convscope.data.pixels import as_picture
from convscope.shapes import Pixels

SIDE = 96
"""Pixels of the longer side, at most."""
FAITHFUL = 32
"""Grey pictures up to this side are kept to the last bit: they are small, and looked at closely."""


class Album:
    """Pictures by their key, as data: addresses, up to `room` bytes in all."""

    def __init__(self, room: int) -> None:
        self.left = room
        self.pictures: dict[str, str] = {}

    def add(self, key: str, pixels: Pixels) -> str | None:
        """The key, if the picture is in the album or still has room in it."""
        if key not in self.pictures:
            address = data_address(encode_small(pixels), "webp")
            if len(address) > self.left:
                return None
            self.left -= len(address)
            self.pictures[key] = address
        return key


def encode_small(pixels: Pixels) -> bytes:
    """The bytes of a WebP file of `pixels` (h, w, 1 or 3), made smaller if they are large."""
    h, w, c = pixels.shape
    picture = as_picture(pixels)
    picture.thumbnail((SIDE, SIDE), Picture.Resampling.BILINEAR)
    return encode_webp(picture, exact=c == 1 and max(h, w) <= FAITHFUL)


def encode_webp(picture: Picture.Image, *, exact: bool) -> bytes:
    """The bytes of a WebP file: `exact` to the last bit, or as the eye sees it."""
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", lossless=exact, quality=70, method=2)
    return buffer.getvalue()


def data_address(content: bytes, kind: str) -> str:
    """`content`, a picture of that kind, as an address that holds it."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
