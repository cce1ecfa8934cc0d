"""Where a model errs: its surest mistakes, and the images behind each number of the confusion."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from convscope.evaluation.calibration import confidences, probabilities, right_answers
from convscope.shapes import Labels, Logits


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One image that was answered wrongly; probabilities from 0 to 1."""

    index: int
    """The image's number, from 0."""
    truth: int
    """Class index of its label."""
    answer: int
    probability: float
    """Of the answer."""
    probability_of_truth: float

    def to_json(self) -> dict[str, Any]:
        """The fields."""
        return asdict(self)


def most_confident_mistakes(logits: Logits, labels: Labels, count: int) -> list[Mistake]:
    """Up to `count` wrong answers, the most probable first; equally probable ones by number.

    Of scores (n, k) and true classes (n,). Scores that are no numbers are never right: such an
    image is a mistake of probability 0, in its cell of the confusion matrix, even on the diagonal.
    """
    chances, answers = probabilities(logits), logits.argmax(1)
    wrong = (~right_answers(logits, labels)).nonzero().squeeze(1)
    order = chances[wrong].amax(1).argsort(descending=True, stable=True)
    return [
        Mistake(
            index=i,
            truth=int(labels[i]),
            answer=int(answers[i]),
            probability=chances[i, answers[i]].item(),
            probability_of_truth=chances[i, labels[i]].item(),
        )
        for i in wrong[order[:count]].tolist()
    ]


def images_in_cells(logits: Logits, labels: Labels) -> dict[tuple[int, int], list[int]]:
    """The numbers of the images in each cell (truth, answer) of the confusion matrix.

    Of scores (n, k) and true classes (n,). Empty cells are left out; in a cell the most probable
    answer comes first, equally probable ones by number.
    """
    order = confidences(logits).argsort(descending=True, stable=True)
    cells = defaultdict(list)
    pairs = zip(labels[order].tolist(), logits.argmax(1)[order].tolist(), strict=True)
    for cell, i in zip(pairs, order.tolist(), strict=True):
        cells[cell].append(i)
    return dict(sorted(cells.items()))
