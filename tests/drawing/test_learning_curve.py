import pytest
from numpy.testing import assert_allclose

from convscope.drawing.figure import svg_text
from convscope.drawing.learning_curve import draw_learning_curve


def test_points_and_bars_are_the_numbers_on_a_logarithmic_axis(theme):
    intervals = [(0.4, 0.6), (0.7, 0.85), (0.9, 1.0)]
    axes = draw_learning_curve([100, 1000, 10000], [0.5, 0.8, 1.0], intervals, theme).axes[0]
    assert axes.get_xscale() == "log"
    assert_allclose(axes.lines[0].get_xydata(), [[100, 50], [1000, 80], [10000, 100]])
    reach = [segment[:, 1].tolist() for segment in axes.containers[0][2][0].get_segments()]
    assert reach == [pytest.approx([100 * low, 100 * high]) for low, high in intervals]
    assert axes.lines[0].get_color() == theme.validation


@pytest.mark.parametrize(
    ("images", "written"),
    [
        ([100], ["100"]),
        ([450, 900, 1257], ["450", "900", "1,257"]),
        ([100, 110, 1000, 9000, 10000], ["100", "1,000", "10,000"]),
    ],
)
def test_counts_are_written_as_they_are_where_they_do_not_touch(images, written, words):
    figure = draw_learning_curve(images, [0.5] * len(images), [(0.4, 0.6)] * len(images))
    assert words(figure)[: len(written) + 1] == [*written, "training images"]
    svg_text(figure)
