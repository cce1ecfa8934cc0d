"""Labels that are probably wrong, told by a model that has not learned from them."""

from dataclasses import asdict, dataclass
from typing import Any

import torch

from convscope.evaluation.calibration import probabilities
from convscope.shapes import Labels, Logits

ROUNDING = 1e-9
"""The mean of equal probabilities may come out above them by less than this."""


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """One image whose label is probably wrong; probabilities from 0 to 1."""

    index: int
    """The image's number, from 0."""
    label: int
    """Class index it was given."""
    likely: int
    """Class index it probably has."""
    probability: float
    """Of the likely class."""
    probability_of_label: float

    def to_json(self) -> dict[str, Any]:
        """The fields."""
        return asdict(self)


def find_suspects(logits: Logits, labels: Labels, count: int = 100) -> list[Suspect]:
    """Up to `count` labels that are probably wrong, the most suspicious first.

    The scores (n, k) must be out of sample: of a model that has not seen these labels (n,), as on
    validation, or by cross-validation. Confident learning: the mean probability of a class, over
    the images labelled with it, is its threshold; an image is counted to the most probable of the
    classes whose threshold it reaches, and is suspect if that is not its label. They are ranked by
    how far the likely class is ahead of the label. Classes without images are never suggested.
    Northcutt, Jiang, Chuang 2021, "Confident Learning" (JAIR 70), section 3, equations 1 and 2.
    """
    chances = probabilities(logits)  # (n, k)
    own = chances.gather(1, labels[:, None]).squeeze(1)
    known = chances.sum(1) > 0  # all 0: the scores were no numbers
    thresholds = torch.stack(
        [own[known & (labels == j)].mean() for j in range(logits.shape[1])]
    )  # no number without images, which nothing reaches
    reached = chances.where(chances >= thresholds - ROUNDING, -1.0)
    highest, likely = reached.max(1)
    suspects = (highest > reached.gather(1, labels[:, None]).squeeze(1)).nonzero().squeeze(1)
    order = (highest - own)[suspects].argsort(descending=True, stable=True)
    return [
        Suspect(
            index=i,
            label=int(labels[i]),
            likely=int(likely[i]),
            probability=highest[i].item(),
            probability_of_label=own[i].item(),
        )
        for i in suspects[order[:count]].tolist()
    ]
