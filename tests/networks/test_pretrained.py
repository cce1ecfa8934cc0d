import pytest
import torch
from torch import nn
from torch.testing import assert_close

from convscope.networks.build import build_network
from convscope.networks.catalogue import CATALOGUE
from convscope.networks.pretrained import (
    adapt_first_layer,
    count_classes,
    first_layer_of,
    fit_weights,
    head_of,
    new_head,
)


def on_paper(name: str, num_classes: int) -> nn.Module:
    with torch.device("meta"):
        return build_network(name, num_classes=num_classes, in_channels=3, input_size=(67, 71))


def small_net(channels: int, classes: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(channels, 5, (2, 3), padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(1050, classes)
    )


DEEP = ("resnet101", "resnet152", "resnet56", "resnet110", "plain56")
"""Built as their sisters are, and slow to build."""


@pytest.mark.parametrize("name", [name for name in CATALOGUE if name not in DEEP])
def test_the_head_is_all_that_depends_on_the_number_of_classes(name):
    net, other = on_paper(name, 7), on_paper(name, 11)
    shapes, others = ({k: t.shape for k, t in n.state_dict().items()} for n in (net, other))
    differ = {key for key in shapes if shapes[key] != others[key]}
    assert differ == {key for key in shapes if key.startswith(f"{head_of(net)}.")}
    counts = (4, 6) if name == "keypoint_net" else (7, 11)  # a map answers two numbers
    assert (
        count_classes(net.state_dict(), other),
        count_classes(other.state_dict(), net),
    ) == counts
    first = first_layer_of(net)
    assert first is None if name == "mlp" else net.state_dict()[first].shape[1] == 3


def test_nothing_changes_where_all_fits():
    net, weights = small_net(3, 7), small_net(3, 7).state_dict()
    for change in (new_head, adapt_first_layer, fit_weights):
        fitted, told = change(weights, net)
        assert_close(fitted, dict(weights), rtol=0, atol=0)
        assert told == []


def test_a_new_head_is_the_nets_own_and_the_rest_is_given():
    net, weights = small_net(3, 2), small_net(3, 1013).state_dict()
    fitted, told = new_head(weights, net)
    own = net.state_dict()
    assert fitted.keys() == own.keys()
    for key in fitted:
        expected = own if key.startswith("3.") else weights
        assert torch.equal(fitted[key], expected[key])
    assert told == ["new head: 3.weight and 3.bias begin anew, for 2 classes and not 1,013"]
    fitted["3.bias"].zero_()
    assert net[3].bias.any()  # a copy, so that later steps do not change it


def test_as_many_other_classes_need_a_new_head_too():
    net, weights = small_net(3, 2), small_net(3, 2).state_dict()
    fitted, told = new_head(weights, net, other_classes=True)
    assert torch.equal(fitted["3.weight"], net[3].weight)
    assert told == ["new head: 3.weight and 3.bias begin anew, for 2 other classes"]


def test_weights_of_another_network_keep_their_head():
    weights = small_net(3, 11).state_dict()
    for net in (nn.Linear(5, 3), nn.Sequential(nn.Flatten(), nn.Linear(1051, 2)), nn.ReLU()):
        assert count_classes(weights, net) is None
        assert new_head(weights, net) == (dict(weights), [])


def test_a_net_of_a_single_layer_is_its_own_head():
    net = nn.Linear(5, 3)
    assert head_of(net) == ""
    assert head_of(nn.ReLU()) is None
    fitted, told = new_head(nn.Linear(5, 7).state_dict(), net)
    assert torch.equal(fitted["weight"], net.weight)
    assert len(told) == 1


@pytest.mark.parametrize(("before", "after"), [(3, 1), (1, 3), (3, 5), (4, 3)])
def test_a_grey_picture_is_answered_as_it_was_in_every_channel(before, after):
    old, new = small_net(before, 7), small_net(after, 7)
    fitted, told = adapt_first_layer(old.state_dict(), new)
    new.load_state_dict(fitted)
    grey = torch.randn(2, 1, 13, 15)
    assert_close(new(grey.repeat(1, after, 1, 1)), old(grey.repeat(1, before, 1, 1)))
    assert f"0.weight takes {after} channel" in told[0]
    assert f"and not {before}" in told[0]


def test_a_first_layer_that_differs_in_more_than_channels_is_left_alone():
    wider = nn.Sequential(nn.Conv2d(1, 7, (2, 3)))
    larger = nn.Sequential(nn.Conv2d(1, 5, (3, 3)))
    linear = nn.Sequential(nn.Linear(11, 5))
    weights = small_net(3, 7).state_dict()
    for net in (wider, larger, linear, nn.Sequential(nn.ReLU(), nn.Conv2d(1, 5, (2, 3)))):
        assert adapt_first_layer(weights, net) == (dict(weights), [])


def test_channels_and_classes_are_fitted_together():
    net = small_net(1, 2)
    fitted, told = fit_weights(small_net(3, 11).state_dict(), net)
    net.load_state_dict(fitted)
    assert [note.split()[0] for note in told] == ["0.weight", "new"]
