"""The one live thing of the data floor: a data set that leaves in batches, ready for a network."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from convscope.data.augment import Augmentation, draw_table
from convscope.data.dataset import Dataset
from convscope.data.memory_map import MappedImages, blocks
from convscope.data.photometric import Mixup
from convscope.data.preprocess import Preprocessing
from convscope.device import free_memory
from convscope.seed import generator
from convscope.shapes import Images, Stored, Targets

Draws = tuple[Tensor, ...]
MOST_ANSWERED = 500
"""Images asked in one batch, where nothing is learned."""
MOST_VALUES = 1 << 20
"""Of them all: a net's maps of large images would take memory by the gigabyte."""


@runtime_checkable
class BatchSource(Protocol):
    """What a training loop needs of data of any kind; it hands each batch on unopened."""

    def __len__(self) -> int:
        """Batches in an epoch."""
        ...

    def epoch(self, number: int, start: int = 0) -> Iterator[Any]:
        """The batches of epoch `number` on the device, from `start` on, the same at every call."""
        ...


def answering_size(image_shape: tuple[int, int, int]) -> int:
    """How many images (c, h, w) to ask in one batch, where nothing is learned."""
    return max(1, min(MOST_ANSWERED, MOST_VALUES // math.prod(image_shape)))


class Batches:
    """A data set as (images, targets) batches, normalised as they leave.

    The images are kept as one uint8 tensor on the device; those of a memory map stay in their file
    where the device is the processor, or too small for them.
    """

    def __init__(
        self,
        dataset: Dataset,
        preprocessing: Preprocessing,
        batch_size: int,
        *,
        device: torch.device | str = "cpu",
        memory_format: torch.memory_format = torch.contiguous_format,
    ) -> None:
        self._device = torch.device(device)
        self._rows, self._places = _kept(dataset.images, self._device)
        self._targets = dataset.targets.to(device)
        self._num_classes = len(dataset.target_names)
        self._preprocessing = preprocessing
        self._memory_format = memory_format
        self.batch_size = batch_size

    def __len__(self) -> int:
        return math.ceil(len(self._targets) / self.batch_size)

    def epoch(self, number: int, start: int = 0) -> Iterator[tuple[Images, Targets]]:
        """The images in their own order, from batch `start` on; `number` changes nothing."""
        for samples in self.samples(number)[start:]:
            yield self._finished(*self._gathered(samples))

    def samples(self, number: int) -> list[Tensor]:
        """Which images, by their numbers, make up each batch of epoch `number`."""
        everything = torch.arange(len(self._targets), device=self._device)
        return list(everything.split(self.batch_size))

    def _gathered(self, samples: Tensor) -> tuple[Stored, Targets]:
        """Images (n, c, h, w) as they are stored, and their targets."""
        places = samples if self._places is None else self._places[samples.cpu()]
        images = self._rows.index_select(0, places).permute(0, 3, 1, 2).to(self._device)
        return images, self._targets.index_select(0, samples)

    def _finished(self, images: Stored | Images, targets: Targets) -> tuple[Images, Targets]:
        normalized = self._preprocessing.normalize(images)
        return normalized.contiguous(memory_format=self._memory_format), targets


class TrainingBatches(Batches):
    """A training part in batches, shuffled and augmented anew as (seed, epoch) decide."""

    def __init__(
        self,
        dataset: Dataset,
        preprocessing: Preprocessing,
        batch_size: int,
        *,
        seed: int,
        augment: Sequence[Augmentation | Mixup] = (),
        device: torch.device | str = "cpu",
        memory_format: torch.memory_format = torch.contiguous_format,
    ) -> None:
        super().__init__(
            dataset, preprocessing, batch_size, device=device, memory_format=memory_format
        )
        self._seed = seed
        self._augment = tuple(augment)

    def epoch(self, number: int, start: int = 0) -> Iterator[tuple[Images, Targets]]:
        """The images in epoch `number`'s order and with its draws, from batch `start` on."""
        n, device = len(self._targets), self._device
        draws = tuple(
            table.to(device) for table in draw_table(self._augment, n, self._seed, number)
        )
        for samples in self.samples(number)[start:]:
            if self._augment:
                yield self._finished(*self._augmented(samples, draws, len(self._augment)))
            else:
                yield self._finished(*self._gathered(samples))

    def samples(self, number: int) -> list[Tensor]:
        """Which images, in epoch `number`'s order, make up each of its batches."""
        n = len(self._targets)
        order = torch.randperm(n, generator=generator(self._seed, "order", number))
        return self._cut(order.to(self._device))

    def __len__(self) -> int:
        return len(self._cut(torch.empty(len(self._targets))))

    def _cut(self, order: Tensor) -> list[Tensor]:
        """`order` in batches; a last image that would be alone joins the batch before it.

        Batch normalization needs two.
        """
        batches = list(order.split(self.batch_size))
        if len(batches) > 1 and len(batches[-1]) == 1 < self.batch_size:
            batches[-2:] = [torch.cat(batches[-2:])]
        return batches

    def variants(self, sample: int, epochs: int) -> Images:
        """What image number `sample` becomes in epochs 1 to `epochs`: (epochs, c, h, w) in 0..1."""
        return self.varied(sample, epochs)[0]

    def varied(self, sample: int, epochs: int) -> tuple[Images, Targets]:
        """The same with what its target becomes: points move with their image."""
        which, n = torch.tensor([sample], device=self._device), len(self._targets)
        tables = (draw_table(self._augment, n, self._seed, i + 1) for i in range(epochs))
        steps = len(self._augment)
        pairs = [self._augmented(which, draws, steps) for draws in tables]
        return torch.cat([image for image, _ in pairs]), torch.cat([target for _, target in pairs])

    def _augmented(self, samples: Tensor, draws: Draws, steps: int) -> tuple[Images, Targets]:
        """The images in 0..1 after the first `steps` augmentations.

        A mixup's partners have taken the steps before it, each by its own draws.
        """
        if steps == 0:
            images, targets = self._gathered(samples)
            return images.float().div_(255), targets
        step, rows = self._augment[steps - 1], draws[steps - 1][samples]
        own = self._augmented(samples, draws, steps - 1)
        if not isinstance(step, Mixup):
            return step(*own, rows)
        partners = self._augmented(step.partners(rows, len(self._targets)), draws, steps - 1)
        return step.mix(rows, own, partners, self._num_classes)


def _kept(images: Tensor | MappedImages, device: torch.device) -> tuple[Tensor, Tensor | None]:
    """The images (all, h, w, c) to gather from, and (n,) which of them; None: all in their order.

    With the channels last, gathered rows are channels_last images without another copy.
    """
    if not isinstance(images, MappedImages):
        return images.permute(0, 2, 3, 1).contiguous().to(device), None
    if device.type == "cpu" or images.nbytes > free_memory(device) // 2:
        return images.file, images.rows
    h, w, c = images.file.shape[1:]
    rows = torch.empty(len(images), h, w, c, dtype=torch.uint8, device=device)
    for place, block in zip(rows.split(1000), blocks(images, 1000), strict=True):
        place.copy_(block.permute(0, 2, 3, 1))
    return rows, None
