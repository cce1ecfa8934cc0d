"""Points as an objective: how a recipe is fitted to them, and the loss that brings them there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor, nn

from convscope.data.augment import Augmentation
from convscope.data.batches import BatchSource
from convscope.data.dataset import Dataset
from convscope.data.moving_points import with_points
from convscope.data.photometric import Mixup
from convscope.data.scheme import Scheme
from convscope.errors import BadValue
from convscope.evaluation.evaluate import collect
from convscope.evaluation.points import points_loss, points_task
from convscope.evaluation.tasks import Task
from convscope.training.catalogue import CATALOGUE
from convscope.training.recipe import Recipe

FOR_CLASSES = ("label_smoothing", "class_weights")
"""Fields that mean nothing where there are no classes."""
USUAL_LOSS = "wing"


@dataclass(frozen=True, eq=False)
class PointsObjective:
    """The loss of answers (n, 2 p), over the points that are known, in images of (h, w)."""

    scheme: Scheme
    image_size: tuple[int, int]
    kind: str = USUAL_LOSS
    """wing, or smooth-l1."""

    @property
    def task(self) -> Task:
        """Loss, and mean normalised error."""
        return points_task(self.scheme, self.image_size, self.kind)

    def loss(self, net: nn.Module, batch: Any) -> Tensor:
        """Forward, then the mean loss."""
        images, targets = batch
        return points_loss(net(images).float(), targets, self.image_size, self.kind)

    def measure(self, net: nn.Module, batches: BatchSource) -> Mapping[str, float]:
        """The same loss without augmentation, and the error."""
        return self.task.measure(*collect(net, batches))


def points_objective(recipe: Recipe, train: Dataset) -> PointsObjective:
    """What `recipe` learns from `train`; `BadValue` for what only classes have."""
    usual = Recipe()
    for name in FOR_CLASSES:
        if getattr(recipe, name) != getattr(usual, name):
            raise BadValue(
                f"{name} is for classes, and {recipe.data} has points: leave it out, or take the "
                "recipe points"
            )
    if recipe.loss == "cross-entropy":
        raise BadValue("cross-entropy is for classes: points take wing or smooth-l1")
    kind = USUAL_LOSS if recipe.loss == "auto" else recipe.loss
    return PointsObjective(train.scheme or Scheme(), _image_size(train), kind)


def without_unknown_flip(name: str, recipe: Recipe, train: Dataset) -> Recipe:
    """`recipe`; less the flip that `name` brings along, where nobody knows what swaps in a mirror.

    One that was asked for stays, and will be refused.
    """
    if train.task != "points":
        return recipe
    known = train.scheme is not None and train.scheme.pairs is not None
    brought = name in CATALOGUE and recipe.augment == CATALOGUE[name].recipe.augment
    if known or not brought:
        return recipe
    steps = [step for step in recipe.augment.split("+") if step.partition(":")[0] != "flip"]
    return replace(recipe, augment="+".join(steps) or "none")


def augmentation_of(
    augment: Sequence[Augmentation | Mixup], train: Dataset
) -> tuple[Augmentation | Mixup, ...]:
    """`augment` as it suits the task of `train`: what moves images moves points too."""
    if train.task != "points":
        return tuple(augment)
    return with_points(augment, train.scheme or Scheme(), len(train.target_names))


def _image_size(dataset: Dataset) -> tuple[int, int]:
    _, h, w = dataset.image_shape
    return h, w
