import numpy as np
import pytest
import torch
from torch.testing import assert_close

from convscope.data.placement import Placement, place
from convscope.data.preprocess import sized

SIZES = [(97, 61), (61, 97), (41, 41), (13, 71), (200, 3)]


@pytest.mark.parametrize("crop", ["center", "pad"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_bright_block_is_stored_where_its_middle_is_placed(width, height, crop):
    """The centre of mass of what is stored of a block, against the place of the block's centre."""
    pixels = np.zeros((height, width, 1), np.uint8)
    reach = min(width, height) // 4
    top, left = height // 2 - reach, width // 2 - reach // 2
    bottom, right = top + max(1, reach), left + max(1, reach)
    pixels[top:bottom, left:right] = 255
    stored = sized(pixels, (37, 37), 37, 1, crop)[:, :, 0].astype(float)
    middle = torch.tensor([(left + right - 1) / 2, (top + bottom - 1) / 2])
    x, y = place(width, height, (37, 37), 37, crop).to_image(middle).tolist()
    rows, columns = np.mgrid[:37, :37]
    mass = stored.sum()
    assert (stored * columns).sum() / mass == pytest.approx(x, abs=0.2)
    assert (stored * rows).sum() / mass == pytest.approx(y, abs=0.2)


def test_pixel_centres_are_whole_numbers():
    """Twice as large: the first pixel's centre lies between the first two."""
    doubled = place(11, 11, (22, 22), 22)
    assert_close(doubled.to_image(torch.tensor([0.0, 10.0])), torch.tensor([0.5, 20.5]))
    assert_close(doubled.to_image(torch.tensor([-0.5, 10.5])), torch.tensor([-0.5, 21.5]))


@pytest.mark.parametrize("crop", ["center", "pad"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_way_back_is_the_inverse(width, height, crop):
    placement = place(width, height, (29, 29), 29, crop)
    points = torch.rand(7, 2, generator=torch.Generator().manual_seed(0)) * 50
    assert_close(placement.to_picture(placement.to_image(points)), points, atol=1e-3, rtol=0)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_padded_all_of_a_picture_is_in_the_image(width, height):
    placement = place(width, height, (31, 31), 31, "pad")
    corners = torch.tensor([[-0.5, -0.5], [width - 0.5, height - 0.5]])
    placed = placement.to_image(corners)
    assert placed.min() >= -0.5
    assert placed.max() <= 30.5
    assert max(placement.covered) == 31


def test_the_centre_is_cut_as_ever():
    assert place(97, 61, (31, 31), 31) == Placement((97, 61), (49, 31), (-9, 0))
    assert place(61, 97, (31, 31), 31, "pad") == Placement((61, 97), (19, 31), (6, 0))


def test_a_size_that_is_not_square_is_covered_by_both_sides():
    placement = place(40, 40, (20, 30), 20)
    assert placement.covered == (30, 30)
    assert placement.corner == (0, -5)
