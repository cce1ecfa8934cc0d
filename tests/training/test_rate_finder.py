"""The range test against its rule, and against what it must leave alone."""

import math
from pathlib import Path

import pytest
import torch
from torch import nn

from convscope.errors import BadValue, Diverged
from convscope.training.plan import make_plan
from convscope.training.rate_finder import STEPS, find_rate, rising_rates, suggested


def test_rates_rise_from_a_millionth_to_ten_by_one_factor():
    rates = rising_rates()
    assert (len(rates), rates[0]) == (STEPS, 1e-6)
    assert rates[-1] == pytest.approx(10.0)
    assert [b / a for a, b in zip(rates, rates[1:], strict=False)] == pytest.approx(
        [1e7 ** (1 / (STEPS - 1))] * (STEPS - 1)
    )


def test_a_tenth_of_the_rate_of_the_lowest_loss_is_suggested_to_two_digits():
    rates = [10.0**i for i in range(-6, 1)]
    assert suggested(rates, [2.0, 2.0, 1.9, 1.5, 1.2, 1.6, 9.0]) == 1e-3
    assert suggested([0.12345, 0.23456], [2.0, 1.0]) == 0.023


def test_where_the_loss_does_not_fall_nothing_is_suggested():
    assert suggested([1e-6, 1e-5, 1e-4], [1.0, 1.1, 0.99]) is None
    assert suggested([], []) is None


def test_the_losses_are_those_of_training_at_these_rates(bars, recipe):
    chosen = recipe(momentum=0.0, nesterov=False, network_arguments={"dropout": 0.0})
    test = find_rate(chosen, data=bars)
    plan = make_plan("by hand", chosen, data=bars)
    net, batches = plan.net.train(), plan.ingredients.batches
    losses = []
    for epoch in (1, 2):
        for images, labels in batches.epoch(epoch):
            rate = test.rates[len(losses)]
            loss = nn.functional.cross_entropy(net(images), labels)
            gradients = torch.autograd.grad(loss, list(net.parameters()))
            with torch.no_grad():
                for parameter, gradient in zip(net.parameters(), gradients, strict=True):
                    parameter -= rate * gradient
            losses.append(loss.item())
    assert list(test.losses[: len(losses)]) == pytest.approx(losses, rel=1e-4)
    first, second = test.losses[:2]
    assert test.smoothed[:2] == pytest.approx([first, (0.9 * first + second) / 1.9])


def test_a_net_that_can_learn_gets_a_rate_at_which_it_does(bars, recipe):
    test = find_rate(recipe(), data=bars, fields={"optimizer": "adamw"})
    assert test.suggestion is not None
    assert 1e-4 < test.suggestion < 0.3
    learned = find_rate(recipe(), data=bars, fields={"optimizer": "adamw"})
    assert learned == test  # nothing is drawn at random anew


def test_weights_and_folders_stay_as_they_are(bars, recipe, own_place):
    net = nn.Sequential(nn.Flatten(), nn.Linear(143, 2))
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    find_rate(recipe(), data=bars, network=net)
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
    assert all(p.grad is None and p.requires_grad for p in net.parameters())
    assert not Path("runs").exists()


def test_what_is_frozen_stays_frozen(bars, recipe):
    chosen = recipe(network="cnn", network_arguments={}, freeze="head", optimizer="adamw")
    test = find_rate(chosen, data=bars)
    assert test.suggestion is not None


def test_it_ends_where_the_loss_is_far_too_high(bars, recipe):
    test = find_rate(recipe(optimizer="sgd"), data=bars)
    assert test.diverged == (len(test.rates) < STEPS)
    assert all(math.isfinite(loss) for loss in test.losses)
    assert len(test.rates) == len(test.losses) == len(test.smoothed)


class NotANumber(nn.Module):
    """Answers no numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(143, 2)

    def forward(self, images):
        return self.fc(images.flatten(1)) * math.nan


def test_a_net_that_gives_no_numbers_is_told(bars, recipe):
    with pytest.raises(Diverged, match="the very first loss of custom is no finite number"):
        find_rate(recipe(), data=bars, network=NotANumber())


def test_bad_fields_are_refused(bars, recipe):
    with pytest.raises(BadValue, match="epochs"):
        find_rate(recipe(), data=bars, fields={"epochs": 0})
