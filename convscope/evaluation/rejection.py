"""When to say "none of these": answers are given only from a certain probability on."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from convscope.errors import BadValue
from convscope.evaluation.calibration import confidences, right_answers
from convscope.evaluation.metrics import wilson_interval
from convscope.shapes import Labels, Logits

POINTS = 101
"""At most so many thresholds make a curve."""
FEWEST = 20
"""Answers below which an accuracy is no ground to choose a threshold on."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What is answered at one threshold; fractions."""

    threshold: float
    """An answer is given if its probability is at least this; otherwise "none of these"."""
    answered: int
    total: int
    coverage: float
    """Share of all images that is answered."""
    correct: int
    accuracy: float | None
    """Share of the answered images that is right; None if nothing is answered."""
    interval: tuple[float, float] | None

    def to_json(self) -> dict[str, Any]:
        """The fields."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Accuracy against coverage, from answering everything to the surest answers alone."""

    total: int
    thresholds: Sequence[float]
    """Ascending; the first is 0, where everything is answered."""
    answered: Sequence[int]
    coverage: Sequence[float]
    correct: Sequence[int]
    accuracy: Sequence[float]
    """Of the answered images."""
    intervals: Sequence[tuple[float, float]]

    def to_json(self) -> dict[str, Any]:
        """The fields: columns of one length."""
        return asdict(self)


def measure_coverage(logits: Logits, labels: Labels, temperature: float = 1.0) -> Coverage:
    """How many are answered, and how many of these rightly, at up to 101 thresholds.

    Of scores (n, k), divided by `temperature`, and true classes (n,). If more thresholds would
    make a difference, they are taken evenly over all that would.
    """
    steps = torch.stack(_steps(logits, labels, temperature), 1)  # (thresholds, 3)
    chosen = torch.linspace(0, len(steps) - 1, min(len(steps), POINTS), dtype=torch.float64)
    thresholds, answered, correct = steps[chosen.round().long()].T.tolist()
    pairs = [(int(right), int(given)) for right, given in zip(correct, answered, strict=True)]
    return Coverage(
        total=len(labels),
        thresholds=thresholds,
        answered=[given for _, given in pairs],
        coverage=[given / len(labels) for _, given in pairs],
        correct=[right for right, _ in pairs],
        accuracy=[right / given for right, given in pairs],
        intervals=[wilson_interval(*pair) for pair in pairs],
    )


def choose_threshold(
    logits: Logits, labels: Labels, accuracy: float, temperature: float = 1.0
) -> float | None:
    """The lowest threshold from which on the answered images reach `accuracy` (0..1).

    To be chosen on validation answers: scores (n, k) and true classes (n,). None if no threshold
    that leaves at least 20 answers does. What it keeps on other images, `at_threshold` measures.
    """
    if not 0 <= accuracy <= 1:
        raise BadValue(f"accuracy {accuracy}: it is a fraction, such as 0.99 for 99 %")
    thresholds, answered, correct = _steps(logits, labels, temperature)
    reached = (correct / answered >= accuracy) & (answered >= FEWEST)
    return thresholds[reached][0].item() if reached.any() else None


def at_threshold(
    logits: Logits, labels: Labels, threshold: float, temperature: float = 1.0
) -> Answered:
    """What is answered, and how well, if answers below the probability `threshold` are held back.

    Of scores (n, k), divided by `temperature`, and true classes (n,).
    """
    if not 0 <= threshold <= 1:
        raise BadValue(f"threshold {threshold}: it is a probability, from 0 to 1")
    given = confidences(logits, temperature) >= threshold
    answered, total = int(given.sum()), len(labels)
    correct = int(right_answers(logits, labels)[given].sum())
    return Answered(
        threshold=threshold,
        answered=answered,
        total=total,
        coverage=answered / total,
        correct=correct,
        accuracy=correct / answered if answered else None,
        interval=wilson_interval(correct, answered) if answered else None,
    )


def _steps(logits: Logits, labels: Labels, temperature: float) -> tuple[Tensor, Tensor, Tensor]:
    """Every threshold that makes a difference, ascending from 0; answers and right ones there."""
    right = right_answers(logits, labels)
    thresholds, places, answers = confidences(logits, temperature).unique(
        return_inverse=True, return_counts=True
    )
    correct = torch.zeros_like(thresholds).index_add(0, places, right.double())
    thresholds[:1] = 0  # the least sure answer is given too
    answered, correct = (
        counts.double().flip(0).cumsum(0).flip(0)  # at a threshold and all above
        for counts in (answers, correct)
    )
    return thresholds, answered, correct
