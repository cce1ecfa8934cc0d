from functools import cache
from pathlib import Path

import pytest
import torch
from matplotlib.figure import Figure
from torch import nn

from convscope.drawing.figure import Theme, save_figure
from convscope.drawing.network import draw_network
from convscope.networks.anatomy import Anatomy, anatomy
from convscope.networks.build import build_network


@cache
def anatomy_of(name: str, size: int) -> Anatomy:
    with torch.device("meta"):
        net = build_network(name, num_classes=7, in_channels=3, input_size=(size, size))
    return anatomy(net, (3, size, size))


def drawn(name: str, theme: Theme, size: int = 64) -> Figure:
    return draw_network(anatomy_of(name, size), name, theme)


def test_every_layer_is_named_with_its_window_and_shape(theme, words):
    written = words(drawn("cnn", theme, 32))
    assert "cnn: 539,591 parameters, 3,317,164 MACs for one image" in written
    for word in (
        "conv 3x3",
        "conv2",
        "32x16x16",
        "maxpool 2x2/2",
        "fc1",
        "500",
        "7",
        "convolution",
    ):
        assert word in written
    assert any(word.startswith("to scale by the square root") for word in written)


def test_skips_are_arcs_and_the_legend_names_what_is_there(theme, words):
    figure = drawn("resnet8", theme)
    arrows = [p for p in figure.axes[0].patches if type(p).__name__ == "FancyArrowPatch"]
    bent = [a for a in arrows if a.get_connectionstyle().rad]
    assert len(bent) >= 3
    assert "paths joined" in words(figure)
    assert "paths joined" not in words(drawn("cnn", theme, 32))


def test_of_a_long_network_parts_are_counted(theme, words):
    written = words(drawn("resnet50", theme))
    assert [word for word in written if word.endswith(" times")] == [
        "2 times", "3 times", "5 times", "2 times",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["vgg19", "squeezenet1_1", "resnet8"])
def test_nothing_leaves_the_paper(name, theme):
    figure = drawn(name, theme)
    width, height = figure.get_size_inches()
    figure.canvas.draw()
    for text in figure.axes[0].texts:
        box = text.get_window_extent().transformed(figure.dpi_scale_trans.inverted())
        assert box.x0 >= 0
        assert box.x1 <= width
        assert box.y0 >= 0
        assert box.y1 <= height


def test_names_do_not_lie_on_each_other(theme):
    figure = drawn("vgg19", theme)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    for i, box in enumerate(boxes):
        assert not [other for other in boxes[i + 1 :] if box.overlaps(other.padded(-1))]


def test_sequences_and_rows_can_be_drawn_and_foreign_names_are_text(theme, words):
    net = nn.Sequential()
    net.add_module("$x$ <b>", nn.Conv1d(2, 3, 3))
    figure = draw_network(anatomy(net, (2, 17)), "<script>", theme)
    assert any("<script>" in word for word in words(figure))
    assert "3x15" in words(figure)
    path = save_figure(figure, Path("net.svg"))
    assert "<script>" not in path.read_text()
