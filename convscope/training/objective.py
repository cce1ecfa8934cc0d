"""Objective: what is being learned.

The loop asks it for the loss of a batch and for the numbers of an epoch, and knows nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from convscope.data.batches import BatchSource
from convscope.data.dataset import Dataset
from convscope.errors import BadValue
from convscope.evaluation.evaluate import collect
from convscope.evaluation.tasks import TASKS, Task
from convscope.training.points import points_objective
from convscope.training.recipe import Recipe


@runtime_checkable
class Objective(Protocol):
    """A loss to lower, on top of the metrics of its task."""

    @property
    def task(self) -> Task:
        """What is measured, and which number decides."""
        ...

    def loss(self, net: nn.Module, batch: Any) -> Tensor:
        """The loss of one batch, a scalar with a gradient, averaged over its images."""
        ...

    def measure(self, net: nn.Module, batches: BatchSource) -> Mapping[str, float]:
        """The task's metrics of `net` over all batches, in evaluation mode and float32."""
        ...


@dataclass(frozen=True, eq=False)
class Classification:
    """Cross-entropy of scores (n, k) with labels (n,), or with shares of each class (n, k)."""

    label_smoothing: float = 0.0
    class_weights: Tensor | None = None
    """(k,) how much each class counts; None: every image the same."""
    task: Task = TASKS["classes"]

    def loss(self, net: nn.Module, batch: Any) -> Tensor:
        """Forward, then the mean cross-entropy."""
        images, targets = batch
        return F.cross_entropy(
            net(images).float(), targets, self.class_weights, label_smoothing=self.label_smoothing
        )

    def measure(self, net: nn.Module, batches: BatchSource) -> Mapping[str, float]:
        """Plain cross-entropy, without smoothing and weights, and accuracy."""
        return self.task.measure(*collect(net, batches))


def build_objective(recipe: Recipe, train: Dataset, device: str = "cpu") -> Objective:
    """What `recipe` learns from `train`, ready for a net on `device`; `BadValue` if it cannot."""
    if train.task == "points":
        return points_objective(recipe, train)
    if recipe.loss not in ("auto", "cross-entropy"):
        raise BadValue(f"{recipe.loss} is for points, and {recipe.data} has classes: leave it out")
    balanced = recipe.class_weights == "balanced"
    weights = torch.tensor(train.balanced_weights(), device=device) if balanced else None
    return Classification(recipe.label_smoothing, weights)
