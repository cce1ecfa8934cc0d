import pytest
import torch
from torch import nn
from torch.testing import assert_close

from convscope.training.optimizer import build_optimizer, clip_gradient
from convscope.training.recipe import Recipe

RECIPES = {
    "plain sgd": Recipe(momentum=0.0, nesterov=False, learning_rate=0.1),
    "nesterov": Recipe(momentum=0.9, learning_rate=0.1, weight_decay=0.01),
    "adamw": Recipe(optimizer="adamw", learning_rate=0.01, weight_decay=0.1),
}


def small_net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.Flatten(), nn.Linear(5 * 9 * 11, 7))


def after_steps(net: nn.Module, optimizer: torch.optim.Optimizer, steps: int = 3) -> nn.Module:
    images = torch.randn(2, 3, 11, 13, generator=torch.Generator().manual_seed(1))
    for _ in range(steps):
        optimizer.zero_grad()
        net(images.contiguous(memory_format=torch.channels_last)).square().mean().backward()
        optimizer.step()
    return net


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_it_steps_as_torchs_plain_optimizer_does(name, memory_format):
    recipe = RECIPES[name]
    ours, theirs = small_net().to(memory_format=memory_format), small_net()
    groups = [
        {"params": [p for p in theirs.parameters() if p.ndim > 1]},
        {"params": [p for p in theirs.parameters() if p.ndim == 1], "weight_decay": 0.0},
    ]
    if recipe.optimizer == "adamw":
        plain = torch.optim.AdamW(groups, lr=0.01, weight_decay=0.1)
    else:
        plain = torch.optim.SGD(
            groups,
            lr=0.1,
            momentum=recipe.momentum,
            nesterov=recipe.nesterov,
            weight_decay=recipe.weight_decay,
        )
    after_steps(ours, build_optimizer(recipe, ours))
    after_steps(theirs, plain)
    assert_close(ours.state_dict(), theirs.state_dict())


def test_frozen_parameters_are_left_out():
    net = small_net()
    net[0].requires_grad_(False)
    optimizer = build_optimizer(Recipe(), net)
    assert sum(len(group["params"]) for group in optimizer.param_groups) == 2


def test_clipping_brings_the_norm_down_to_the_limit_and_zero_leaves_it_alone():
    net = small_net()
    net(torch.ones(2, 3, 11, 13)).sum().backward()

    def norm() -> float:
        return torch.cat([p.grad.flatten() for p in net.parameters()]).norm().item()

    before = norm()
    clip_gradient(net, 0.0)
    assert norm() == before > 0.5
    clip_gradient(net, 0.5)
    assert norm() == pytest.approx(0.5, rel=1e-4)
