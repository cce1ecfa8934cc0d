import pytest
import torch
from torch import nn

from convscope.errors import Diverged
from convscope.training.state import Best, RunningLoss


def test_the_mean_weighs_every_image_alike():
    loss = RunningLoss()
    loss.add(torch.tensor(1.0), 3)
    loss.add(torch.tensor(2.0), 5)
    assert loss.mean == 13 / 8


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_loss_that_is_not_finite_is_never_added(value):
    loss = RunningLoss(2.0, 1)
    with pytest.raises(Diverged):
        loss.add(torch.tensor(value), 3)
    assert loss == RunningLoss(2.0, 1)


def test_the_best_keeps_the_first_of_the_lowest_and_its_own_copy():
    net, best = nn.Linear(1, 1, bias=False), Best()
    for epoch, value in enumerate((float("nan"), 2.0, 1.0, 1.0, float("nan"), 3.0)):
        with torch.no_grad():
            net.weight.fill_(epoch)
        best.see(epoch, value, net)
    assert (best.epoch, best.value) == (2, 1.0)
    assert best.weights["weight"].item() == 2
