import pytest
from numpy.testing import assert_allclose

from convscope.drawing.figure import svg_text
from convscope.drawing.per_class import MOST_SHOWN, draw_per_class


def names_of(figure) -> list[str]:
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def test_classes_are_sorted_from_worst_to_best_each_with_its_interval(theme):
    intervals = [(0.8, 0.95), (0.2, 0.6), None, (0.5, 0.8)]
    figure = draw_per_class(["ant", "bee", "cow", "dog"], [0.9, 0.4, None, 0.7], intervals, theme)
    axes = figure.axes[0]
    assert names_of(figure) == ["bee", "dog", "ant"]
    assert_allclose(axes.lines[0].get_xydata(), [[40, 0], [70, 1], [90, 2]])
    reach = [segment[:, 0].tolist() for segment in axes.containers[0][2][0].get_segments()]
    assert reach == [pytest.approx(ends) for ends in ([20, 60], [50, 80], [80, 95])]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    assert axes.lines[0].get_color() == theme.validation


def test_of_many_classes_the_worst_are_shown_and_it_is_said():
    recalls = [1 - i / 1000 for i in range(1000)]
    figure = draw_per_class([f"class {i}" for i in range(1000)], recalls, [(0.0, 1.0)] * 1000)
    assert names_of(figure) == [f"class {i}" for i in range(999, 999 - MOST_SHOWN, -1)]
    assert figure.axes[0].get_title(loc="left") == "recall, %: the worst 30 of 1,000 classes"


def test_equals_keep_their_order_and_hostile_names_are_text(words):
    names = ["$x$", "\x1b[31m", "y" * 255]
    figure = draw_per_class(names, [0.5] * 3, [[0.4, 0.6]] * 3)
    said = ["$x$", "\\x1b[31m", "y" * 17 + "…"]
    assert [word for word in words(figure) if word in said] == said


def test_no_class_with_images_is_an_empty_picture():
    svg_text(draw_per_class(["ant"], [None], [None]))
