"""What lies nearest: pictures whose feature vectors are most like one's own."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from convscope.errors import BadValue
from convscope.seeing.features import Vectors

Vector = Float[Tensor, " d"]
DISTANCES = ("cosine", "euclidean")


@dataclass(frozen=True)
class Neighbour:
    """A row near the one that was asked about: its place among the vectors, and how far it is."""

    place: int
    value: float
    """The cosine of the angle between the two, or the distance."""


def nearest(
    query: Vector, vectors: Vectors, count: int, distance: str = "cosine"
) -> list[Neighbour]:
    """The `count` rows of `vectors` that are most like `query`, the nearest first.

    By "cosine" the largest cosine comes first (1: the same direction; a row of zeros has 0), by
    "euclidean" the smallest distance. Of equals the earlier row comes first.
    """
    if distance not in DISTANCES:
        raise BadValue(f"distance {distance!r}: it can be {' or '.join(DISTANCES)}")
    if count < 1:
        raise BadValue(f"{count} neighbours: ask for at least 1")
    if distance == "cosine":
        values = _cosines(query, vectors)
        order = values.argsort(descending=True, stable=True)
    else:
        values = torch.linalg.vector_norm(vectors - query, dim=1, dtype=torch.float64)
        order = values.argsort(stable=True)
    return [Neighbour(place, values[place].item()) for place in order[:count].tolist()]


def _cosines(query: Tensor, vectors: Tensor) -> Tensor:
    lengths = torch.linalg.vector_norm(vectors, dim=1) * torch.linalg.vector_norm(query)
    products = vectors @ query
    return torch.where(lengths > 0, products / lengths, 0.0).clamp(-1, 1)
