"""Whether probabilities mean what they say, and the temperature that mends them.

Guo, Pleiss, Sun, Weinberger 2017, "On Calibration of Modern Neural Networks".
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from scipy.optimize import minimize_scalar
from torch import Tensor

from convscope.errors import BadData, BadValue
from convscope.evaluation.metrics import cross_entropy, wilson_interval
from convscope.shapes import Labels, Logits

TEMPERATURES = (0.05, 20.0)
"""Between these a temperature is sought; answers that are all right would ask for 0."""


@dataclass(frozen=True, kw_only=True)
class Bin:
    """The answers whose highest probability lies in (low, high]."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean of their highest probability: what they promise."""
    accuracy: float
    """Share of them that is right: what they keep."""
    interval: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """What answers promise beside what they keep; fractions."""

    bins: Sequence[Bin]
    """Those that are not empty, from unsure to sure."""
    expected_calibration_error: float
    """Mean distance of accuracy and confidence, each bin by its count (Guo et al., equation 3)."""

    def to_json(self) -> dict[str, Any]:
        """The fields, one object per bin."""
        return asdict(self)


def measure_reliability(
    logits: Logits, labels: Labels, temperature: float = 1.0, bins: int = 15
) -> Reliability:
    """Accuracy in each of `bins` equally wide bins of the highest probability.

    Of scores (n, k) and true classes (n,); the scores are divided by `temperature` first.
    """
    if bins < 1:
        raise BadValue(f"bins {bins}: at least 1 is needed, 15 is usual")
    confidence, right = confidences(logits, temperature), right_answers(logits, labels)
    edges = torch.linspace(0, 1, bins + 1, dtype=torch.float64, device=confidence.device)
    places = torch.bucketize(confidence, edges[1:-1])  # low < confidence <= high
    found = [
        _bin(edges[i].item(), edges[i + 1].item(), confidence[places == i], right[places == i])
        for i in places.unique().tolist()
    ]
    errors = (part.count / len(labels) * abs(part.accuracy - part.confidence) for part in found)
    return Reliability(bins=found, expected_calibration_error=sum(errors, 0.0))


def fit_temperature(logits: Logits, labels: Labels) -> float:
    """The temperature T at which the cross-entropy of `logits` / T is lowest, within 0.05..20.

    To be fitted on validation answers: scores (n, k) and true classes (n,); rows that are not
    finite are left out. Above 1 the model was too sure of itself. Guo et al., section 4.2.
    """
    finite = logits.isfinite().all(1)
    if not finite.any():
        raise BadData(
            f"none of {len(labels)} answers is a number: a temperature needs validation images "
            "and a net whose scores are finite"
        )
    scores, truth = logits[finite].double(), labels[finite]
    low, high = map(math.log, TEMPERATURES)
    # in 1 / T the cross-entropy is convex, so in log T it has one valley
    found = minimize_scalar(
        lambda log: cross_entropy(scores / math.exp(log), truth),
        bounds=(low, high),
        method="bounded",
    )
    return math.exp(found.x)


def probabilities(logits: Logits, temperature: float = 1.0) -> Tensor:
    """Softmax of `logits` / `temperature` in double precision (n, k); 0 where it is no number."""
    if not 0 < temperature < math.inf:
        raise BadValue(
            f"temperature {temperature}: it must be a positive number, 1 changes nothing"
        )
    return (logits.double() / temperature).softmax(1).nan_to_num(0)


def confidences(logits: Logits, temperature: float = 1.0) -> Tensor:
    """The highest probability of each answer (n,), in double precision."""
    return probabilities(logits, temperature).amax(1)


def right_answers(logits: Logits, labels: Labels) -> Tensor:
    """Whether the first of the highest scores is the label's (n,); no number is never right."""
    return (logits.argmax(1) == labels) & ~logits.isnan().any(1)


def _bin(low: float, high: float, confidence: Tensor, right: Tensor) -> Bin:
    count, correct = len(right), int(right.sum())
    return Bin(
        low=low,
        high=high,
        count=count,
        confidence=confidence.mean().item(),
        accuracy=correct / count,
        interval=wilson_interval(correct, count),
    )
