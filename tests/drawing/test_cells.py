import numpy as np
from PIL import Image as Picture

from convscope.drawing.cells import (
    Palette,
    new_page,
    put_cells,
    put_numbers,
    put_outline,
    put_words,
)
from convscope.drawing.figure import LIGHT, as_bytes
from convscope.drawing.numbers import pixel_colours, signed_colours

VALUES = np.array([[0.0, 100.0, 255.0], [7.0, 8.0, 9.0]])


def test_a_cell_is_a_square_of_its_colour():
    page = new_page(20, 12, LIGHT)
    put_cells(page, (2, 3), pixel_colours(VALUES), 4)
    pixels = np.asarray(page)
    assert (pixels[3:7, 6:10] == 100).all()
    assert (pixels[7:11, 2:6] == 7).all()
    assert (pixels[:3] == 255).all()
    assert (pixels[:, 14:] == 255).all()


def test_numbers_have_ink_in_their_cells_and_lines_between(theme):
    page = new_page(100, 70, theme)
    put_numbers(page, (0, 0), VALUES, pixel_colours(VALUES), 30, theme)
    pixels = np.asarray(page)
    assert (pixels[30, :91] == as_bytes(theme.frame)).all()
    assert (pixels[:61, 60] == as_bytes(theme.frame)).all()
    assert pixels[5:25, 5:25].max() > 200  # white on black
    assert pixels[5:25, 65:85].min() < 50  # black on white


def test_an_outline_is_around_what_it_marks():
    page = new_page(20, 20, LIGHT)
    put_outline(page, (5, 6), 7, 8, "#ff0000", 2)
    red = (np.asarray(page) == (255, 0, 0)).all(2)
    assert not red[6:14, 5:12].any()
    assert red[4:6, 3:14].all()
    assert red[14:16, 3:14].all()
    assert red.sum() == 11 * 12 - 7 * 8


def test_words_are_written_where_they_are_put(theme):
    page = new_page(120, 40, theme)
    put_words(page, (10, 10), "answer", theme.ink, bold=True)
    changed = (np.asarray(page) != as_bytes(theme.paper)).any(2)
    rows, columns = np.nonzero(changed)
    assert rows.min() >= 10
    assert rows.max() < 30
    assert 9 <= columns.min() < 14


def test_every_colour_becomes_the_nearest_of_fewer_than_256(theme):
    palette = Palette(theme)
    assert len(palette.colours) < 256
    random = np.random.default_rng(0).integers(0, 256, (11, 13, 3)).astype(np.uint8)
    page = palette.page(Picture.fromarray(random))
    shown = np.asarray(page.convert("RGB")).astype(int)
    for colour, got in zip(random.reshape(-1, 3).astype(int), shown.reshape(-1, 3), strict=True):
        far = ((palette.colours - colour) ** 2).sum(1)
        assert ((got - colour) ** 2).sum() == far.min()


def test_paper_greys_and_tints_are_kept(theme):
    palette = Palette(theme)
    greys = pixel_colours(np.linspace(0, 255, 256)[None])
    tints = signed_colours(np.linspace(-9, 9, 101)[None], theme)
    for colours in (greys, tints, as_bytes(theme.paper)[None, None]):
        shown = palette.page(Picture.fromarray(np.ascontiguousarray(colours))).convert("RGB")
        assert np.abs(np.asarray(shown).astype(int) - colours).max() <= 3
    paper = palette.page(new_page(1, 1, theme)).convert("RGB")
    assert paper.getpixel((0, 0)) == tuple(as_bytes(theme.paper).tolist())
