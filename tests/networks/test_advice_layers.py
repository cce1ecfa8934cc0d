"""Each piece of advice is taken: the net that was mended runs."""

import re

import pytest
import torch
from torch import nn

from convscope.networks.advice import advise


def mended(net: nn.Sequential, place: int, layer: nn.Module) -> nn.Sequential:
    layers = list(net)
    layers[place] = layer
    return nn.Sequential(*layers)


def runs(net: nn.Module, *shape: int) -> bool:
    return net.eval()(torch.zeros(2, *shape)) is not None


def test_a_linear_layer_says_what_comes_and_each_way_to_mend_it_works():
    body = [nn.Conv2d(1, 6, 5), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.MaxPool2d(2)]
    net = nn.Sequential(*body, nn.Flatten(), nn.Linear(576, 10))
    advice = advise(net, (1, 28, 28))
    assert advice.layer == "5"
    assert advice.sentence == (
        "layer 5 (Linear) takes 576 values in a row and gets 256 (16 maps of 4x4): "
        "make it nn.Linear(256, 10), or resize the images to 36x36, or put "
        "nn.AdaptiveAvgPool2d(6) before the flattening, which fits images of any size"
    )
    assert runs(mended(net, 5, nn.Linear(256, 10)), 1, 28, 28)
    assert runs(net, 1, 36, 36)
    assert runs(nn.Sequential(*body, nn.AdaptiveAvgPool2d(6), *net[4:]), 1, 28, 28)


def test_where_no_square_of_maps_fits_the_mean_over_each_map_is_offered():
    net = nn.Sequential(nn.Conv2d(3, 5, 3), nn.Flatten(), nn.Linear(57, 7))
    assert advise(net, (3, 11, 13)).mends == (
        "make it nn.Linear(495, 7)",
        "average each map with nn.AdaptiveAvgPool2d(1) before the flattening and "
        "make it nn.Linear(5, 7)",
    )


def test_a_linear_layer_that_gets_maps_needs_them_flattened():
    pooled = nn.Sequential(nn.Conv2d(3, 5, 3), nn.AdaptiveAvgPool2d(1), nn.Linear(5, 7))
    assert advise(pooled, (3, 11, 13)).sentence == (
        "layer 2 (Linear) takes 5 values in a row and gets 5 maps of 1x1: "
        "put nn.Flatten() before it"
    )
    maps = nn.Sequential(nn.Conv2d(3, 5, 3), nn.Linear(7, 7))
    assert "put nn.Flatten() before it and make it nn.Linear(495, 7)" in advise(
        maps, (3, 11, 13)
    ).sentence  # fmt: skip


@pytest.mark.parametrize(
    ("channels", "given", "said"),
    [
        (1, 3, "takes images of 1 channel and gets 3 (colour): make it nn.Conv2d(3, 5, ...), or "
               "give it grey images"),
        (3, 1, "takes images of 3 channels and gets 1 (grey): make it nn.Conv2d(1, 5, ...), or "
               "give it colour images"),
        (7, 3, "takes images of 7 channels and gets 3: make it nn.Conv2d(3, 5, ...)"),
    ],
)  # fmt: skip
def test_the_first_layer_says_which_images_it_takes(channels, given, said):
    advice = advise(nn.Sequential(nn.Conv2d(channels, 5, 3)), (given, 11, 13))
    assert advice.sentence == f"layer 0 (Conv2d) {said}"


def test_an_inner_convolution_names_the_layer_that_gives_the_maps():
    net = nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.Conv2d(16, 7, 3))
    assert advise(net, (3, 11, 13)).sentence == (
        "layer 2 (Conv2d) takes 16 maps and gets 5 maps of 9x11: "
        "make it nn.Conv2d(5, 7, ...), or let layer 0 (Conv2d) give 16 maps"
    )


def test_a_kernel_larger_than_its_maps_says_how_large_the_images_must_be():
    net = nn.Sequential(nn.Conv2d(3, 5, 3), nn.MaxPool2d(2), nn.Conv2d(5, 7, 5))
    advice = advise(net, (3, 7, 11))
    assert advice.sentence == (
        "kernel_size 5 does not fit maps of 2x4 with padding 0 in layer 2 (Conv2d): pad by at "
        "least 2, or use kernel_size <= 2, or give the net images of 12x12 or larger"
    )
    assert runs(mended(net, 2, nn.Conv2d(5, 7, 5, padding=2)), 3, 7, 11)
    assert runs(mended(net, 2, nn.Conv2d(5, 7, 2)), 3, 7, 11)
    assert runs(net, 3, 12, 12)


def test_a_pooling_to_nothing_is_not_mended_by_padding():
    net = nn.Sequential(nn.Conv2d(3, 5, 3), nn.MaxPool2d(5))
    advice = advise(net, (3, 5, 6))
    assert advice.sentence == (
        "kernel_size 5 does not fit maps of 3x4 with padding 0 in layer 1 (MaxPool2d): "
        "use kernel_size <= 3, or give the net images of 7x7 or larger"
    )
    assert runs(net, 3, 7, 7)


@pytest.mark.parametrize(
    ("layers", "shape", "said"),
    [
        ([nn.Conv2d(3, 5, 3), nn.BatchNorm2d(7)], (3, 11, 13),
         "layer 1 (BatchNorm2d) normalises 7 maps and gets 5 maps of 9x11: "
         "make it nn.BatchNorm2d(5)"),
        ([nn.Conv2d(3, 5, 3), nn.BatchNorm1d(5)], (3, 11, 13),
         "layer 1 (BatchNorm1d) takes sequences (c, l) and gets 5 maps of 9x11: "
         "make it nn.BatchNorm2d"),
        ([nn.Conv1d(3, 5, 3)], (3, 11, 13),
         "layer 0 (Conv1d) takes sequences (c, l) and gets 3 maps of 11x13: make it nn.Conv2d"),
        ([nn.Flatten(), nn.Conv2d(3, 5, 3)], (3, 11, 13),
         "layer 1 (Conv2d) takes maps (c, h, w) and gets 429 values in a row: "
         "put the flattening behind it"),
        ([nn.Conv2d(3, 5, 3)], (17,),
         "layer 0 (Conv2d) takes maps (c, h, w) and gets 17 values in a row: give it images, or "
         "nn.Unflatten(1, (c, h, w)) before it, with their sizes"),
        ([nn.Linear(17, 5), nn.BatchNorm1d(7)], (17,),
         "layer 1 (BatchNorm1d) normalises 7 values and gets 5 values in a row: "
         "make it nn.BatchNorm1d(5)"),
    ],
)  # fmt: skip
def test_other_channels_and_other_dimensions(layers, shape, said):
    assert advise(nn.Sequential(*layers), shape).sentence == said


def test_a_layer_without_words_of_ours_has_torchs():
    advice = advise(nn.Sequential(nn.Conv2d(3, 5, 3), nn.LayerNorm(7)), (3, 11, 13))
    assert re.match(
        r"layer 1 \(LayerNorm\) gets 5 maps of 9x11 and fails with RuntimeError: Given",
        advice.problem,
    )
