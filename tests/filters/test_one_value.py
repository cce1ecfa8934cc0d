import pytest
import torch

from convscope.errors import BadValue
from convscope.filters.apply import correlate
from convscope.filters.borders import BORDERS
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.one_value import one_value


@pytest.fixture
def image() -> torch.Tensor:
    return torch.randint(0, 256, (3, 11, 13), generator=torch.Generator().manual_seed(5)).double()


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("name", ["sobel-x", "course-4x4-1", "gaussian-5"])
def test_the_products_of_a_pixel_add_up_to_its_answer(image, border, name):
    kernel = CATALOGUE[name].values
    answers = correlate(image[None], kernel, border)[0]
    above, before = (side // 2 if border == "crop" else 0 for side in kernel.shape)
    for channel, row, column in [(0, 0, 0), (1, -1, -1), (2, 3, 5), (1, 0, -1)]:
        row, column = row % answers.shape[1], column % answers.shape[2]
        at = row + above, column + before
        worked = one_value(image, kernel, border, at=at, channel=channel)
        assert worked.total == pytest.approx(float(answers[channel, row, column]))
        assert float((worked.patch * worked.filter).sum()) == pytest.approx(worked.total)
        assert worked.at == (0, 0, *at)
        assert worked.channels == range(channel, channel + 1)


def test_rows_and_columns_are_the_images_own_and_may_lie_beyond_it(image):
    worked = one_value(image, CATALOGUE["course-4x4-1"].values, "mirror", at=(0, 12))
    assert (worked.rows, worked.columns) == (range(-2, 2), range(10, 14))
    assert worked.patch[0].tolist() == image[0][[2, 1, 0, 1]][:, [10, 11, 12, 11]].tolist()
    assert worked.inside.all()
    assert "rows -2..1, columns 10..13" in worked.text


def test_with_border_zero_what_lies_beyond_is_padding(image):
    worked = one_value(image, CATALOGUE["sobel-x"].values, "zero", at=(0, 0))
    assert worked.inside.tolist() == [[False] * 3, [False, True, True], [False, True, True]]
    assert "5 of 9 pixels are padding, read as 0" in worked.text


@pytest.mark.parametrize(
    ("at", "border", "said"),
    [
        ((11, 0), "mirror", "pixel 11,0: .* rows 0 to 10 and columns 0 to 12"),
        ((0, -1), "wrap", "pixel 0,-1: .* rows 0 to 10 and columns 0 to 12"),
        ((0, 5), "crop", "pixel 0,5: with border crop .* rows 2 to 9 and columns 2 to 11"),
        ((5, 12), "crop", "pixel 5,12: with border crop .* rows 2 to 9 and columns 2 to 11"),
    ],
)
def test_a_pixel_without_an_answer_is_refused(image, at, border, said):
    with pytest.raises(BadValue, match=said):
        one_value(image, CATALOGUE["course-4x4-1"].values, border, at=at)


def test_a_channel_that_is_not_there_is_refused(image):
    with pytest.raises(BadValue, match="has no channel 3"):
        one_value(image, CATALOGUE["sobel-x"].values, at=(0, 0), channel=3)
