"""The answer to "what is this?": classes in the order of their probability."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor


@dataclass(frozen=True)
class Ranking:
    """Classes, the most probable first, each with its probability (0..1)."""

    class_names: tuple[str, ...]
    probabilities: tuple[float, ...]

    @property
    def best(self) -> str:
        """The most probable class."""
        return self.class_names[0]

    def top(self, k: int) -> list[tuple[str, float]]:
        """The `k` most probable classes with their probabilities."""
        return list(zip(self.class_names[:k], self.probabilities[:k], strict=True))

    def to_json(self, k: int) -> list[dict[str, Any]]:
        """The `k` most probable classes, as the command line's JSON."""
        return [{"class": name, "probability": p} for name, p in self.top(k)]


def rank(logits: Tensor, class_names: Sequence[str]) -> Ranking:
    """The ranking by the scores `logits` (k,) of one image; equal scores keep their order."""
    # sorted by score: probabilities round to the same number where scores still differ
    scores, order = logits.double().sort(descending=True, stable=True)
    places: list[int] = order.tolist()
    return Ranking(tuple(class_names[i] for i in places), tuple(scores.softmax(0).tolist()))
