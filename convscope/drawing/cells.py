"""Cells, numbers and words on a page of pixels: what the frames of a film are made of."""

from functools import cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from convscope.drawing.figure import Theme, as_bytes
from convscope.drawing.numbers import ink_on, short

READABLE = 7
"""Pixels of a number's height, at least."""
GREYS, TINTS = 128, 62
"""Colours of a film: greys, and those between the paper and each of the two signs."""

Spot = tuple[int, int]
"""(x, y) of an upper left corner, in pixels."""


def new_page(width: int, height: int, theme: Theme) -> Picture.Image:
    """An empty page of the theme's paper."""
    return Picture.new("RGB", (width, height), theme.paper)


def put_cells(page: Picture.Image, spot: Spot, colours: np.ndarray, cell: int) -> None:
    """Squares of `cell` pixels in `colours` (h, w, 3)."""
    large = colours.repeat(cell, 0).repeat(cell, 1)
    page.paste(Picture.fromarray(np.ascontiguousarray(large)), spot)


def put_numbers(
    page: Picture.Image,
    spot: Spot,
    values: np.ndarray,
    colours: np.ndarray,
    cell: int,
    theme: Theme,
) -> None:
    """`values` (h, w), each in a square of its colour, with lines between."""
    h, w = values.shape
    put_cells(page, spot, colours, cell)
    pen = ImageDraw.Draw(page)
    for i in range(h + 1):
        pen.line(
            [(spot[0], spot[1] + i * cell), (spot[0] + w * cell, spot[1] + i * cell)], theme.frame
        )
    for i in range(w + 1):
        pen.line(
            [(spot[0] + i * cell, spot[1]), (spot[0] + i * cell, spot[1] + h * cell)], theme.frame
        )
    words = [[short(value) for value in row] for row in values.tolist()]
    longest = max(len(word) for line in words for word in line)
    size = max(READABLE, int(min(cell / 3, cell / (0.64 * longest))))
    for row, line in enumerate(words):
        for column, word in enumerate(line):
            middle = spot[0] + (column + 0.5) * cell, spot[1] + (row + 0.5) * cell
            ink = ink_on(colours[row, column])
            pen.text(middle, word, ink, _font(size), anchor="mm")


def put_words(
    page: Picture.Image, spot: Spot, words: str, colour: str, size: int = 15, bold: bool = False
) -> None:
    """One line of text."""
    ImageDraw.Draw(page).text(spot, words, colour, _font(size, bold))


def put_outline(
    page: Picture.Image, spot: Spot, width: int, height: int, colour: str, line: int = 2
) -> None:
    """A rectangle's outline, around the pixels from `spot` on."""
    left, top = spot[0] - line, spot[1] - line
    right, bottom = spot[0] + width + line - 1, spot[1] + height + line - 1
    ImageDraw.Draw(page).rectangle((left, top, right, bottom), outline=colour, width=line)


class Palette:
    """The colours of a film, the same for all of its frames, so that nothing flickers.

    There are fewer than 256: one is left for "as in the frame before".
    """

    def __init__(self, theme: Theme) -> None:
        greys = np.linspace(0, 255, GREYS)[:, None].repeat(3, 1)
        paper = as_bytes(theme.paper).astype(float)
        share = np.linspace(0, 1, TINTS)[:, None]
        signs = [paper + share * (as_bytes(end) - paper) for end in (theme.train, theme.validation)]
        colours = np.concatenate([*signs, as_bytes(theme.frame)[None], greys])
        self.colours = colours.round().astype(np.int32)
        self._places = np.full(1 << 24, -1, np.int16)

    def page(self, picture: Picture.Image) -> Picture.Image:
        """`picture` with each colour replaced by the nearest of the palette."""
        red, green, blue = np.moveaxis(np.asarray(picture).astype(np.int32), 2, 0)
        codes = red << 16 | green << 8 | blue
        new = np.unique(codes[self._places[codes] < 0])
        parts = np.stack([new >> 16, new >> 8 & 255, new & 255], 1)
        far = ((parts[:, None] - self.colours) ** 2).sum(2)
        self._places[new] = far.argmin(1)
        page = Picture.fromarray(self._places[codes].astype(np.uint8), "P")
        page.putpalette(self.colours.astype(np.uint8).ravel().tolist())
        return page


@cache
def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name), size)
