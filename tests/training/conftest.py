"""Small data, and a recipe that any machine computes alike."""

from collections.abc import Callable

import pytest
import torch

from convscope.data.dataset import Dataset, Splits
from convscope.data.split import cut
from convscope.training.recipe import Recipe

SURE = {"threads": 1, "precision": "float32", "memory_format": "contiguous"}
"""Nothing left to calibrate."""


@pytest.fixture
def bars() -> Splits:
    """100 noisy images (1, 11, 13) of bars: upright ones are class 0, lying ones class 1."""
    random = torch.Generator().manual_seed(3)
    images = torch.randint(0, 60, (100, 1, 11, 13), generator=random, dtype=torch.uint8)
    labels = torch.arange(100) % 2
    places = torch.randint(0, 11, (100,), generator=random)
    for image, label, place in zip(images, labels.tolist(), places.tolist(), strict=True):
        bar = image[0, :, place] if label == 0 else image[0, place]
        bar.fill_(255)
    dataset = Dataset(
        images=images,
        targets=labels,
        names=[str(i) for i in range(100)],
        target_names=("upright", "lying"),
    )
    return cut("bars", dataset, None, validation=0.2)


@pytest.fixture
def recipe() -> Callable[..., Recipe]:
    """A short recipe of the given fields."""

    def make(**fields) -> Recipe:
        usual = {"network": "mlp", "network_arguments": {"hidden": [8]}, "epochs": 2, **SURE}
        usual |= {"batch_size": 13, "learning_rate": 0.05}
        return Recipe().changed(**{**usual, **fields})

    return make
