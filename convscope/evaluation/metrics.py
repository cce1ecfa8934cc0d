"""The numbers of a classification: accuracy with its interval, per class, confusion."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from convscope.shapes import Labels, Logits

NORMAL_QUANTILE = 1.959963984540054
"""Between minus and plus this many deviations lie 95 % of a normal distribution."""


def wilson_interval(correct: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share of `correct` among `total`, as fractions.

    Wilson 1927, without continuity correction.
    """
    if total == 0:
        return 0.0, 1.0
    share, z2 = correct / total, NORMAL_QUANTILE**2
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = (
        NORMAL_QUANTILE
        / (1 + z2 / total)
        * math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    )
    low = 0.0 if correct == 0 else middle - half
    high = 1.0 if correct == total else middle + half
    return low, high


def top_k_correct(logits: Logits, labels: Labels, k: int) -> int:
    """How many labels are among the `k` highest scores; a tie counts for the lower class index."""
    own = logits.gather(1, labels[:, None])
    index = torch.arange(logits.shape[1], device=logits.device)
    behind = (logits < own) | ((logits == own) & (index >= labels[:, None]))
    return int(((~behind).sum(1) < k).sum())  # not a number is behind nothing: never right


def confusion_matrix(labels: Labels, answers: Tensor, num_classes: int) -> Tensor:
    """Counts (num_classes, num_classes): rows are the truth, columns the answers (n,)."""
    cells = torch.bincount(labels * num_classes + answers, minlength=num_classes**2)
    return cells.view(num_classes, num_classes)


def per_class(confusion: Tensor, class_names: Sequence[str]) -> list[dict[str, Any]]:
    """For each class: correct, total, precision, recall with its 95 % interval, and F1.

    None where there was nothing to divide by.
    """
    right, truth, answered = confusion.diag(), confusion.sum(1), confusion.sum(0)
    rows = []
    for i, name in enumerate(class_names):
        correct, total, claimed = int(right[i]), int(truth[i]), int(answered[i])
        rows.append(
            {
                "name": name,
                "correct": correct,
                "total": total,
                "precision": correct / claimed if claimed else None,
                "recall": correct / total if total else None,
                "recall_interval": list(wilson_interval(correct, total)) if total else None,
                "f1": 2 * correct / (total + claimed) if total + claimed else None,
            }
        )
    return rows


def cross_entropy(logits: Logits, labels: Labels) -> float:
    """Mean of -ln(probability of the true class), summed in double precision."""
    return F.cross_entropy(logits.double(), labels).item()
