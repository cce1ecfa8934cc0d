import torch
from torch import nn
from torch.testing import assert_close

from convscope.training.average import Average


def test_without_a_decay_it_is_the_net_itself():
    net = nn.Linear(3, 2)
    assert Average(net, 0.0).net is net


def test_it_follows_the_net_by_its_decay_slower_only_after_the_start():
    net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    average = Average(net, 0.9)
    expected = net[0].weight.detach().clone()
    for step in range(1, 200):
        with torch.no_grad():
            net[0].weight.add_(step)
            net[1].running_mean.add_(1)
        average.update(step)
        decay = min(0.9, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * net[0].weight.detach()
    assert_close(average.net[0].weight.detach(), expected)
    assert_close(average.net[1].running_mean, net[1].running_mean)
    assert not average.net.training
