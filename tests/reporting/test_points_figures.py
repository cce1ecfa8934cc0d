import dataclasses

import numpy as np

from convscope.drawing.figure import DARK, LIGHT
from convscope.reporting.points_figures import figures_of_points
from tests.reporting.points_run import clues, located, spots  # noqa: F401


def test_there_is_a_figure_for_all_that_is_known_in_either_light(clues):  # noqa: F811
    drawn = figures_of_points(clues)
    assert set(drawn) == {"loss", "error", "cumulative", "places"}
    for draw in drawn.values():
        assert draw(LIGHT).get_facecolor() != draw(DARK).get_facecolor()


def test_circles_are_errors_in_fractions_of_the_picture(clues):  # noqa: F811
    axes = figures_of_points(clues)["places"](LIGHT).axes[0]
    mean = np.array(clues.config["data"]["mean_points"])
    diagonal = np.linalg.norm(mean.max(0) - mean.min(0))
    expected = np.nanmean(clues.errors.numpy(), 0) * diagonal
    np.testing.assert_allclose([c.get_radius() for c in axes.patches], expected, rtol=1e-4)


def test_without_data_guessing_is_left_out(clues):  # noqa: F811
    bare = dataclasses.replace(clues, dataset=None)
    assert len(figures_of_points(bare)["cumulative"](LIGHT).axes[0].lines) == 1
