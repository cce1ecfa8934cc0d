import math

import numpy as np
import pytest
from matplotlib.lines import Line2D
from numpy.testing import assert_allclose

from convscope.drawing.figure import svg_text
from convscope.drawing.sweep import MOST_NAMED, draw_effect, draw_runs

CURVES = [([0, 1, 2], [2.3, 1.1, 0.5 + 0.1 * i]) for i in range(5)]
RATES = ["0.1", "0.1", "0.01", "0.01", "0.01"]


def points(line: Line2D) -> np.ndarray:
    """(n, 2) what a line goes through."""
    return np.asarray(line.get_xydata())


def test_every_run_is_a_curve_and_the_chosen_one_lies_on_top(theme, words):
    figure = draw_runs(CURVES, RATES, "learning_rate", 3, theme)
    drawn = [line for line in figure.axes[0].lines if len(points(line))]
    for line, (epochs, losses) in zip(drawn, [*CURVES, CURVES[3]], strict=True):
        assert_allclose(points(line), list(zip(epochs, losses, strict=True)))
    assert drawn[-1].get_color() == theme.mark
    colours = [line.get_color() for line in drawn[:5]]
    assert colours[0] == colours[1] != colours[2] == colours[4]
    said = words(figure)
    assert {"0.1", "0.01", "chosen", "learning_rate", "validation loss", "epoch"} <= set(said)


def test_without_a_choice_none_is_told(words):
    figure = draw_runs(CURVES, RATES, "learning_rate")
    assert "chosen" not in words(figure)


@pytest.mark.parametrize(("last", "scale"), [(2.0, "linear"), (0.01, "log"), (math.inf, "linear")])
def test_the_axis_is_logarithmic_where_the_losses_reach_far(last, scale):
    axes = draw_runs([([0, 1], [2.3, last])], ["1"], "seed").axes[0]
    assert axes.get_yscale() == scale
    axes = draw_effect(["1", "2"], [2.3, last], "seed").axes[0]
    assert axes.get_xscale() == scale


def test_a_legend_names_some_of_many_values_the_first_and_the_last_among_them(words):
    many = [([0, 1], [1.0, 0.5])] * 60
    figure = draw_runs(many, [f"v{i}" for i in range(60)], "network.hidden")
    named = [word for word in words(figure) if word.startswith("v") and word[1:].isdigit()]
    assert len(named) == MOST_NAMED
    assert (named[0], named[-1]) == ("v0", "v59")


def test_every_run_is_a_dot_in_the_row_of_its_value(theme, words):
    losses = [0.9, 0.7, 0.3, 0.4, math.inf]
    figure = draw_effect(RATES, losses, "learning_rate", 2, theme)
    axes = figure.axes[0]
    first, first_mean, second, second_mean, ring = axes.lines
    assert_allclose(points(first), [[0.9, 0], [0.7, 0]])
    assert_allclose(points(second), [[0.3, 1], [0.4, 1]])
    assert_allclose([points(first_mean)[0, 0], points(second_mean)[0, 0]], [0.8, 0.35])
    assert_allclose(points(ring), [[0.3, 1]])
    assert ring.get_markeredgecolor() == theme.mark
    assert "1 diverged" in words(figure)


def test_a_value_that_always_diverged_has_a_row_of_its_own(words):
    figure = draw_effect(["a", "b"], [math.inf, 0.2], "x")
    assert {"a", "b", "1 diverged"} <= set(words(figure))
    svg_text(draw_effect(["a"], [math.inf], "x"))


def test_hostile_names_are_text(words):
    value = "$\\frac{x}$\n<script>"
    said = " ".join(words(draw_effect([value], [0.5], value, 0)))
    assert "$\\frac{x}$\\n<script>" in said
    svg_text(draw_runs([([0], [0.5])], [value], value, 0))
