import numpy as np
import pytest
import torch

from convscope.drawing.borders import draw_borders
from convscope.drawing.figure import LIGHT
from convscope.filters.apply import correlate
from convscope.filters.borders import BORDERS, pad
from convscope.filters.catalogue import CATALOGUE

KERNEL = CATALOGUE["course-4x4-1"]


def draw(image: torch.Tensor, theme=LIGHT):
    answers = {name: correlate(image[None], KERNEL.values, name)[0] for name in BORDERS}
    figure = draw_borders(image, KERNEL, answers, theme)
    return figure, np.reshape(np.array(figure.axes[:15]), (3, 5)), answers


@pytest.fixture
def image() -> torch.Tensor:
    """Black but for its lower right corner."""
    picture = torch.zeros(1, 31, 37).double()
    picture[:, 28:, 32:] = 10.0 * torch.arange(15).reshape(3, 5)
    return picture


def test_each_border_has_a_column_with_its_name(image, theme, words):
    figure, panels, _ = draw(image, theme)
    assert [axes.get_title() for axes in panels[0]] == list(BORDERS)
    assert {"answer of course-4x4-1", "a corner, and beyond", "the answer there"} <= set(
        words(figure)
    )


def test_the_corner_where_they_differ_most_is_enlarged_with_what_the_border_adds(image):
    _, panels, answers = draw(image)
    for axes, name in zip(panels[1], BORDERS, strict=True):
        assert axes.get_xlim() == (37 - 12 - 0.5, 37 + 1 - 0.5)
        assert axes.get_ylim() == (31 + 1 - 0.5, 31 - 12 - 0.5)
        seen = pad(image[None], KERNEL.size, name)[0, 0, -13:, -13:]
        if name == "crop":
            seen = image[0, -12:, -12:]
        assert axes.images[0].get_array().tolist() == seen.tolist()
    for axes, name in zip(panels[2], BORDERS, strict=True):
        # an even kernel of 4 loses two pixels before the answer and one after it
        shown = answers[name][0, -11:, -11:] if name == "crop" else answers[name][0, -12:, -12:]
        assert axes.images[0].get_array().tolist() == shown.tolist()


def test_a_cropped_answer_lies_where_its_pixels_are(image):
    _, panels, _ = draw(image)
    assert panels[0, 4].images[0].get_extent() == [1.5, 35.5, 29.5, 1.5]
    assert panels[0, 0].images[0].get_extent() == [-0.5, 36.5, 30.5, -0.5]
    assert panels[2, 4].images[0].get_extent() == [24.5, 35.5, 29.5, 18.5]


def test_all_answers_are_on_one_scale(image):
    _, panels, answers = draw(image)
    largest = max(float(answer.abs().max()) for answer in answers.values())
    assert {axes.images[0].get_clim() for axes in panels[[0, 2]].flat} == {(-largest, largest)}
    assert {axes.images[0].get_clim() for axes in panels[1]} == {(0, 255)}


def test_of_a_small_image_all_is_shown_and_nothing_marked():
    figure, panels, _ = draw(torch.arange(35).reshape(1, 5, 7).double())
    assert panels[1, 0].get_xlim() == (-2.5, 7.5)
    assert not panels[0, 0].lines
    assert figure is not None


def test_colour_stays_colour():
    _, panels, _ = draw(torch.rand(3, 31, 37).double() * 255)
    assert panels[1, 2].images[0].get_array().shape[2] == 3
