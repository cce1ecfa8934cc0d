import pytest
import torch
from torch import nn

from convscope.networks.answering import answering


def test_modes_are_put_back_after_an_error():
    net = nn.Sequential(nn.Dropout(), nn.Linear(5, 3)).train()
    net[1].eval()
    with pytest.raises(RuntimeError), answering(net):
        net(torch.randn(2, 7))
    assert [m.training for m in net.modules()] == [True, True, False]


def test_inside_nothing_is_drawn_and_no_gradient_is_kept():
    net = nn.Sequential(nn.Linear(7, 5), nn.Dropout(0.5)).train()
    vectors = torch.randn(2, 7)
    with answering(net):
        answers = net(vectors)
        assert torch.equal(net(vectors), answers)
    assert not answers.requires_grad
