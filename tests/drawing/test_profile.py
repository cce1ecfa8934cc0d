import pytest
import torch
from numpy.testing import assert_allclose

from convscope.drawing.profile import draw_profile
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.profile import profile


@pytest.fixture
def image() -> torch.Tensor:
    return torch.randint(0, 256, (1, 11, 53), generator=torch.Generator().manual_seed(4)).double()


def curve(axes):
    return axes.lines[1].get_xydata()  # the first line is zero


def test_the_curves_are_the_row_its_differences_and_the_answer(image, theme):
    kernel = CATALOGUE["sobel-x"]
    found = profile(image, 6, kernel.values)
    picture, *curves = draw_profile(image, found, kernel, theme).axes
    assert picture.get_title(loc="left") == "row 6"
    assert picture.lines[0].get_ydata() == [6, 6]
    intensity, differences, answer = (curve(axes) for axes in curves)
    assert_allclose(intensity[:, 1], image[0, 6])
    assert_allclose(differences, [[i + 0.5, d] for i, d in enumerate(image[0, 6].diff())])
    assert_allclose(answer[:, 1], found.response[0])


def test_every_column_is_right_below_itself(image):
    found = profile(image, 6, CATALOGUE["sobel-x"].values)
    figure = draw_profile(image, found, CATALOGUE["sobel-x"])
    figure.draw_without_rendering()
    places = {
        tuple(round(x, 6) for x in axes.transData.transform([(0, 0), (52, 0)])[:, 0])
        for axes in figure.axes
    }
    assert len(places) == 1


def test_pixels_are_squares_or_nearly(image):
    found = profile(image, 6, CATALOGUE["sobel-x"].values)
    axes = draw_profile(image, found, CATALOGUE["sobel-x"]).axes[0]
    (left, top), (right, bottom) = axes.transData.transform([(0, 0), (10, 10)])
    assert abs(right - left) == pytest.approx(abs(bottom - top))


def test_with_border_crop_the_answer_begins_at_its_first_column(image):
    kernel = CATALOGUE["course-4x4-1"]
    found = profile(image, 6, kernel.values, "crop")
    answer = curve(draw_profile(image, found, kernel).axes[3])
    assert answer[:, 0].tolist() == list(range(2, 52))


def test_of_a_tall_picture_the_rows_around_the_chosen_one_are_shown(image):
    tall = image.transpose(1, 2).contiguous()  # 53 x 11
    kernel = CATALOGUE["sobel-x"]
    for row, limits in [(0, (5.5, -0.5)), (26, (28.5, 22.5)), (52, (52.5, 46.5))]:
        axes = draw_profile(tall, profile(tall, row, kernel.values), kernel).axes[0]
        assert axes.get_ylim() == limits
    assert axes.get_title(loc="left") == "row 52; rows 47 to 52 are shown"


def test_a_single_pixel_has_no_differences(words):
    one = torch.full((1, 1, 1), 7.0).double()
    kernel = CATALOGUE["sobel-x"]
    figure = draw_profile(one, profile(one, 0, kernel.values), kernel)
    assert "answer of sobel-x" in words(figure)
    assert curve(figure.axes[2]).size == 0
