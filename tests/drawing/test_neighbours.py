import numpy as np
import pytest
from matplotlib.colors import to_hex

from convscope.drawing.figure import DARK, LIGHT, save_figure
from convscope.drawing.neighbours import Framed, draw_neighbours

GREY = np.arange(77, dtype=np.uint8).reshape(7, 11, 1)
COLOUR = np.zeros((13, 5, 3), np.uint8)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_frames_are_green_where_labels_agree_and_red_where_not(theme, tmp_path):
    found = [Framed(COLOUR, ("x",), agrees) for agrees in (True, False, None, True, True, False)]
    figure = draw_neighbours(Framed(GREY, ("asked",), None), found, "seven", theme)
    drawn = [axes for axes in figure.axes if axes.images]
    edges = [to_hex(axes.patches[0].get_edgecolor()) for axes in drawn]
    sign = {True: theme.good, False: theme.wrong, None: theme.frame}
    expected = [theme.ink, *(sign[each.agrees] for each in found)]
    assert edges == [to_hex(colour) for colour in expected]
    assert save_figure(figure, tmp_path / "n.png").stat().st_size > 1000


def test_pictures_are_shown_as_they_are():
    figure = draw_neighbours(Framed(GREY, ("asked",), None), [Framed(COLOUR, (), None)], "two")
    grey, colour = (axes.images[0].get_array() for axes in figure.axes if axes.images)
    np.testing.assert_array_equal(grey, GREY.repeat(3, 2))
    np.testing.assert_array_equal(colour, COLOUR)


def test_long_and_hostile_names_are_cut_and_no_formula(tmp_path):
    name = "a" * 50 + "$x^{$.png\n"
    figure = draw_neighbours(Framed(GREY, (name, "$"), None), [], "a $ and $_{")
    first, second = figure.axes[0].get_xlabel().split("\n")
    assert first.startswith("…a")
    assert first.endswith(r"\$x^{\$.png?")
    assert second == r"\$"
    save_figure(figure, tmp_path / "n.svg")
