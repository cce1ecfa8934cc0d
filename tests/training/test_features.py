"""A net in two against the whole of it."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from convscope.networks.answering import answering
from convscope.networks.build import build_network
from convscope.training.features import Frozen, Rest, features_of, find_frozen, why_not_kept
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
        ("cnn", "head"),
        ("alexnet", "head"),
        ("lenet", "head"),
        ("vgg11", "head"),
    ],
)
def test_the_rest_of_a_net_answers_from_features_what_the_net_answers(
    network, freeze, recipe, images
):
    net = build_network(network, num_classes=5, in_channels=3, input_size=(64, 64))
    freezing = find_freezing(recipe(freeze=freeze), net)
    freezing.set_learning(net, 1)
    frozen = find_frozen(net, freezing.modules, images)
    assert frozen is not None
    assert why_not_kept(net, frozen, images) is None
    with answering(net):
        features = features_of(net, frozen, images)
        assert_close(Rest(net, frozen)(features), net(images))
    assert not any("forward" in vars(module) for module in net.modules())


def test_features_behind_something_that_learns_are_not_kept(recipe):
    net = nn.Sequential(nn.Flatten(), nn.Linear(7, 5), nn.Linear(5, 3), nn.Linear(3, 2))
    freezing = find_freezing(recipe(freeze="2"), net)
    freezing.set_learning(net, 1)
    images = torch.randn(2, 7)
    frozen = Frozen((7,), {"2": (3,)})
    assert find_frozen(net, freezing.modules, images) == frozen
    assert why_not_kept(net, frozen, images) == "what comes before them learns"
    freezing = find_freezing(recipe(freeze="1+2"), net)
    freezing.set_learning(net, 1)
    frozen = Frozen((7,), {"1": (5,), "2": (3,)})
    assert find_frozen(net, freezing.modules, images) == frozen
    assert why_not_kept(net, frozen, images) is None


class Around(nn.Module):
    """What comes in is used once more after the frozen layer."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Linear(7, 7), nn.Linear(7, 2)

    def forward(self, images):
        return self.head(self.body(images) + images)


class Sized(Around):
    """Looks at the shape of its images, and lays what its body gives out by it."""

    def forward(self, images):
        n, c, h, w = images.shape
        return self.head(self.body(images.reshape(n, c * h * w)).reshape(n, c * h * w))


class Twice(Around):
    """Goes through its body twice."""

    def forward(self, images):
        return self.head(self.body(self.body(images).mul(2)))


class Sequence(nn.Module):
    """A layer that gives more than one tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.GRU(1, 3), nn.Linear(3, 2)

    def forward(self, images):
        return self.head(self.body(images)[0][:, -1])


def test_features_with_a_way_around_them_are_not_kept(recipe):
    net, images = Around(), torch.randn(2, 7)
    find_freezing(recipe(freeze="body"), net).set_learning(net, 1)
    reason = why_not_kept(net, Frozen((7,), {"body": (7,)}), images)
    assert reason == "the net uses more than what they give at last"


@pytest.mark.parametrize(("net", "shape"), [(Sized(), (7, 1, 1)), (Twice(), (7,))])
def test_a_net_may_look_at_its_images_shape_or_loop(recipe, net, shape):
    find_freezing(recipe(freeze="body"), net).set_learning(net, 1)
    assert why_not_kept(net, Frozen(shape, {"body": (7,)}), torch.randn(11, *shape)) is None


def test_a_module_that_gives_several_tensors_cannot_be_kept():
    assert find_frozen(Sequence(), ["body"], torch.randn(2, 7, 1)) is None


def test_features_are_those_before_anything_works_on_them_in_place(recipe):
    net = nn.Sequential(nn.Linear(7, 5), nn.ReLU(inplace=True), nn.Linear(5, 2))
    images = torch.randn(11, 7, generator=torch.Generator().manual_seed(3))
    with answering(net):
        assert_close(features_of(net, Frozen((7,), {"0": (5,)}), images), net[0](images))
