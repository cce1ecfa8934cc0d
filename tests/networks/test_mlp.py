import pytest
import torch
from torch.nn import functional as F

from convscope.networks.mlp import MLP


def count(net: torch.nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def test_the_layers_have_the_courses_names_and_shapes():
    shapes = {key: tuple(t.shape) for key, t in MLP().state_dict().items()}
    assert shapes == {
        "fc1.weight": (512, 784), "fc1.bias": (512,),
        "fc2.weight": (512, 512), "fc2.bias": (512,),
        "fc3.weight": (10, 512), "fc3.bias": (10,),
    }  # fmt: skip


def test_784_512_512_10_has_669706_parameters():
    assert count(MLP()) == 669_706


def test_as_many_hidden_layers_as_asked_for():
    net = MLP(num_classes=5, in_channels=2, input_size=(3, 7), hidden=[11, 13, 17])
    widths = [(11, 42), (13, 11), (17, 13), (5, 17)]
    assert [tuple(p.shape) for p in net.parameters() if p.ndim == 2] == widths


def test_without_hidden_layers_it_is_linear():
    net = MLP(num_classes=5, in_channels=2, input_size=(3, 7), hidden=())
    images = torch.randn(11, 2, 3, 7)
    torch.testing.assert_close(net(images), F.linear(images.reshape(11, 42), *net.parameters()))


def test_the_answer_is_that_of_the_written_out_layers():
    net = MLP(num_classes=5, in_channels=2, input_size=(3, 7), hidden=(11, 13)).eval()
    w1, b1, w2, b2, w3, b3 = net.parameters()
    images = torch.randn(17, 2, 3, 7)
    hidden = (images.reshape(17, 42) @ w1.T + b1).clamp(min=0)
    expected = (hidden @ w2.T + b2).clamp(min=0) @ w3.T + b3
    torch.testing.assert_close(net(images), expected)


@pytest.mark.parametrize(("dropout", "silent"), [(0.0, False), (1.0, True)])
def test_dropout_acts_on_the_hidden_layers_in_training_only(dropout, silent):
    net, images = MLP(hidden=(11,), dropout=dropout), torch.randn(3, 1, 28, 28)
    steady = net.eval()(images)
    trained = net.train()(images)
    expected = net.fc2.bias.expand(3, 10) if silent else steady
    torch.testing.assert_close(trained, expected)
