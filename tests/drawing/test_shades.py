import numpy as np
import pytest
import torch
from matplotlib.colors import same_color

from convscope.drawing.figure import new_figure
from convscope.drawing.shades import (
    MOST_DRAWN,
    add_bar,
    beyond,
    place_height,
    reduced,
    roomy_figure,
    scale_of,
    show_values,
)


def values(*numbers: float) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.float64).reshape(1, 1, -1)


@pytest.mark.parametrize(
    ("answers", "scale"),
    [
        ([values(-3, 7)], (-7, 7)),
        ([values(-9, 7)], (-9, 9)),
        ([values(0, 7)], (0, 255)),
        ([values(0, 1110)], (0, 1110)),
        ([values(0, 0)], (0, 255)),
        ([values(-1e-12, 200)], (0, 255)),
        ([values(0, 300), values(-4, 2)], (-300, 300)),
    ],
)
def test_zero_is_in_the_middle_where_anything_is_below_it(answers, scale):
    assert scale_of(*answers) == scale


def test_of_many_values_a_few_lie_beyond_the_scale():
    many = torch.linspace(-1, 1, 100_001, dtype=torch.float64).reshape(1, 1, -1)
    many[0, 0, :20] = -500
    low, high = scale_of(many)
    assert high == -low
    assert 0.99 < high < 1
    assert beyond((low, high), many) == (True, True)


def test_of_very_many_values_a_sample_tells_the_scale(monkeypatch):
    many = torch.linspace(-1, 1, 100_001, dtype=torch.float64).reshape(1, 1, -1)
    exact = scale_of(many)
    monkeypatch.setattr("convscope.drawing.shades.MOST_SORTED", 10_000)
    assert scale_of(many) == pytest.approx(exact, abs=0.001)


def test_where_most_is_zero_the_rest_is_still_seen():
    sparse = torch.zeros(1, 100, 200, dtype=torch.float64)
    sparse[0, 0, 0] = -8
    assert scale_of(sparse) == (-8, 8)


def test_rounding_at_an_end_is_not_beyond_it():
    assert beyond((0, 255), values(-1e-9, 255 + 1e-9)) == (False, False)
    assert beyond((0, 255), values(0, 10), values(-1, 256)) == (True, True)


def test_grey_values_are_drawn_from_black_to_white(theme):
    axes = new_figure(2.0, 2.0, theme).subplots()
    show_values(axes, values(-3, 0, 7), "title", theme)
    picture = axes.images[0]
    assert picture.get_array().tolist() == [[-3, 0, 7]]
    assert picture.get_clim() == (-7, 7)
    assert picture.to_rgba(np.array([0.0]))[0, 0] == pytest.approx(0.5, abs=0.01)
    assert same_color(axes.title.get_color(), theme.ink)


def test_colours_are_shares_of_the_scale():
    axes = new_figure(2.0, 2.0).subplots()
    show_values(axes, torch.tensor([-2.0, 0.0, 4.0]).reshape(3, 1, 1), scale=(-2, 2), bar=False)
    assert axes.images[0].get_array().tolist() == [[[0, 0.5, 1]]]


def test_a_bar_says_the_values_and_where_they_go_on(words):
    figure = new_figure(3.0, 3.0)
    show_values(figure.subplots(), values(0, 300), scale=(0, 255))
    assert [word for word in words(figure) if word] == ["0", "128", "255"]
    (bar,) = figure.axes[1:]
    assert bar._colorbar.extend == "max"  # type: ignore[attr-defined]


def test_a_bar_can_have_words(words):
    figure = new_figure(3.0, 3.0)
    add_bar(figure.subplots(), (0, 1), ticks={0: "no edge", 1: "edge"})
    assert {"no edge", "edge"} <= set(words(figure))


def test_a_large_picture_is_drawn_by_means_in_its_own_coordinates():
    large = torch.arange(2 * MOST_DRAWN).double().expand(1, 3, -1)
    assert reduced(large).shape == (1, 2, MOST_DRAWN)
    assert reduced(large)[0, 0, :2].tolist() == [0.5, 2.5]
    axes = new_figure(2.0, 2.0).subplots()
    show_values(axes, large)
    assert axes.images[0].get_extent() == [-0.5, 2 * MOST_DRAWN - 0.5, 2.5, -0.5]


def test_a_picture_that_fits_is_left_as_it_is():
    fits = torch.rand(1, 3, 2 * MOST_DRAWN - 1)
    assert reduced(fits) is fits


@pytest.mark.parametrize(
    ("shape", "height"), [((1, 720, 1280), 0.5625), ((1, 2, 500), 0.45), ((3, 90, 10), 1.5)]
)
def test_places_are_neither_too_flat_nor_too_tall(shape, height):
    assert place_height(torch.zeros(shape)) == height


def test_a_roomy_figure_is_the_themes_paper(theme):
    figure = roomy_figure(2.0, 1.0, theme)
    assert same_color(figure.get_facecolor(), theme.paper)
    assert figure.get_size_inches().tolist() == [2.0, 1.0]
