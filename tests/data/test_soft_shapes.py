import math

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch.testing import assert_close

from convscope.data.soft_shapes import Canvas, smooth_noise

H, W = 61, 71


def canvas(n: int = 1) -> Canvas:
    return Canvas(torch.zeros(n, 3, H, W, dtype=torch.float64))


def numbers(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_an_ellipse_covers_its_area_and_lies_around_its_centre():
    sheet = canvas()
    angle = math.radians(30)
    axis = numbers(math.cos(angle), math.sin(angle))[None]
    shape = sheet.ellipse(numbers(35, 29)[None], axis, numbers(20), numbers(9), numbers(9))
    sheet.paint(shape, numbers(1, 0, 0.5)[None])
    red = sheet.images[0, 0]
    assert red.sum().item() == pytest.approx(math.pi * 20 * 9, rel=0.02)
    middle = ndimage.center_of_mass(red.numpy())
    assert middle == pytest.approx((29, 35), abs=0.01)
    assert_close(sheet.images[0, 2], red / 2)
    assert not sheet.images[0, 1].any()


def test_an_ellipse_may_be_higher_on_one_side():
    sheet = canvas()
    across = numbers(1, 0)[None]
    shape = sheet.ellipse(numbers(35, 30)[None], across, numbers(20), numbers(6), numbers(15))
    assert shape[0, 24, 35].item() == pytest.approx(0, abs=1e-9)
    assert shape[0, 45, 35].item() == pytest.approx(0, abs=1e-9)
    assert shape[0, 30, 55].item() == pytest.approx(0, abs=1e-9)


def test_a_line_is_as_far_as_the_nearest_of_its_points():
    start, end = numbers(12, 40), numbers(50, 15)
    distance = canvas().line(start[None], end[None], numbers(3))[0]
    steps = torch.linspace(0, 1, 2001, dtype=torch.float64)[:, None]
    on_it = start + steps * (end - start)
    for x, y in ((0, 0), (30, 30), (60, 10), (12, 45)):
        nearest = torch.linalg.vector_norm(on_it - numbers(x, y), dim=1).min() - 3
        assert distance[y, x].item() == pytest.approx(nearest.item(), abs=0.01)


def test_beyond_a_line_is_how_far_below_it():
    angle = math.radians(-20)
    axis = numbers(math.cos(angle), math.sin(angle))
    below = canvas().beyond(numbers(30, 30)[None], axis[None])[0]
    normal = numbers(-axis[1].item(), axis[0].item())
    for x, y in ((0, 0), (70, 60), (30, 31)):
        assert below[y, x].item() == pytest.approx(float((numbers(x, y) - 30) @ normal))


def test_what_is_half_opaque_covers_half():
    sheet = canvas()
    sheet.paint(torch.full((1, H, W), -9.0, dtype=torch.float64), numbers(1, 1, 1)[None], 0.5)
    assert (sheet.images == 0.5).all()


def test_noise_between_its_values_is_interpolated():
    values = torch.rand(2, 3, 4, 4, dtype=torch.float64)
    smooth = smooth_noise(values, 25)
    places = np.linspace(0, 3, 25)
    grid = np.meshgrid(places, places, indexing="ij")
    for n in range(2):
        for c in range(3):
            expected = ndimage.map_coordinates(values[n, c].numpy(), grid, order=1)
            np.testing.assert_allclose(smooth[n, c].numpy(), expected, atol=1e-9)
