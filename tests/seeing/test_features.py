import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convscope.errors import BadNetwork, BadValue, UnknownName
from convscope.networks.build import build_network
from convscope.seeing.features import as_vectors, feature_vectors, last_hidden


class Small(nn.Module):
    """A convolution, a dropout, a linear layer, and one layer that is never called."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 5)
        self.norm = nn.BatchNorm2d(3)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(3, 7)
        self.idle = nn.Linear(3, 7)

    def forward(self, images):
        maps = self.dropout(self.norm(self.conv(images)))
        return self.head(maps.mean((2, 3)))


@pytest.fixture
def net() -> Small:
    torch.manual_seed(1)
    return Small().train()


BATCHES = [torch.randn(n, 2, 11, 13, generator=torch.Generator().manual_seed(n)) for n in (2, 5)]


def test_features_are_a_hand_written_forward_up_to_the_layer(net):
    features = feature_vectors(net, BATCHES, "norm")
    maps = F.conv2d(torch.cat(BATCHES), net.conv.weight, net.conv.bias)
    maps = maps / (1 + net.norm.eps) ** 0.5  # as it begins: mean 0, variance 1
    torch.testing.assert_close(features.vectors, maps.mean((2, 3)).detach())
    logits = maps.mean((2, 3)) @ net.head.weight.T + net.head.bias
    torch.testing.assert_close(features.answers, logits.detach())


def test_flat_keeps_every_value(net):
    features = feature_vectors(net, BATCHES, "conv", flat=True)
    maps = F.conv2d(torch.cat(BATCHES), net.conv.weight, net.conv.bias)
    torch.testing.assert_close(features.vectors, maps.flatten(1).detach())
    assert not features.vectors.requires_grad


def test_rows_stay_rows_and_tokens_are_averaged():
    rows, tokens = torch.randn(2, 3), torch.randn(2, 5, 7)
    assert as_vectors(rows) is rows or as_vectors(rows).equal(rows)
    torch.testing.assert_close(as_vectors(tokens), tokens.mean(1))


@pytest.mark.parametrize(
    ("layer", "batches", "error"),
    [
        ("cnov", BATCHES, UnknownName),
        ("idle", BATCHES, BadNetwork),
        ("conv", [], BadValue),
        ("conv", [torch.randn(2, 3, 11, 13)], RuntimeError),
    ],
)
def test_after_an_error_modes_weights_and_hooks_are_as_they_were(net, layer, batches, error):
    net.dropout.eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    with pytest.raises(error):
        feature_vectors(net, batches, layer)
    assert [net.training, net.norm.training, net.dropout.training] == [True, True, False]
    assert all(value.equal(before[name]) for name, value in net.state_dict().items())
    assert not any(module._forward_hooks for module in net.modules())


def test_the_last_hidden_layer_is_the_one_before_the_last_with_weights(net):
    assert last_hidden(net, BATCHES[0]) == "dropout"
    squeezenet = build_network("squeezenet1_1", num_classes=5, in_channels=3, input_size=(67, 67))
    assert last_hidden(squeezenet, torch.zeros(1, 3, 67, 67)) == "classifier.0"
    resnet = build_network("resnet18", num_classes=5, in_channels=3, input_size=(67, 67))
    images = torch.randn(2, 3, 67, 67)
    pooled = feature_vectors(resnet, [images], last_hidden(resnet, images))
    assert pooled.vectors.shape == (2, 512)


def test_a_single_layer_has_none_before_it():
    with pytest.raises(BadNetwork, match="nothing comes before"):
        last_hidden(nn.Sequential(nn.Conv2d(2, 3, 1)), BATCHES[0])
