"""Report: how good a model is on one set of images, every accuracy with its 95 % interval."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from convscope.evaluation.metrics import (
    confusion_matrix,
    cross_entropy,
    per_class,
    top_k_correct,
    wilson_interval,
)
from convscope.shapes import Labels, Logits


@dataclass(frozen=True, kw_only=True)
class Report:
    """The numbers of a classification; fractions, and [low, high] for intervals."""

    data: str
    part: str
    correct: int
    total: int
    accuracy: float
    interval: tuple[float, float]
    loss: float
    top_k: Mapping[str, float]
    """Share of images whose class is among the k most probable, by k."""
    per_class: Sequence[Mapping[str, Any]]
    confusion_matrix: Sequence[Sequence[int]]
    """Rows are the truth."""
    notes: Sequence[str] = ()
    """What a reader must know beside the numbers."""

    @property
    def class_names(self) -> list[str]:
        """The words for the rows and columns of the confusion matrix."""
        return [row["name"] for row in self.per_class]

    def headline(self) -> dict[str, Any]:
        """What the record of an opening keeps."""
        return {
            "correct": self.correct,
            "total": self.total,
            "accuracy": self.accuracy,
            "interval": list(self.interval),
        }

    def to_json(self) -> dict[str, Any]:
        """The fields, as report.json holds them."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Report":
        """The inverse of `to_json`."""
        tuples = {name: tuple(fields[name]) for name in ("interval", "notes")}
        return cls(**{**fields, **tuples})


def report_on(
    logits: Logits,
    labels: Labels,
    class_names: Sequence[str],
    *,
    data: str,
    part: str,
    notes: Sequence[str] = (),
) -> Report:
    """The report on scores (n, k) and true classes (n,)."""
    k, n = len(class_names), len(labels)
    correct = top_k_correct(logits, labels, 1)
    # the answer is the first of the highest scores, as everywhere
    confusion = confusion_matrix(labels, logits.argmax(1), k)
    return Report(
        data=data,
        part=part,
        correct=correct,
        total=n,
        accuracy=correct / n,
        interval=wilson_interval(correct, n),
        loss=cross_entropy(logits, labels),
        top_k={str(j): top_k_correct(logits, labels, j) / n for j in (1, 3, 5) if j < k or j == 1},
        per_class=per_class(confusion, class_names),
        confusion_matrix=confusion.tolist(),
        notes=tuple(notes),
    )
