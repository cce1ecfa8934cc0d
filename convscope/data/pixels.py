"""A picture's file, bytes or array -> pixels: (h, w, c) uint8, upright, one frame, no alpha."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image as Picture
from PIL import ImageOps, UnidentifiedImageError

from convscope.errors import BadImage
from convscope.shapes import Pixels

MOST_PIXELS = 50_000_000
"""A larger picture is refused from its header, before anything is decoded."""

TOO_LARGE = f"at most {MOST_PIXELS // 10**6} million pixels are read, make it smaller first"

ORIENTATION = 0x0112
"""The EXIF tag that says how the camera was held."""
SIDEWAYS = (5, 6, 7, 8)
"""Its values that exchange width and height."""

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm")
"""How the file names end that a folder is searched for."""


def read_pixels(source: str | Path | bytes | np.ndarray) -> Pixels:
    """Pixels (h, w, c) of a picture: c = 1 if it is grey, else 3.

    EXIF orientation is applied, transparency is laid over white, 16 bits become 8 by / 257, the
    first frame stands for all. An array is taken as it is: (h, w) or (h, w, 1 or 3), uint8.
    `BadImage` names what cannot be read.
    """
    if isinstance(source, np.ndarray):
        return _checked_array(source)
    with open_picture(source) as picture:
        return _upright(picture)


@contextmanager
def open_picture(source: str | Path | bytes) -> Iterator[Picture.Image]:
    """The picture, its header read; inside, whatever fails to decode becomes a `BadImage`."""
    name = "the picture" if isinstance(source, bytes) else str(source)
    try:
        with warnings.catch_warnings():
            # Pillow warns of odd metadata; what counts is whether it decodes
            warnings.simplefilter("ignore")
            file = io.BytesIO(source) if isinstance(source, bytes) else source
            with Picture.open(file) as picture:
                _check_size(picture, name)
                yield picture
    except FileNotFoundError as error:
        raise BadImage(f"{name} does not exist: check the path") from error
    except UnidentifiedImageError as error:
        if _is_empty(source):
            raise BadImage(f"{name} is empty: copy it again") from error
        raise BadImage(
            f"{name} is not a picture that can be read: PNG, JPEG, BMP, GIF, TIFF and WebP can"
        ) from error
    except Picture.DecompressionBombError as error:  # Pillow's own limit comes before ours
        raise BadImage(f"{name}: {TOO_LARGE}") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise BadImage(
            f"{name} cannot be read ({str(error).rstrip('.')}): it may be cut off or damaged"
        ) from error


def _is_empty(source: str | Path | bytes) -> bool:
    return not source if isinstance(source, bytes) else Path(source).stat().st_size == 0


def is_grey(picture: Picture.Image) -> bool:
    """Whether its pixels will have one channel, as its header tells."""
    return picture.mode in ("1", "L", "LA", "La") or picture.mode[0] in "IF"


def upright_size(picture: Picture.Image) -> tuple[int, int]:
    """(width, height) that its pixels will have, turned as its EXIF orientation says."""
    w, h = picture.size
    return (h, w) if picture.getexif().get(ORIENTATION, 1) in SIDEWAYS else (w, h)


def find_pictures(folder: Path) -> list[Path]:
    """The picture files in `folder` and below, by their suffix, in the order of their paths."""
    found = sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    if not found:
        raise BadImage(
            f"{folder} holds no pictures: files ending in {', '.join(SUFFIXES)} are looked for"
        )
    return found


def as_picture(pixels: Pixels) -> Picture.Image:
    """`pixels` (h, w, 1 or 3) as Pillow has them."""
    return Picture.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)


def encode_png(pixels: Pixels) -> bytes:
    """The bytes of a PNG file of `pixels` (h, w, 1 or 3)."""
    buffer = io.BytesIO()
    as_picture(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _check_size(picture: Picture.Image, name: str) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise BadImage(f"{name} has {picture.width} x {picture.height} pixels: {TOO_LARGE}")


def _upright(picture: Picture.Image) -> Pixels:
    picture.seek(0)
    turned = ImageOps.exif_transpose(picture)
    if turned.mode.startswith("I") or turned.mode == "F":
        return _eight_bits(np.asarray(turned))
    if turned.has_transparency_data:
        over_white = Picture.new("RGBA", turned.size, "white")
        over_white.alpha_composite(turned.convert("RGBA"))
        grey = turned.mode in ("LA", "L", "1")
        turned = over_white.convert("L" if grey else "RGB")
    pixels = np.asarray(turned.convert("L" if turned.mode in ("L", "1") else "RGB"))
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


def _eight_bits(values: np.ndarray) -> Pixels:
    """Grey of 16 or 32 bits, or of floats in 0..1, as 0..255."""
    scaled = values * 255.0 if values.dtype.kind == "f" else values / 257.0
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)[:, :, None]


def _checked_array(array: np.ndarray) -> Pixels:
    pixels = array[:, :, None] if array.ndim == 2 else array
    if (
        pixels.ndim != 3
        or pixels.shape[2] not in (1, 3)
        or pixels.dtype != np.uint8
        or 0 in pixels.shape
    ):
        raise BadImage(
            f"an array of shape {array.shape} and type {array.dtype} is no picture: "
            "(h, w), (h, w, 1) or (h, w, 3) of uint8 is"
        )
    return pixels
