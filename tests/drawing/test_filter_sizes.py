import numpy as np

from convscope.drawing.filter_sizes import SIDE, draw_filter_sizes, ways_to_pixels
from convscope.networks.filter_sizes import filter_choices

CHOICES = filter_choices(16, 16, (32, 32))


def test_the_pixels_that_are_seen_are_as_wide_as_the_field():
    for choice in CHOICES:
        ways = ways_to_pixels(choice)
        assert np.count_nonzero(ways) == choice.field.value**2
        assert ways.sum() == np.prod([kernel**2 for kernel in choice.kernels])
        assert (ways == ways.T).all()
        assert (ways == ways[::-1]).all()


def test_two_small_layers_see_the_middle_in_most_ways():
    ways = ways_to_pixels(CHOICES[2])
    assert ways.max() == ways[SIDE // 2, SIDE // 2] == 9
    assert ways[1, 1] == 1


def test_bars_are_on_one_scale_and_formulas_written_out(theme, words):
    figure = draw_filter_sizes(CHOICES, theme)
    lengths = [
        [patch.get_width() for patch in axes.patches]
        for axes in figure.axes
        if len(axes.patches) == 2
    ]
    largest = max(choice.parameters.value for choice in CHOICES)
    for (parameters, _), choice in zip(lengths, CHOICES, strict=True):
        assert np.isclose(parameters, choice.parameters.value / largest)
    written = words(figure)
    assert "parameters: 6,416" in written
    assert "16 x (5x5x16) + 16" in written
    assert "16 filters of 3x3, twice" in written
