import pytest

from convscope.drawing.curves import draw_curves


def test_the_curves_are_the_numbers_and_the_kept_epoch_is_marked():
    figure = draw_curves([0, 1, 2], [None, 0.9, 0.5], [2.3, 1.0, 0.7], [0.1, 0.6, 0.8], 2)
    losses, accuracies = figure.axes
    assert losses.lines[0].get_xydata().tolist() == [[1, 0.9], [2, 0.5]]
    assert losses.lines[1].get_ydata().tolist() == [2.3, 1.0, 0.7]
    assert accuracies.lines[0].get_ydata().tolist() == pytest.approx([10, 60, 80])
    assert [axes.texts[0].get_text() for axes in figure.axes] == ["kept: epoch 2"] * 2
