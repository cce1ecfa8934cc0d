"""The optimiser of a recipe."""

import torch
from torch import nn
from torch.optim import SGD, AdamW, Optimizer

from convscope.training.recipe import Recipe
from convscope.training.transfer import Freezing


def build_optimizer(recipe: Recipe, net: nn.Module, freezing: Freezing | None = None) -> Optimizer:
    """SGD or AdamW over the net's parameters; matrices and filters decay, vectors do not.

    What `freezing` will thaw is in it from the beginning, in groups with their "share" of the rate.
    """
    groups = []
    for share, learning in (freezing or Freezing()).groups(net):
        decayed, kept = [p for p in learning if p.ndim > 1], [p for p in learning if p.ndim <= 1]
        groups += [
            {"params": decayed, "weight_decay": recipe.weight_decay, "share": share},
            {"params": kept, "weight_decay": 0.0, "share": share},
        ]
    groups = [group for group in groups if group["params"]]
    trained = [p for group in groups for p in group["params"]]
    fused = all(p.device.type in ("cpu", "cuda") for p in trained)  # one pass over each tensor
    if recipe.optimizer == "adamw":
        return AdamW(groups, lr=recipe.learning_rate, fused=fused)
    return SGD(
        groups,
        lr=recipe.learning_rate,
        momentum=recipe.momentum,
        nesterov=recipe.nesterov,
        fused=fused,
    )


def clip_gradient(net: nn.Module, largest: float) -> None:
    """Scale the gradient down to the norm `largest`; 0 leaves it alone."""
    if largest:
        torch.nn.utils.clip_grad_norm_(net.parameters(), largest)
