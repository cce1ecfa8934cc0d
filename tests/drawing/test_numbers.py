import numpy as np
import pytest
import torch
from matplotlib.colors import same_color

from convscope.drawing.figure import LIGHT, as_bytes, new_figure
from convscope.drawing.numbers import (
    SMALLEST,
    ink_on,
    kernel_side,
    pixel_colours,
    short,
    signed_colours,
    text_size,
    write_kernel,
    write_numbers,
)
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.kernels import Kernel, box


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (-2.0, "-2"),
        (1020.0, "1020"),
        (-417.4, "-417"),
        (0.2, "0.2"),
        (1 / 9, "0.111"),
        (1 / 16, "0.062"),
        (0.000837, "0.00084"),
        (12.345, "12.3"),
        (-1e-12, "0"),
        (3.25e9, "3.25e+09"),
    ],
)
def test_a_number_is_as_short_as_can_be(value, said):
    assert short(value) == said


def test_zero_is_the_paper_and_signs_are_two_colours(theme):
    colours = signed_colours(np.array([[-2.0, 0.0, 1.0, 2.0]]), theme).astype(int)[0]
    paper, blue, orange = (
        as_bytes(name).astype(int) for name in (theme.paper, theme.train, theme.validation)
    )
    assert colours[1].tolist() == paper.tolist()
    assert np.abs(colours[0] - (0.3 * paper + 0.7 * orange)).max() <= 1
    assert np.abs(colours[3] - (0.3 * paper + 0.7 * blue)).max() <= 1
    assert np.abs(colours[2] - (0.65 * paper + 0.35 * blue)).max() <= 1


def test_a_kernel_of_zeros_is_all_paper():
    assert (signed_colours(np.zeros((2, 3))) == 255).all()


def test_pixels_are_their_own_grey():
    colours = pixel_colours(np.array([[-3.0, 0.4, 127.6, 300.0]]))
    assert colours[0].tolist() == [[0] * 3, [0] * 3, [128] * 3, [255] * 3]


def test_ink_is_the_one_that_stands_out():
    black, yellow = np.array([0, 0, 0], np.uint8), np.array([255, 255, 0], np.uint8)
    assert (ink_on(black), ink_on(yellow)) == ("white", "black")


def test_every_number_stands_in_its_cell(theme):
    axes = new_figure(2.0, 2.0, theme).subplots()
    write_kernel(axes, CATALOGUE["course-5x5-1"], theme)
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert len(written) == 25
    assert [written[column, 2] for column in range(5)] == ["-2", "-0.2", "0", "0.2", "2"]
    assert axes.get_title() == "course-5x5-1"
    assert axes.get_xlabel() == "5 x 5, sum 0"
    assert same_color(axes.title.get_color(), theme.ink)


def test_numbers_that_could_not_be_read_are_left_out():
    large = Kernel(name="large", values=box(31), about="", finds="")
    axes = new_figure(2.0, 2.0).subplots()
    write_kernel(axes, large)
    assert not axes.texts
    assert axes.images[0].get_array().shape == (31, 31, 3)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_kernel_of_the_catalogue_can_be_read(name):
    kernel = CATALOGUE[name]
    words = [[short(value) for value in row] for row in kernel.values.tolist()]
    assert text_size(words, kernel_side(kernel) * 72 / max(kernel.size)) >= SMALLEST


def test_a_hostile_name_is_text(words):
    figure = new_figure(2.0, 2.0)
    kernel = Kernel(name="$x$\n<b>", values=torch.ones(1, 1).double(), about="", finds="")
    write_kernel(figure.subplots(), kernel)
    assert "$x$\\n<b>" in words(figure)


def test_a_wide_kernel_has_as_many_cells_as_numbers():
    axes = new_figure(2.0, 2.0).subplots()
    values = np.arange(6.0).reshape(2, 3)
    write_numbers(axes, values, signed_colours(values), 1.5, LIGHT)
    assert {text.get_position(): float(text.get_text()) for text in axes.texts} == {
        (column, row): values[row, column] for row in range(2) for column in range(3)
    }
