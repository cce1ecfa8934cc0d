import math

import pytest

from convscope.drawing.curves import draw_accuracies, draw_curves, draw_losses
from convscope.drawing.figure import LIGHT, svg_text

NAN = math.nan


def kept(axes) -> tuple[str, float]:
    """The words about the kept epoch, and where its line stands."""
    return axes.get_title(loc="right"), axes.lines[-1].get_xdata()[0]


def test_the_curves_are_the_numbers_and_the_kept_epoch_is_marked():
    figure = draw_curves([0, 1, 2], [None, 0.9, 0.5], [2.3, 1.0, 0.7], [0.1, 0.6, 0.8], 2)
    losses, accuracies = figure.axes
    assert losses.lines[0].get_xydata().tolist() == [[1, 0.9], [2, 0.5]]
    assert losses.lines[1].get_ydata().tolist() == [2.3, 1.0, 0.7]
    assert accuracies.lines[0].get_ydata().tolist() == pytest.approx([10, 60, 80])
    assert [kept(axes) for axes in figure.axes] == [("kept: epoch 2", 2)] * 2


def test_each_panel_stands_alone_in_both_themes(theme, words):
    losses = draw_losses([0, 1], [None, 0.5], [2.3, 0.7], 1, theme)
    accuracies = draw_accuracies([0, 1], [0.1, 0.8], 1, theme)
    assert [line.get_color() for line in losses.axes[0].lines] == [
        theme.train,
        theme.validation,
        theme.mark,
    ]
    assert {"loss", "epoch", "train", "validation", "kept: epoch 1"} <= set(words(losses))
    assert {"validation accuracy, %", "epoch", "kept: epoch 1"} <= set(words(accuracies))


@pytest.mark.parametrize(
    ("train_loss", "validation_loss"),
    [
        ([None], [2.3]),
        ([None, None, None], [2.3, 2.2, 2.1]),
        ([None, 1e30, NAN], [2.3, math.inf, NAN]),
        ([None, NAN], [NAN, NAN]),
    ],
    ids=["before training", "never trained", "diverged", "not a number"],
)
def test_losses_that_are_missing_leave_gaps(train_loss, validation_loss):
    epochs = list(range(len(validation_loss)))
    figure = draw_losses(epochs, train_loss, validation_loss, 0)
    svg_text(figure)
    *trained, validation, _ = figure.axes[0].lines
    assert len(trained) == (train_loss.count(None) < len(train_loss))
    assert validation.get_ydata().tolist() == pytest.approx(validation_loss, nan_ok=True)


def test_a_first_loss_that_would_press_the_others_flat_is_told(words):
    figure = draw_losses([0, 1, 2, 3], [None, 1.7, 1.2, 0.9], [35.9158, 1.4, 1.6, 0.8], 3)
    low, high = figure.axes[0].get_ylim()
    assert 0.5 < low < 0.8
    assert 1.7 < high < 2
    assert "35.9 before training" in words(figure)
    usual = draw_losses([0, 1, 2, 3], [None, 1.7, 1.2, 0.9], [2.3, 1.4, 1.6, 0.8], 3)
    assert usual.axes[0].get_ylim()[1] > 2.3
    assert not any("before" in word for word in words(usual))


def test_a_single_epoch_is_a_whole_number(words):
    figure = draw_accuracies([1], [0.5], 1)
    assert words(figure)[:2] == ["1", "epoch"]
    assert figure.axes[0].lines[0].get_marker() == "."


def test_two_hundred_epochs_are_a_line_without_dots():
    figure = draw_accuracies(list(range(201)), [0.5] * 201, 200)
    assert figure.axes[0].lines[0].get_marker() == ""
    assert figure.axes[0].lines[0].get_color() == LIGHT.validation
