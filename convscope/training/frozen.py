"""What the frozen part of a net gives, computed once and kept, so that an epoch is quick.

Kept in float32. With augmentation a few changed views of each image are kept and used in turn:
those of the first epochs, and after them the same ones again.
"""

import math
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from convscope.atomic import make_folder
from convscope.data.batches import Batches, BatchSource
from convscope.data.download import cache_folder
from convscope.device import device_of
from convscope.errors import CannotWrite
from convscope.evaluation.tasks import Task
from convscope.networks.answering import answering
from convscope.training.features import Frozen, Rest, features_of, find_frozen, why_not_kept
from convscope.training.loop import Ingredients
from convscope.training.objective import Objective

VIEWS = 4
"""Augmented views of each image that are kept."""
MOST_IN_MEMORY = 1 << 28
"""Bytes of one view above which it lies in a file of the cache folder."""
MOST_KEPT = 8 << 30
"""Bytes of all views; where they would take more there are fewer views, or nothing is kept."""


@dataclass(frozen=True, eq=False)
class OnFeatures:
    """`objective` for batches of features instead of images."""

    objective: Objective
    frozen: Frozen

    @property
    def task(self) -> Task:
        """The objective's own."""
        return self.objective.task

    def loss(self, net: nn.Module, batch: Any) -> Tensor:
        """The loss of the rest of `net` on a batch of features."""
        return self.objective.loss(Rest(net, self.frozen), batch)

    def measure(self, net: nn.Module, batches: BatchSource) -> Mapping[str, float]:
        """The metrics of the rest of `net` on features."""
        return self.objective.measure(Rest(net, self.frozen), batches)


class KeptBatches:
    """Batches whose images are replaced by what the frozen modules make of them.

    Of a training part each epoch has the order and the batches that it would have with images.
    """

    def __init__(self, source: Batches, net: nn.Module, frozen: Frozen, views: int = 1) -> None:
        self._source, self._net, self._frozen = source, net, frozen
        self._count = views
        self._views: dict[int, _View] = {}

    def __len__(self) -> int:
        return len(self._source)

    def epoch(self, number: int, start: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches of epoch `number` from `start` on; a view is computed at its first use."""
        which = (max(number, 1) - 1) % self._count + 1
        if which not in self._views:
            self._views[which] = _View(self._source, self._net, self._frozen, which)
        yield from self._views[which].batches(self._source.samples(number)[start:])


class _View:
    """The features and targets of every image of epoch `number`."""

    def __init__(self, source: Batches, net: nn.Module, frozen: Frozen, number: int) -> None:
        order = [samples.cpu() for samples in source.samples(number)]
        self._device = device_of(net)
        self._features = self._targets = torch.empty(0)
        count = sum(len(samples) for samples in order)
        with answering(net):
            for samples, (images, targets) in zip(order, source.epoch(number), strict=True):
                features = features_of(net, frozen, images).cpu()
                if not len(self._features):
                    self._features = _room((count, *features.shape[1:]))
                    self._targets = torch.empty((count, *targets.shape[1:]), dtype=targets.dtype)
                self._features[samples] = features
                self._targets[samples] = targets.cpu()

    def batches(self, order: list[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        for samples in order:
            rows = samples.cpu()
            features, targets = self._features[rows], self._targets[rows]
            yield features.to(self._device), targets.to(self._device)


def keep_features(
    ingredients: Ingredients, net: nn.Module, sample: Tensor
) -> tuple[Ingredients | None, str]:
    """`ingredients` with features in the place of images, and what is kept, as half a sentence.

    None where nothing is frozen or the features cannot be kept. `sample` are some images.
    """
    freezing = ingredients.freezing
    batches, validation = ingredients.batches, ingredients.validation
    if not (freezing.modules and isinstance(batches, Batches) and isinstance(validation, Batches)):
        return None, ""
    freezing.set_learning(net, 1)
    few = sample[:2].to(device_of(net))
    frozen = find_frozen(net, freezing.modules, few)
    if frozen is None:
        return None, "one of them gives no single tensor, so every epoch computes it anew"
    if reason := why_not_kept(net, frozen, few):
        return None, f"{reason}, so every epoch computes it anew"
    shape = frozen.gives[frozen.last]
    augmented = ingredients.recipe.augment != "none"
    images = [len(torch.cat(each.samples(0))) for each in (batches, validation)]
    views = count_views(shape, images[0], augmented)
    if not views:
        return None, "what they give is too much to keep, so every epoch computes it anew"
    check_disk(shape, [*views * [images[0]], images[1]])
    kept = replace(
        ingredients,
        batches=KeptBatches(batches, net, frozen, views),
        validation=KeptBatches(validation, net, frozen),
        objective=OnFeatures(ingredients.objective, frozen),
    )
    of = f"of {views} augmented views of each image" if augmented else "of each image"
    return kept, f"what they give {of} is computed once and kept"


def count_views(feature_shape: Sequence[int], images: int, augmented: bool) -> int:
    """How many views of `images` to keep, if one's features have that shape; 0 is too many."""
    bytes_of_one = 4 * images * math.prod(feature_shape)
    return min(VIEWS if augmented else 1, MOST_KEPT // max(1, bytes_of_one))


def check_disk(feature_shape: Sequence[int], views: Sequence[int]) -> None:
    """`CannotWrite` if the disk has no room for views of so many images each."""
    sizes = [4 * images * math.prod(feature_shape) for images in views]
    needed = sum(size for size in sizes if size > MOST_IN_MEMORY)
    if not needed:
        return
    make_folder(cache_folder())
    free = shutil.disk_usage(cache_folder()).free
    if needed > free:
        raise CannotWrite(
            f"the frozen part's answers take {needed / 1e9:.1f} GB and {cache_folder()} has "
            f"{free / 1e9:.1f} left: free some, or let XDG_CACHE_HOME name a folder elsewhere"
        )


def _room(shape: tuple[int, ...]) -> Tensor:
    """An empty float32 tensor of that shape: in memory, or in a file that goes when it does.

    Where systems let go of a file that is still in use, it has no name from the start, so that a
    kill leaves nothing either.
    """
    if 4 * math.prod(shape) <= MOST_IN_MEMORY:
        return torch.empty(shape)
    make_folder(cache_folder())
    folder = tempfile.mkdtemp(prefix="features-", dir=cache_folder())
    room = torch.from_file(f"{folder}/features", shared=True, size=math.prod(shape)).view(shape)
    shutil.rmtree(folder, ignore_errors=True)
    weakref.finalize(room, shutil.rmtree, folder, ignore_errors=True)
    return room
