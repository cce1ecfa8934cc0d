import pytest
import torch
from matplotlib.patches import Rectangle

from convscope.drawing.window import draw_window
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.one_value import one_value


@pytest.fixture
def image() -> torch.Tensor:
    return torch.randint(0, 256, (3, 11, 13), generator=torch.Generator().manual_seed(8)).double()


def written(axes) -> list[float]:
    by_place = {text.get_position(): float(text.get_text()) for text in axes.texts}
    return [by_place[place] for place in sorted(by_place, key=lambda at: (at[1], at[0]))]


def test_pixels_kernel_products_and_their_sum_are_written(image, theme, words):
    grey = image[:1]
    worked = one_value(grey, CATALOGUE["sobel-x"].values, "extend", at=(6, 0))
    figure = draw_window(grey, [worked], "sobel-x", theme)
    picture, pixels, kernel, products = figure.axes
    assert written(pixels) == grey[0][5:8][:, [0, 0, 1]].flatten().tolist()
    assert written(kernel) == [-1, 0, 1, -2, 0, 2, -1, 0, 1]
    assert written(products) == worked.products.flatten().tolist()
    assert f"their sum: {worked.total:g}" in words(figure)
    assert pixels.get_title() == "pixels around 6, 0"
    assert picture.images[0].get_array().tolist() == grey[0].tolist()


@pytest.mark.parametrize(
    ("at", "xlim", "ylim"),
    [((6, 7), (-0.5, 12.5), (10.5, -0.5)), ((0, 12), (-0.5, 13.5), (10.5, -2.5))],
)
def test_the_window_is_marked_even_where_it_reaches_over_the_edge(image, at, xlim, ylim):
    worked = one_value(image[:1], CATALOGUE["course-4x4-1"].values, at=at)
    axes = draw_window(image[:1], [worked], "course-4x4-1").axes[0]
    (window,) = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert (window.get_x(), window.get_y()) == (at[1] - 2.5, at[0] - 2.5)
    assert (window.get_width(), window.get_height()) == (4, 4)
    assert (axes.get_xlim(), axes.get_ylim()) == (xlim, ylim)


def test_a_window_too_small_to_be_seen_has_a_mark_around_it():
    large = torch.zeros(1, 300, 400).double()
    worked = one_value(large, CATALOGUE["sobel-x"].values, at=(7, 11))
    (mark,) = draw_window(large, [worked], "sobel-x").axes[0].lines
    assert mark.get_xydata().tolist() == [[11, 7]]


def test_each_channel_has_a_row(image, words):
    worked = [
        one_value(image, CATALOGUE["box-3"].values, at=(4, 5), channel=channel)
        for channel in range(3)
    ]
    figure = draw_window(image, worked, "box-3")
    assert len(figure.axes) == 12
    assert [axes.get_title() for axes in figure.axes[::4]] == ["red", "green", "blue"]
    assert [axes.images[0].get_array()[4, 5] for axes in figure.axes[::4]] == image[
        :, 4, 5
    ].tolist()
    assert sum("their sum" in word for word in words(figure)) == 3
