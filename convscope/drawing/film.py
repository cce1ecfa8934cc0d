"""The window slides over a picture, the sum beside it: a film as an animated GIF."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as Picture
from torch import Tensor

from convscope.atomic import make_folder, replacing
from convscope.drawing.axes import one_line
from convscope.drawing.cells import (
    Palette,
    new_page,
    put_cells,
    put_numbers,
    put_outline,
    put_words,
)
from convscope.drawing.few_pixels import MOST_PIXELS
from convscope.drawing.figure import LIGHT, Theme, as_bytes
from convscope.drawing.numbers import as_numbers, pixel_colours, signed_colours
from convscope.drawing.shades import Scale, scale_of
from convscope.errors import BadValue
from convscope.filters.apply import correlate
from convscope.filters.arithmetic import number
from convscope.filters.borders import pad
from convscope.filters.kernels import Kernel

LARGEST_KERNEL = 7
"""Numbers a side that can be read in a film."""
MILLISECONDS, LAST = 120, 2500
"""How long a frame stays, and the last one."""
WIDTH, MARGIN, LINE = 960, 18, 26
"""Pixels of a frame's width, around things, and of a line of text."""
TOP, HALF, SIGN = MARGIN + LINE, (WIDTH - 3 * MARGIN) // 2, 44
RIGHT = MARGIN + HALF + MARGIN
"""Where the pictures begin, how wide each may be, the room of a sign, and the second picture."""
TALLEST, LARGEST_CELL = 300, 48
"""Pixels of the pictures' height, and of a cell's side, at most."""
BEYOND = 0.4
"""How much of its own shade a pixel beyond the edge keeps."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Stage:
    """All that the frames of one film share."""

    kernel: Kernel
    padded: np.ndarray
    """The picture with its border, (h, w) in 0..255."""
    answers: np.ndarray
    """(h, w)."""
    scale: Scale
    cell: int
    """Pixels of a picture's pixel."""
    number_cell: int
    """Pixels of a number's cell."""
    background: Picture.Image
    theme: Theme


def save_film(path: Path, image: Tensor, kernel: Kernel, border: str, theme: Theme = LIGHT) -> int:
    """A GIF at `path` of `kernel` sliding over `image` (1, h, w) in 0..255; how many frames it has.

    `BadValue` for pictures of more than 144 pixels, see `few_pixels`, and large kernels.
    """
    palette = Palette(theme)
    frames = [palette.page(frame) for frame in film_frames(image, kernel, border, theme)]
    times = [MILLISECONDS] * (len(frames) - 1) + [LAST]
    make_folder(path.parent)
    with replacing(path) as part:
        frames[0].save(
            part, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0,
            optimize=True,
        )  # fmt: skip
    return len(frames)


def film_frames(
    image: Tensor, kernel: Kernel, border: str, theme: Theme = LIGHT
) -> Iterator[Picture.Image]:
    """A frame for each place of the window, in reading order."""
    if image.shape[1] * image.shape[2] > MOST_PIXELS:
        raise BadValue(f"a film of {tuple(image.shape)} is too long: {MOST_PIXELS} pixels at most")
    if max(kernel.size) > LARGEST_KERNEL:
        h, w = kernel.size
        raise BadValue(
            f"the numbers of a {h} x {w} kernel cannot be read in a film: "
            f"take one of at most {LARGEST_KERNEL} x {LARGEST_KERNEL}"
        )
    stage = _set_stage(image, kernel, border, theme)
    page = stage.background.copy()
    for row, column in np.ndindex(stage.answers.shape):
        shade = _shades(stage.answers[row : row + 1, column : column + 1], stage.scale)
        put_cells(page, _answer_spot(stage, row, column), shade, stage.cell)
        yield _frame(page.copy(), stage, row, column)


