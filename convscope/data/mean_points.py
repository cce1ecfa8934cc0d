"""Where points are on average: what guessing knows, and a net must beat."""

from collections.abc import Sequence

import torch
from torch import Tensor

from convscope.data.dataset import Dataset
from convscope.data.placement import Placement, place
from convscope.shapes import Points


def mean_points(dataset: Dataset) -> Tensor:
    """(p, 2) the mean place of each point, as fractions of the picture; NaN if never known."""
    placements = _placements(dataset)
    fractions = [
        (placement.to_picture(points) + 0.5) / points.new_tensor(placement.size)
        for points, placement in zip(dataset.targets, placements, strict=True)
    ]
    return torch.stack(fractions).nanmean(0)


def guessed_points(fractions: Tensor, dataset: Dataset) -> Points:
    """(n, p, 2) those places in every image of `dataset`, in its pixels."""
    return torch.stack(
        [
            placement.to_image(fractions * fractions.new_tensor(placement.size) - 0.5)
            for placement in _placements(dataset)
        ]
    )


def _placements(dataset: Dataset) -> Sequence[Placement]:
    """Of the pictures in the stored images; where no sizes are known, an image is the picture."""
    h, w = dataset.image_shape[1:]
    if dataset.sizes is None:
        return [Placement((w, h), (w, h), (0, 0))] * len(dataset)
    return [
        place(width, height, (h, w), min(h, w), "pad") for width, height in dataset.sizes.tolist()
    ]
