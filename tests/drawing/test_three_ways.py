from convscope.drawing.three_ways import INPUTS, OUTPUTS, WINDOW, draw_three_ways, weight_number
from convscope.networks.locally_connected import three_ways

WAYS = three_ways((1, 28, 28), 10, 5)


def test_a_dense_layer_has_a_weight_per_line_and_a_convolution_one_per_place_in_the_window():
    dense = {weight_number("dense", o, i - o) for o in range(OUTPUTS) for i in range(INPUTS)}
    local = {
        weight_number("locally connected", o, i) for o in range(OUTPUTS) for i in range(WINDOW)
    }
    shared = {weight_number("convolution", o, i) for o in range(OUTPUTS) for i in range(WINDOW)}
    assert [len(dense), len(local), len(shared)] == [INPUTS * OUTPUTS, WINDOW * OUTPUTS, WINDOW]


def test_the_lines_have_as_many_colours_as_there_are_weights(theme):
    figure = draw_three_ways(WAYS, theme)
    for axes, count, lines in zip(figure.axes, (35, 15, 3), (35, 15, 15), strict=False):
        (drawn,) = axes.collections[:1]
        colours = {tuple(colour) for colour in drawn.get_colors()}
        assert len(drawn.get_segments()) == lines
        assert len(colours) == count
        assert f"{count} weights" in axes.get_title()


def test_the_real_numbers_are_worked_out_beneath(theme, words):
    written = " ".join(words(draw_three_ways(WAYS, theme)))
    assert "10 x (5x5x1) + 10 = 260" in written
    assert "4,521,600" in written
    assert "149,760" in written
