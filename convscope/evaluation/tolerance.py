"""How answers get worse as pictures are changed more and more, and where a model fails."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from torch import Tensor

from convscope.data.dataset import Dataset
from convscope.evaluation.metrics import confusion_matrix, wilson_interval
from convscope.evaluation.transformations import UNCHANGED, UNITS

WHOLE = 0.95
"""Where less than this share of what stands out in the pictures is inside, they are cut off."""


@dataclass(frozen=True, kw_only=True)
class OfClass:
    """How the images of one class were answered; fractions, None where there is nothing to say."""

    name: str
    correct: int
    total: int
    recall: float | None
    interval: tuple[float, float] | None
    mistaken_for: str | None
    """The most frequent wrong answer."""
    mistaken_share: float | None
    """Of all images of the class."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """How images that were changed by one amount were answered; fractions."""

    amount: float
    inside: float
    """How much of what stands out in the pictures is still in them."""
    correct: int
    total: int
    accuracy: float
    interval: tuple[float, float]
    per_class: tuple[OfClass, ...]

    @property
    def cut_off(self) -> bool:
        """Whether a part of the pictures has left them, so that not the change alone is borne."""
        return self.inside < WHOLE


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One kind of change by rising amount, the unchanged images among its steps."""

    kind: str
    """shift, scale or rotate."""
    unit: str
    steps: tuple[Step, ...]
    fails_below: float | None
    """The largest amount, below the unchanged one, at which the model fails."""
    fails_above: float | None
    """The smallest amount, above the unchanged one, at which it fails."""

    def worst(self, number: int) -> Step:
        """The step at which most images of class `number` get one and the same wrong answer.

        Of equal ones the mildest.
        """
        normal = UNCHANGED[self.kind]
        return max(
            self.steps,
            key=lambda step: (
                step.per_class[number].mistaken_share or 0.0,
                -abs(step.amount - normal),
            ),
        )

    def brief(self, number: int) -> dict[str, Any]:
        """Of class `number`, the worst step: its amount, and what was answered there."""
        step = self.worst(number)
        return {"amount": step.amount, **asdict(step.per_class[number])}


def step_of(answers: Tensor, dataset: Dataset, amount: float, inside: float) -> Step:
    """How `answers` (n,) fit the labels of `dataset`, whose images were changed by `amount`."""
    names = dataset.class_names
    confusion: list[list[int]] = confusion_matrix(dataset.labels, answers, len(names)).tolist()
    per_class = tuple(_of_class(i, row, names) for i, row in enumerate(confusion))
    correct, total = sum(row.correct for row in per_class), len(answers)
    return Step(
        amount=amount,
        inside=inside,
        correct=correct,
        total=total,
        accuracy=correct / total,
        interval=wilson_interval(correct, total),
        per_class=per_class,
    )


def curve_of(kind: str, unchanged: Step, changed: Iterable[Step], half_way: float | None) -> Curve:
    """The curve through `unchanged` and the `changed` steps, in any order.

    A step fails if its interval lies wholly below `half_way`; where that is None, nothing fails.
    """
    normal = UNCHANGED[kind]
    steps = sorted([replace(unchanged, amount=normal), *changed], key=lambda step: step.amount)
    failed = [step.amount for step in steps if step.interval[1] < (half_way or 0.0)]
    return Curve(
        kind=kind,
        unit=UNITS[kind],
        steps=tuple(steps),
        fails_below=max((amount for amount in failed if amount < normal), default=None),
        fails_above=min((amount for amount in failed if amount > normal), default=None),
    )


def _of_class(number: int, counts: Sequence[int], names: Sequence[str]) -> OfClass:
    """A row of the confusion matrix, in words."""
    correct, total = counts[number], sum(counts)
    most = max((i for i in range(len(counts)) if i != number), key=counts.__getitem__, default=0)
    wrong = total > correct
    return OfClass(
        name=names[number],
        correct=correct,
        total=total,
        recall=correct / total if total else None,
        interval=wilson_interval(correct, total) if total else None,
        mistaken_for=names[most] if wrong else None,
        mistaken_share=counts[most] / total if wrong else None,
    )
