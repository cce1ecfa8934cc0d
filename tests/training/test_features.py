"""A net in two against the whole of it."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from convscope.networks.answering import answering
from convscope.networks.build import build_network
from convscope.training.features import Rest, can_keep, features_of
from convscope.training.transfer import find_freezing


@pytest.fixture
def images():
    return torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    ("network", "freeze"),
    [
        ("squeezenet1_1", "features"),
        ("resnet18", "head"),
        ("resnet20", "head"),
        ("cnn", "conv1+conv2+conv3"),
    ],
)
def test_the_rest_of_a_net_answers_from_features_what_the_net_answers(
    network, freeze, recipe, images
):
    net = build_network(network, num_classes=5, in_channels=3, input_size=(64, 64))
    freezing = find_freezing(recipe(freeze=freeze), net)
    freezing.set_learning(net, 1)
    assert can_keep(net, freezing.modules, images)
    with answering(net):
        features = features_of(net, freezing.modules, images)
        assert_close(Rest(net, freezing.modules)(features), net(images))
    assert not any("forward" in vars(module) for module in net.modules())


def test_features_behind_something_that_learns_are_not_kept(recipe):
    net = nn.Sequential(nn.Flatten(), nn.Linear(7, 5), nn.Linear(5, 3), nn.Linear(3, 2))
    freezing = find_freezing(recipe(freeze="2"), net)
    freezing.set_learning(net, 1)
    assert not can_keep(net, freezing.modules, torch.randn(2, 7))
    freezing = find_freezing(recipe(freeze="1+2"), net)
    freezing.set_learning(net, 1)
    assert can_keep(net, freezing.modules, torch.randn(2, 7))


class Around(nn.Module):
    """What comes in is used once more after the frozen layer."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Linear(7, 7), nn.Linear(7, 2)

    def forward(self, images):
        return self.head(self.body(images) + images)


class Sized(Around):
    """Looks at the shape of its images."""

    def forward(self, images):
        n, c, h, w = images.shape
        return self.head(self.body(images.reshape(n, c * h * w)))


def test_features_with_a_way_around_them_are_not_kept(recipe):
    for net, images in ((Around(), torch.randn(2, 7)), (Sized(), torch.randn(2, 7, 1, 1))):
        freezing = find_freezing(recipe(freeze="body"), net)
        freezing.set_learning(net, 1)
        assert not can_keep(net, freezing.modules, images)
