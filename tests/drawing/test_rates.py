import numpy as np
import pytest

from convscope.drawing.figure import DARK, save_figure
from convscope.drawing.rates import draw_rates

RATES = [10.0 ** (i / 3) for i in range(-18, 4)]
LOSSES = [2.3 - 0.05 * i for i in range(15)] + [1.7, 2.0, 3.0, 9.0, 40.0, 90.0, 300.0]


def test_dots_and_line_lie_at_their_rates():
    (axes,) = draw_rates(RATES, LOSSES, LOSSES, 0.01).axes
    dots, line, mark = axes.lines
    assert np.array_equal(dots.get_xdata(), RATES)
    assert np.array_equal(line.get_xdata(), RATES)
    assert np.array_equal(line.get_ydata(), LOSSES)
    assert axes.get_xscale() == "log"
    assert np.array_equal(mark.get_xdata(), [0.01, 0.01])
    assert axes.get_title("right") == "suggested: 0.01"


def test_what_diverges_is_cut_off_and_the_fall_fills_the_picture():
    (axes,) = draw_rates(RATES, LOSSES, LOSSES, 0.01).axes
    low, high = axes.get_ylim()
    fall = 2.3 - min(LOSSES)
    assert (low, high) == pytest.approx((min(LOSSES) - fall / 2, 2.3 + fall / 2))


def test_without_a_suggestion_nothing_is_marked(tmp_path):
    flat = [1.0] * len(RATES)
    figure = draw_rates(RATES, flat, flat, None, DARK)
    assert len(figure.axes[0].lines) == 2
    assert figure.axes[0].get_title("right") == ""
    assert save_figure(figure, tmp_path / "rates.png").stat().st_size > 1000
