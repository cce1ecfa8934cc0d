from dataclasses import dataclass

import pytest
from matplotlib.colors import to_rgba
from numpy.testing import assert_allclose

from convscope.drawing.figure import svg_text
from convscope.drawing.invariance import draw_invariance


@dataclass(frozen=True)
class Step:
    amount: float
    accuracy: float
    interval: tuple[float, float]
    cut_off: bool = False


@dataclass(frozen=True)
class Curve:
    kind: str
    unit: str
    steps: tuple[Step, ...]
    fails_below: float | None = None
    fails_above: float | None = None


SHIFT = Curve(
    "shift",
    "pixels",
    (
        Step(0, 0.9, (0.8, 0.95)),
        Step(3, 0.7, (0.6, 0.75)),
        Step(7, 0.3, (0.2, 0.45), cut_off=True),
        Step(9, 0.1, (0.0, 0.2), cut_off=True),
    ),
    fails_above=7,
)
SCALE = Curve(
    "scale",
    "times the size",
    (Step(0.5, 0.2, (0.1, 0.3)), Step(1, 0.9, (0.8, 0.95)), Step(2, 0.4, (0.3, 0.5))),
    fails_below=0.5,
    fails_above=2,
)
ROTATE = Curve("rotate", "degrees", (Step(0, 0.9, (0.8, 0.95)), Step(180, 0.8, (0.7, 0.85))))


def test_lines_bands_and_crosses_are_the_numbers(theme):
    figure = draw_invariance({"cnn": (SHIFT, SCALE, ROTATE)}, 0.1, theme)
    shift, scale, rotate = figure.axes
    line, crosses, guessing, _ = shift.lines
    assert_allclose(line.get_xydata(), [[0, 90], [3, 70], [7, 30], [9, 10]])
    assert_allclose(crosses.get_xydata(), [[7, 30]])
    assert_allclose(guessing.get_ydata(), [10, 10])
    assert line.get_color() == theme.train
    (band,) = shift.collections
    corners = band.get_paths()[0].vertices
    for x, low, high in ((0, 80, 95), (9, 0, 20)):
        heights = corners[corners[:, 0] == x][:, 1]
        assert (heights.min(), heights.max()) == (pytest.approx(low), pytest.approx(high))
    assert_allclose(scale.lines[1].get_xydata(), [[0.5, 20], [2, 40]])
    assert len(rotate.lines[1].get_xydata()) == 0
    assert list(rotate.get_xticks()[:3]) == [-45, 0, 45]


def test_the_ground_is_grey_from_where_pictures_lose_their_parts(theme):
    shift, scale, rotate = draw_invariance({"cnn": (SHIFT, SCALE, ROTATE)}, 0.1, theme).axes
    (ground,) = shift.patches
    assert (ground.get_x(), ground.get_width()) == (3, 6)  # whole at 3, cut off at 7
    assert ground.get_facecolor() == to_rgba(theme.grid)
    assert len(scale.patches) == len(rotate.patches) == 0


def test_every_model_has_a_line_of_its_own_and_is_named_once(words):
    names = ["mlp", "cnn", "a_$name$", "no pooling", "sixth\\x07", "five"]
    figure = draw_invariance(dict.fromkeys(names, (SHIFT, SCALE, ROTATE)), 0.1)
    looks = [(line.get_color(), line.get_linestyle()) for line in figure.axes[0].lines[:12:2]]
    assert len(set(looks)) == 6
    said = words(figure)
    assert [said.count(name) for name in ("mlp", "cnn", "fails", "guessing")] == [1, 1, 1, 1]
    assert "a_$name$" in said
    assert said.count("parts are cut off") == 1
    assert [title for title in ("shift", "scale", "rotate") if title in said] == [
        "shift", "scale", "rotate",
    ]  # fmt: skip


def test_the_same_figure_is_the_same_file():
    pages = {svg_text(draw_invariance({"cnn": (SHIFT, ROTATE)}, 0.1)) for _ in range(2)}
    assert len(pages) == 1
