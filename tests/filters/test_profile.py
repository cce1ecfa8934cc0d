import numpy as np
import pytest
import torch
from scipy import ndimage
from torch.testing import assert_close

from convscope.errors import BadValue
from convscope.filters.apply import correlate
from convscope.filters.borders import BORDERS
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.profile import profile


@pytest.fixture
def image() -> torch.Tensor:
    return torch.randint(0, 256, (3, 11, 13), generator=torch.Generator().manual_seed(3)).double()


@pytest.mark.parametrize("row", [0, 6, 10])
def test_a_row_its_differences_and_scipys_answer_to_it(image, row):
    found = profile(image, row, CATALOGUE["course-4x4-3"].values)
    pixels, kernel = image.numpy(), CATALOGUE["course-4x4-3"].values.numpy()
    assert_close(found.intensity, image[:, row])
    assert_close(found.differences, torch.from_numpy(np.diff(pixels[:, row])))
    for channel in range(3):
        answer = ndimage.correlate(pixels[channel], kernel, mode="mirror")
        assert_close(found.response[channel], torch.from_numpy(answer[row]))
    assert (found.row, found.first) == (row, 0)


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("name", ["sobel-x", "course-4x4-1", "course-5x5-3"])
def test_the_answer_is_a_row_of_the_whole_answer(image, border, name):
    kernel = CATALOGUE[name].values
    above = kernel.shape[0] // 2 if border == "crop" else 0
    whole = correlate(image[None], kernel, border)[0]
    for row in range(whole.shape[1]):
        found = profile(image, row + above, kernel, border)
        assert_close(found.response, whole[:, row])
        assert found.first == (kernel.shape[1] // 2 if border == "crop" else 0)


@pytest.mark.parametrize(
    ("row", "border", "said"),
    [
        (11, "mirror", "row 11: the image answers in rows 0 to 10"),
        (-1, "zero", "row -1: the image answers in rows 0 to 10"),
        (1, "crop", "row 1 with border crop and a kernel of 4 rows: .* rows 2 to 9"),
        (10, "crop", "row 10 with border crop and a kernel of 4 rows: .* rows 2 to 9"),
    ],
)
def test_a_row_without_an_answer_is_refused(image, row, border, said):
    with pytest.raises(BadValue, match=said):
        profile(image, row, CATALOGUE["course-4x4-1"].values, border)


def test_an_image_has_channels_rows_and_columns():
    with pytest.raises(BadValue, match="has no rows: give"):
        profile(torch.zeros(5, 7), 0, CATALOGUE["sobel-x"].values)
