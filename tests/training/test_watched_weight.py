import pytest
import torch
from torch import nn

from convscope.errors import BadValue, UnknownName
from convscope.training.watched_weight import Place, find_weight, gradient_of


@pytest.fixture
def net() -> nn.Sequential:
    """With gradients that are known: the largest is negative, its place is not the first."""
    net = nn.Sequential(nn.Conv2d(2, 3, (5, 7)), nn.Linear(11, 13))
    for parameter in net.parameters():
        parameter.grad = torch.zeros_like(parameter)
    gradient_of(net.get_parameter("0.weight"))[2, 1, 4, 3] = -7.0
    gradient_of(net.get_parameter("1.weight"))[3, 10] = 0.5
    gradient_of(net.get_parameter("1.bias"))[5] = 2.0
    return net


@pytest.mark.parametrize(
    ("written", "place"),
    [
        (None, Place("1.weight", (3, 10))),  # the last matrix, although a bias is steeper
        ("0.weight", Place("0.weight", (2, 1, 4, 3))),
        ("1.bias", Place("1.bias", (5,))),
        ("1.bias[12]", Place("1.bias", (12,))),
        (" 0.weight [0, 1,2,6 ]", Place("0.weight", (0, 1, 2, 6))),
    ],
)
def test_a_weight_is_found_by_what_is_written(net, written, place):
    assert find_weight(net, written) == place


def test_a_place_is_written_as_it_is_read(net):
    place = Place("0.weight", (0, 1, 2, 6))
    assert find_weight(net, str(place)) == place


def test_of_vectors_alone_the_last_is_watched():
    assert find_weight(nn.BatchNorm2d(5), None) == Place("bias", (0,))


@pytest.mark.parametrize(
    ("written", "error", "said"),
    [
        ("0.wieght", UnknownName, "no weights '0.wieght': did you mean 0.weight"),
        ("1.weight[1]", BadValue, r"shape 13 x 11, so an index runs from \[0,0\] to \[12,10\]"),
        ("1.weight[]", BadValue, "shape 13 x 11"),
        ("1.weight[13,0]", BadValue, "shape 13 x 11"),
        ("1.weight[-1,0]", BadValue, "shape 13 x 11"),
        ("1.weight[a,b]", BadValue, "shape 13 x 11"),
        ("1.weight[1,2", BadValue, r"it is written NAME\[INDEX\]"),
        ("", BadValue, r"it is written NAME\[INDEX\]"),
    ],
)
def test_what_cannot_be_found_is_told(net, written, error, said):
    with pytest.raises(error, match=said):
        find_weight(net, written)


def test_what_the_loss_does_not_depend_on_has_a_gradient_of_zeros():
    assert gradient_of(nn.Parameter(torch.ones(3, 5))).equal(torch.zeros(3, 5))
