import threading

import pytest
import torch
from torch import nn

from convscope.errors import BadNetwork
from convscope.networks.advice import Advice, advise
from convscope.networks.build import build_network, check_fit

POOLED = [nn.Conv2d(3, 5, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()]


@pytest.mark.parametrize("name", ["mlp", "lenet5", "alexnet", "squeezenet1_1", "resnet18"])
def test_nothing_is_wrong_with_a_net_that_fits(name):
    with torch.device("meta"):
        net = build_network(name, num_classes=7, in_channels=3, input_size=(64, 65))
    assert advise(net, (3, 64, 65), 7, batch_size=2) is None


def test_a_sentence_has_the_problem_and_all_mends():
    assert Advice("fc", "it is too wide", ("cut it", "fold it")).sentence == (
        "it is too wide: cut it, or fold it"
    )
    assert Advice("fc", "it is too wide", ()).sentence == "it is too wide"


def test_one_value_per_channel_is_too_few_for_a_batch_of_one_image_only():
    net = nn.Sequential(*POOLED, nn.BatchNorm1d(5), nn.Linear(5, 7))
    assert advise(net, (3, 11, 13), 7, batch_size=2) is None
    assert advise(net, (3, 11, 13), 7, batch_size=1).sentence == (
        "layer 3 (BatchNorm1d) gets one value per channel from a batch of one image: "
        "train with batches of 2 or more"
    )
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        net.train()(torch.zeros(1, 3, 11, 13))
    maps = nn.Sequential(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), *POOLED[1:])
    assert advise(maps, (3, 11, 13), batch_size=1) is None


class Deciding(nn.Module):
    def forward(self, images):
        return images if images.mean() > 0 else -images


def test_where_it_cannot_be_told_nothing_is_said():
    held = nn.Sequential(nn.Linear(5, 7))
    held.lock = threading.Lock()
    assert advise(held, (3,)) is None
    assert advise(Deciding(), (3, 11, 13), 7) is None


def test_before_any_training_the_advice_is_in_the_error():
    net = nn.Sequential(nn.Conv2d(1, 5, 5), nn.Flatten(), nn.Linear(500, 7))
    with pytest.raises(BadNetwork) as refusal:
        check_fit(net, "mine", (1, 13, 13), 7)
    assert str(refusal.value) == (
        "mine does not take images of 1x13x13 (c x h x w): layer 2 (Linear) takes 500 values in a "
        "row and gets 405 (5 maps of 9x9): make it nn.Linear(405, 7), or resize the images to "
        "14x14, or put nn.AdaptiveAvgPool2d(10) before the flattening, which fits images of any "
        "size"
    )
    with pytest.raises(BadNetwork) as refusal:
        check_fit(net, "mine", (1, 14, 14), 3)
    assert str(refusal.value) == (
        "mine answers two images with (2, 7): (2, 3) is needed, one score per class: "
        "make layer 2 (Linear) nn.Linear(500, 3)"
    )
