from types import SimpleNamespace

import pytest
from matplotlib.container import BarContainer, ErrorbarContainer
from numpy.testing import assert_allclose

from convscope.drawing.figure import svg_text
from convscope.drawing.reliability import draw_reliability


def part(low, high, count, confidence, accuracy, interval):
    return SimpleNamespace(
        low=low, high=high, count=count, confidence=confidence, accuracy=accuracy, interval=interval
    )


BEFORE = SimpleNamespace(
    bins=[part(0.5, 0.75, 3, 0.6, 0.0, (0.0, 0.56)), part(0.75, 1.0, 997, 0.9, 0.8, (0.77, 0.82))],
    expected_calibration_error=0.1011,
)
AFTER = SimpleNamespace(
    bins=[
        part(0.5, 0.75, 3, 0.55, 1.0, (0.43, 1.0)),
        part(0.75, 1.0, 997, 0.81, 0.8, (0.77, 0.82)),
    ],
    expected_calibration_error=0.0113,
)


def test_points_bars_and_counts_are_the_bins(theme):
    diagram, counts = draw_reliability(BEFORE, AFTER, theme).axes
    (points,) = [c for c in diagram.containers if isinstance(c, ErrorbarContainer)]
    assert_allclose(points[0].get_xydata(), [[60, 0], [90, 80]])
    ((first, second),) = [lines.get_segments() for lines in points[2]]
    assert (first[:, 1], second[:, 1]) == (pytest.approx([0, 56]), pytest.approx([77, 82]))
    (bars,) = [c for c in counts.containers if isinstance(c, BarContainer)]
    assert [bar.get_height() for bar in bars] == [3, 997]
    assert [bar.get_x() for bar in bars] == [50, 75]


def test_the_line_after_scaling_leaves_out_bins_of_few_answers():
    diagram = draw_reliability(BEFORE, AFTER).axes[0]
    (line,) = [line for line in diagram.lines if str(line.get_label()).startswith("after")]
    assert_allclose(line.get_xydata(), [[81, 80]])


def test_both_errors_are_said_the_first_one_first(words):
    said = [word for word in words(draw_reliability(BEFORE, AFTER)) if "off by" in word]
    assert said == [
        "as trained: off by 10.1 % on average",
        "after temperature scaling: off by 1.1 % on average",
    ]
    assert len([word for word in words(draw_reliability(BEFORE)) if "off by" in word]) == 1


def test_no_answers_are_an_empty_diagram():
    svg_text(draw_reliability(SimpleNamespace(bins=[], expected_calibration_error=0.0)))
