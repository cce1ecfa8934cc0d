import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from convscope.drawing.figure import LIGHT, as_bytes
from convscope.drawing.gradient import draw_gradient
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.edges import edges, gradient

PAIR = CATALOGUE["sobel-x"], CATALOGUE["sobel-y"]


@pytest.fixture
def image() -> torch.Tensor:
    """Dark left, bright right."""
    picture = torch.zeros(1, 11, 13).double()
    picture[:, :, 7:] = 200
    return picture


def named(figure, start: str):
    return next(axes for axes in figure.axes if axes.get_title().startswith(start))


def test_pair_picture_magnitude_and_direction_are_shown(image, theme, words):
    slope = gradient(image[None])
    figure = draw_gradient(image, PAIR, slope, theme=theme)
    magnitude = named(figure, "magnitude of sobel-x and sobel-y").images[0].get_array()
    assert magnitude.tolist() == slope.magnitude[0, 0].tolist()
    assert {"right", "down", "left", "up"} <= set(words(figure))
    assert not [axes for axes in figure.axes if axes.get_title().startswith("edges")]


def test_a_direction_is_a_colour_and_no_slope_the_paper(image, theme):
    upwards = image.transpose(1, 2).flip(1)  # bright above
    right = named(draw_gradient(image, PAIR, gradient(image[None]), theme=theme), "direction")
    up = named(draw_gradient(upwards, PAIR, gradient(upwards[None]), theme=theme), "direction")
    across, above = right.images[0].get_array(), up.images[0].get_array()
    assert_allclose(across[5, 7], [1, 0, 0])  # hsv begins with red
    assert_allclose(above[6, 5], [0.45, 0, 1], atol=0.02)  # three quarters round
    assert_allclose(across[5, 1], as_bytes(theme.paper) / 255)


def test_edges_are_white_and_their_threshold_is_said(image, words):
    found = edges(image[None], 0.4)
    figure = draw_gradient(image, PAIR, gradient(image[None]), found, 0.4, LIGHT)
    panel = named(figure, "edges: 0.4 of the largest magnitude or more")
    assert np.array_equal(panel.images[0].get_array(), found[0, 0].numpy())
    assert {"no edge", "edge"} <= set(words(figure))


def test_a_flat_picture_has_no_direction():
    flat = torch.full((1, 5, 7), 9.0).double()
    figure = draw_gradient(flat, PAIR, gradient(flat[None]))
    assert (named(figure, "direction").images[0].get_array() == 1).all()