def _set_stage(image: Tensor, kernel: Kernel, border: str, theme: Theme) -> Stage:
    padded = as_numbers(pad(image[None], kernel.size, border)[0, 0])
    answers = correlate(image[None], kernel.values, border)[0]
    cell = min(LARGEST_CELL, HALF // padded.shape[1], TALLEST // padded.shape[0])
    third = (WIDTH - 2 * MARGIN - 2 * SIGN) // 3
    number_cell = min(LARGEST_CELL, third // kernel.size[1])
    height = 3 * MARGIN + 3 * LINE + cell * padded.shape[0] + number_cell * kernel.size[0]
    stage = Stage(
        kernel=kernel,
        padded=padded,
        answers=as_numbers(answers[0]),
        scale=scale_of(answers),
        cell=cell,
        number_cell=number_cell,
        background=new_page(WIDTH, height, theme),
        theme=theme,
    )
    _paint_background(stage, image.shape[1], image.shape[2], border)
    return stage


def _paint_background(stage: Stage, h: int, w: int, border: str) -> None:
    """What stays: the titles, the picture with its border, the kernel, the signs between."""
    page, theme, cell = stage.background, stage.theme, stage.cell
    beyond = "nothing beyond" if border == "crop" else f"border {border} beyond"
    put_words(page, (MARGIN, MARGIN), f"the picture, {beyond}", theme.ink)
    put_words(page, (RIGHT, MARGIN), "the answer", theme.ink)
    above, before = (0, 0) if border == "crop" else (side // 2 for side in stage.kernel.size)
    shades = pixel_colours(stage.padded).astype(float)
    paper = as_bytes(theme.paper)
    faint = (paper + BEYOND * (shades - paper)).round().astype(np.uint8)
    inside = slice(above, above + h), slice(before, before + w)
    faint[inside] = shades[inside]
    put_cells(page, (MARGIN, TOP), faint, cell)
    spot = MARGIN + before * cell, TOP + above * cell
    put_outline(page, spot, w * cell, h * cell, theme.ink, 1)
    first = _answer_spot(stage, 0, 0)
    put_outline(
        page, first, stage.answers.shape[1] * cell, stage.answers.shape[0] * cell, theme.frame, 1
    )
    top, weights = _numbers_top(stage), as_numbers(stage.kernel.values)
    _put_grid(page, stage, 1, weights, signed_colours(weights, theme), one_line(stage.kernel.name))
    middle = top + LINE + stage.kernel.size[0] * stage.number_cell // 2 - 16
    for i, sign in enumerate(("×", "=")):
        left = _grid_left(stage, i + 1) - SIGN
        put_words(page, (left + 12, middle), sign, theme.ink, 26)


def _frame(page: Picture.Image, stage: Stage, row: int, column: int) -> Picture.Image:
    """The window at one place, its numbers, and its sum."""
    (kernel_h, kernel_w), theme, cell = stage.kernel.size, stage.theme, stage.cell
    patch = stage.padded[row : row + kernel_h, column : column + kernel_w]
    products = patch * as_numbers(stage.kernel.values)
    spot = MARGIN + column * cell, TOP + row * cell
    put_outline(page, spot, kernel_w * cell, kernel_h * cell, theme.validation, 3)
    put_outline(page, _answer_spot(stage, row, column), cell, cell, theme.validation, 3)
    _put_grid(page, stage, 0, patch, pixel_colours(patch), "the pixels under the window")
    _put_grid(page, stage, 2, products, signed_colours(products, theme), "products")
    below = _numbers_top(stage) + LINE + kernel_h * stage.number_cell + 8
    words = f"row {row}, column {column} of the answer: the products add up to"
    put_words(page, (MARGIN, below), words, theme.ink)
    total = number(float(products.sum()))
    put_words(page, (_grid_left(stage, 2), below - 2), total, theme.ink, 18, bold=True)
    return page


def _put_grid(
    page: Picture.Image, stage: Stage, place: int, values: np.ndarray, colours: np.ndarray,
    title: str,
) -> None:  # fmt: skip
    """Numbers in the first, second or third place of the lower row."""
    left, top = _grid_left(stage, place), _numbers_top(stage)
    put_words(page, (left, top), title, stage.theme.ink)
    put_numbers(page, (left, top + LINE), values, colours, stage.number_cell, stage.theme)


def _grid_left(stage: Stage, place: int) -> int:
    third = (WIDTH - 2 * MARGIN - 2 * SIGN) // 3
    return MARGIN + place * (third + SIGN)


def _numbers_top(stage: Stage) -> int:
    return TOP + stage.padded.shape[0] * stage.cell + MARGIN


def _answer_spot(stage: Stage, row: int, column: int) -> tuple[int, int]:
    """Where an answer stands: as far from its corner as the window's anchor is on the left."""
    down, across = row + stage.kernel.size[0] // 2, column + stage.kernel.size[1] // 2
    return RIGHT + across * stage.cell, TOP + down * stage.cell


def _shades(answers: np.ndarray, scale: Scale) -> np.ndarray:
    low, high = scale
    return pixel_colours(255 * (answers - low) / (high - low))
