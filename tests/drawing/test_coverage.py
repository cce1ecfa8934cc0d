from numpy.testing import assert_allclose

from convscope.drawing.coverage import draw_coverage


def test_the_curve_is_the_numbers_and_the_threshold_is_marked(theme, words):
    figure = draw_coverage([1.0, 0.8, 0.5], [0.9, 0.95, 1.0], (0.8, 0.95), theme)
    curve, threshold = figure.axes[0].lines
    assert_allclose(curve.get_xydata(), [[100, 90], [80, 95], [50, 100]])
    assert_allclose(threshold.get_xydata(), [[80, 95]])
    assert (curve.get_color(), threshold.get_color()) == (theme.validation, theme.mark)
    assert "threshold: 80.0 % answered, 95.0 % right" in words(figure)


def test_without_a_threshold_there_is_the_curve_alone():
    axes = draw_coverage([1.0], [0.9]).axes[0]
    assert len(axes.lines) == 1
    assert axes.lines[0].get_marker() == "."
    assert axes.get_legend() is None
