import math

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy import ndimage
from torch import Tensor
from torch.testing import assert_close

from convscope.errors import BadValue
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.edges import edges, gradient
from convscope.filters.kernels import rows

CENTRAL = rows([-0.5, 0, 0.5])


def numbers(*shape: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_central_differences_are_numpys_gradient_inside_the_image():
    images = numbers(2, 3, 11, 13)
    down, across = np.gradient(images.numpy(), axis=(2, 3))
    found = gradient(images, CENTRAL, CENTRAL.T)
    inside = (..., slice(1, -1), slice(1, -1))
    assert_allclose(found.magnitude[inside], np.hypot(across, down)[inside])
    assert_allclose(found.direction[inside], np.arctan2(down, across)[inside])


def test_without_kernels_the_gradient_is_sobels():
    images = numbers(1, 1, 11, 13)
    expected = ndimage.generic_gradient_magnitude(images[0, 0].numpy(), ndimage.sobel, mode="wrap")
    assert_allclose(gradient(images, border="wrap").magnitude[0, 0], expected)


@pytest.mark.parametrize("degrees", [-135, -90, -30, 0, 45, 90, 180])
@pytest.mark.parametrize("name", ["sobel", "scharr", "prewitt"])
def test_a_ramp_points_where_it_gets_brighter_with_rows_counted_down(degrees, name):
    angle = math.radians(degrees)
    y, x = torch.meshgrid(torch.arange(7), torch.arange(11), indexing="ij")
    ramp = x.double() * math.cos(angle) + y.double() * math.sin(angle)
    kernels = CATALOGUE[f"{name}-x"].values, CATALOGUE[f"{name}-y"].values
    found = gradient(ramp[None, None], *kernels, border="crop")
    turns = (found.direction - angle) / math.tau
    assert_close(turns, turns.round(), atol=1e-6, rtol=0)
    assert_close(found.magnitude, torch.full_like(turns, 2 * kernels[0].clamp(0).sum().item()))


def test_a_flat_image_has_no_slope_and_no_edges():
    flat = torch.full((1, 3, 5, 7), 0.3)
    found = gradient(flat)
    assert not found.magnitude.any()
    assert not found.direction.any()
    assert not edges(flat, 0.0).any()


def test_edges_are_where_the_slope_reaches_its_share_of_each_images_largest():
    images = torch.cat([numbers(1, 3, 11, 13), 100 * numbers(1, 3, 11, 13)])
    magnitude = gradient(images, border="wrap").magnitude
    for threshold in (0.0, 0.3, 1.0):
        expected = [image >= threshold * image.max() for image in magnitude]
        assert torch.equal(edges(images, threshold, border="wrap"), torch.stack(expected))
    assert edges(images, 1.0, border="wrap").sum().item() == 2


def test_a_step_has_its_edge_on_both_sides_of_it():
    step = torch.zeros(1, 1, 5, 8)
    step[..., 4:] = 1
    assert edges(step, 0.5)[0, 0].int().tolist() == [[0, 0, 0, 1, 1, 0, 0, 0]] * 5


@pytest.mark.parametrize("threshold", [-0.1, 1.01, 50.0, math.nan])
def test_a_threshold_beyond_the_fractions_is_refused(threshold):
    with pytest.raises(BadValue, match="it is a fraction of the largest magnitude, 0 to 1"):
        edges(numbers(1, 1, 5, 7), threshold)


def test_kernels_of_two_sizes_cannot_be_cropped_to_one():
    images = numbers(1, 1, 11, 13)
    with pytest.raises(BadValue, match="kernels of 1 x 3 and 3 x 1 leave different sizes"):
        gradient(images, CENTRAL, CENTRAL.T, "crop")
