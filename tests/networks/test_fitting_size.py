import torch
from torch import nn

from convscope.networks.fitting_size import in_pixels, size_for, smallest_passing, smallest_size
from convscope.networks.trace import trace


def works(net: nn.Module, *shape: int) -> bool:
    try:
        net(torch.zeros(1, *shape))
    except RuntimeError:
        return False
    return True


def test_the_smallest_size_is_the_one_below_which_torch_refuses():
    net = nn.Sequential(nn.Conv2d(1, 5, 5), nn.MaxPool2d(2), nn.Conv2d(5, 7, 5), nn.MaxPool2d(2))
    side = smallest_passing(trace(net, (1, 9, 11)))
    first_two = net[:3]
    assert works(first_two, 1, side, side)
    assert not works(first_two, 1, side - 1, side - 1)


def test_the_size_for_a_linear_layer_is_the_smallest_that_runs():
    net = nn.Sequential(nn.Conv2d(3, 5, 3, stride=2), nn.Flatten(), nn.Linear(5 * 7 * 7, 2))
    side = size_for(trace(net, (3, 23, 29)), 5 * 7 * 7)
    assert [n for n in range(3, 40) if works(net, 3, n, n)][0] == side


def test_sequences_have_a_length():
    net = nn.Sequential(nn.Conv1d(3, 5, 3), nn.Flatten(), nn.Linear(55, 2))
    found = trace(net, (3, 29))
    assert size_for(found, 55) == 13
    assert in_pixels(found, 13) == "a length of 13"
    assert in_pixels(trace(net, (3, 29, 31)), 13) == "13x13"


def test_where_no_size_fits_there_is_none():
    net = nn.Sequential(nn.Conv2d(3, 5, 3), nn.Flatten(), nn.Linear(56, 2))
    found = trace(net, (3, 23, 29))
    assert size_for(found, 56) is None
    assert smallest_size(found, lambda other: False) is None
    assert smallest_passing(trace(nn.Linear(5, 2), (7,))) is None
