import pytest
import torch
from matplotlib.patches import Circle
from numpy.testing import assert_allclose

from convscope.drawing.spectrum import draw_spectrum
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.spectrum import response, spectrum, split


@pytest.fixture
def image() -> torch.Tensor:
    return torch.randint(0, 256, (1, 11, 13), generator=torch.Generator().manual_seed(1)).double()


def shown(figure, start: str):
    (axes,) = [axes for axes in figure.axes if axes.get_title().startswith(start)]
    return axes


def test_a_picture_its_parts_and_their_frequencies(image, theme):
    figure = draw_spectrum(image, 0.3, theme=theme)
    low, high = split(image[None], 0.3)
    for start, expected in {
        "the picture": image[0],
        "low: up to 0.15 periods per pixel": low[0, 0],
        "high: above 0.15 periods per pixel": high[0, 0],
        "its frequencies": spectrum(image)[0],
        "those of the low part": spectrum(low)[0, 0],
        "those of the high part": spectrum(high)[0, 0],
    }.items():
        assert_allclose(shown(figure, start).images[0].get_array(), expected)


def test_frequency_0_is_the_middle_of_axes_in_periods_per_pixel(image):
    axes = shown(draw_spectrum(image, 0.3), "its frequencies")
    left, right, bottom, top = axes.images[0].get_extent()
    assert left + 6.5 * (right - left) / 13 == pytest.approx(0)
    assert top + 5.5 * (bottom - top) / 11 == pytest.approx(0)
    assert right - left == pytest.approx(1)
    assert (axes.get_xlim(), axes.get_ylim()) == ((-0.5, 0.5), (0.5, -0.5))
    (circle,) = [patch for patch in axes.patches if isinstance(patch, Circle)]
    assert circle.radius == 0.15


def test_a_kernel_brings_its_response_and_what_it_leaves(image, theme):
    kernel = CATALOGUE["sobel-y"]
    figure = draw_spectrum(image, 0.1, kernel, theme)
    let_through = response(kernel.values, (11, 13))
    panel = shown(figure, "what sobel-y multiplies them by").images[0]
    assert_allclose(panel.get_array(), let_through)
    assert panel.get_clim() == (0, pytest.approx(float(let_through.max())))
    left = shown(figure, "what sobel-y leaves").images[0].get_array()
    assert_allclose(left, (spectrum(image)[0].expm1() * let_through).log1p())
    assert len(shown(figure, "sobel-y").texts) == 9


def test_black_and_a_kernel_of_zeros_can_be_drawn(words):
    zeros = torch.zeros(1, 5, 7).double()
    assert "the picture" in words(draw_spectrum(zeros, 0.0, CATALOGUE["high-pass"]))
