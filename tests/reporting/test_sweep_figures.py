import numpy as np
import pytest
from numpy.testing import assert_allclose

from convscope.drawing.figure import LIGHT
from convscope.reporting.sweep_figures import coloured_by, curves_of, effects_of
from convscope.training.sweep import Swept, sweep

FIELDS = {
    "network": "mlp",
    "network_arguments": {"hidden": 5},
    "epochs": 2,
    "threads": 1,
    "precision": "float32",
    "memory_format": "contiguous",
}


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> Swept:
    grid = {"seed": (1, 2), "learning_rate": (0.001, 0.01)}
    return sweep("digits-cnn", grid, fields=FIELDS, out=tmp_path_factory.mktemp("sweep"))


def test_curves_are_the_histories_and_the_chosen_one_is_marked(swept):
    lines = [
        line for line in curves_of(swept)(LIGHT).axes[0].lines if len(np.asarray(line.get_xdata()))
    ]
    assert len(lines) == 5
    for line, outcome in zip(lines, [*swept.outcomes, swept.winner], strict=True):
        assert_allclose(np.asarray(line.get_ydata()), outcome.history["validation_loss"])
        assert_allclose(np.asarray(line.get_xdata()), [0, 1, 2])


def test_each_field_has_a_figure_of_the_lowest_losses(swept):
    drawn = effects_of(swept)
    assert list(drawn) == ["seed", "learning_rate"]
    for draw in drawn.values():
        lines = draw(LIGHT).axes[0].lines
        dots = sorted(x for line in lines[0:4:2] for x in np.asarray(line.get_xdata()))
        assert_allclose(dots, sorted(outcome.value for outcome in swept.outcomes))
        assert_allclose(np.asarray(lines[-1].get_xdata()), [swept.winner.value])


def test_curves_are_told_apart_by_the_first_field_that_is_no_seed(swept):
    assert coloured_by(swept) == "learning_rate"
