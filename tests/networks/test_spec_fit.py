import pytest

from convscope.networks.spec_fit import explained, misplaced, shortcut_for
from convscope.networks.spec_layers import LAYERS

REFUSED = RuntimeError("torch says no.\nwith a trace")


@pytest.mark.parametrize(
    ("name", "shape", "said"),
    [
        ("linear", (3, 5, 7), "linear takes values in a row, but it gets 3 maps of 5x7: "
         "put flatten before it"),
        ("conv", (3, 11), "conv takes maps (c, h, w), but it gets 3 sequences of 11: write conv1d"),
        ("maxpool1d", (3, 5, 7), "but it gets 3 maps of 5x7: write maxpool"),
        ("maxpool", (7,), "but it gets 7 values in a row: put it before flatten"),
        ("global-avgpool", (7,), "takes maps (c, h, w) or sequences (c, l), but it gets 7 values"),
        ("adaptive-avgpool", (3, 11), "but it gets 3 sequences of 11: leave it out"),
    ],
)  # fmt: skip
def test_a_layer_in_the_wrong_place_is_told_what_to_write(name, shape, said):
    assert said in misplaced(name, LAYERS[name], shape)


@pytest.mark.parametrize(
    ("name", "arguments", "shape", "said"),
    [
        ("conv", {"kernel_size": 9}, (3, 5, 7),
         "kernel_size 9 does not fit 3 maps of 5x7 with padding 0: pad by at least 2, or use "
         "kernel_size <= 5, or give it larger images"),
        ("conv", {"kernel_size": (1, 11), "padding": (0, 1)}, (3, 5, 7),
         "kernel_size 11 does not fit 3 maps of 5x7 with padding 1: pad by at least 2"),
        ("maxpool1d", {"kernel_size": 9}, (3, 5), "kernel_size 9 does not fit 3 sequences of 5"),
        ("conv", {"kernel_size": 3, "dilation": 3}, (3, 5, 7), "kernel_size 3 with dilation 3 (7"),
        ("conv", {"kernel_size": 9, "padding": "same"}, (3, 5, 7),
         "torch says no; it gets 3 maps of 5x7"),
        ("conv", {"kernel_size": 3}, (3, 5, 7), "torch says no; it gets 3 maps of 5x7"),
        ("transposed-conv", {"kernel_size": 9}, (3, 5, 7), "torch says no; it gets 3 maps of 5x7"),
        ("relu", {}, (7,), "torch says no; it gets 7 values in a row"),
    ],
)  # fmt: skip
def test_why_a_layer_does_not_fit(name, arguments, shape, said):
    assert explained(name, arguments, shape, REFUSED).startswith(said)


@pytest.mark.parametrize(
    ("out", "shape", "said"),
    [
        ((32, 16, 19), (3, 31, 37), "write shortcut [conv 32 1 stride 2]"),
        ((5, 31, 37), (3, 31, 37), "write shortcut [conv 5 1]"),
        ((5, 4), (3, 11), "write shortcut [conv1d 5 1 stride 3]"),
        ((3, 29, 35), (3, 31, 37), "let the main branch keep the size, with padding"),
        ((217,), (7, 31), "let the main branch keep the size"),
    ],
)
def test_the_shortcut_that_would_fit_is_worked_out(out, shape, said):
    assert shortcut_for(out, shape).startswith(said)
