"""What more data would buy: the recipe trained on a quarter and a half of the training part."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from convscope.atomic import write_json
from convscope.data.download import Told, nothing_said
from convscope.data.split import hold_out
from convscope.errors import BadModel
from convscope.evaluation.comparison import compare_answers
from convscope.evaluation.evaluate import answers_on
from convscope.evaluation.metrics import wilson_interval
from convscope.prediction.folder import load_model
from convscope.shapes import Labels, Logits
from convscope.training.retraining import Subject, retrain

SHARES = (0.25, 0.5)
"""Of the training part; all of it is what the run itself learned from."""
LITTLE = 0.01
"""A gain in accuracy that is surely below it is not worth collecting as many images again."""
FILE = "learning_curve.json"


@dataclass(frozen=True, kw_only=True)
class Point:
    """What a part of the training images was enough for."""

    share: float
    images: int
    correct: int
    total: int
    accuracy: float
    """On validation."""
    interval: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class LearningCurve:
    """Validation accuracy by the number of training images."""

    points: tuple[Point, ...]
    gain: float
    """Accuracy that the second half of the training part brought."""
    gain_interval: tuple[float, float]
    weights_sha256: str

    @property
    def sentence(self) -> str:
        """What the last doubling brought, and what to expect of the next."""
        low, high = self.gain_interval
        brought = (
            f"The second half of the training images brought {100 * self.gain:+.2f} percentage "
            f"points on validation (95 % interval {100 * low:+.2f} to {100 * high:+.2f})"
        )
        if low > 0:
            return f"{brought}: twice as many images would probably help, by less than that."
        if high < LITTLE:
            return f"{brought}: more images of this kind would buy little."
        return f"{brought}: it cannot be told from chance whether more images would help."

    def to_json(self) -> dict[str, Any]:
        """The fields, and the sentence."""
        return {**asdict(self), "sentence": self.sentence}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "LearningCurve":
        """The inverse of `to_json`."""
        points = [Point(**{**p, "interval": tuple(p["interval"])}) for p in fields["points"]]
        return cls(
            points=tuple(points),
            gain=fields["gain"],
            gain_interval=tuple(fields["gain_interval"]),
            weights_sha256=fields["weights_sha256"],
        )


def measure_learning_curve(subject: Subject, told: Told = nothing_said) -> LearningCurve:
    """Train on 25 and 50 % of the training part; kept in the run's folder with what all of it gave.

    The validation part chooses the weights and measures them, as in the run itself.
    """
    train, held = subject.splits.train, subject.splits.validation
    whole = load_model(subject.folder, network=subject.recipe.network)
    answers: list[tuple[float, int, Logits]] = []
    for share in SHARES:
        _, part = hold_out(train, share)
        name = f"learning curve, {share:.0%} of the training images"
        model = retrain(subject, part, held, name, choose=True, told=told)
        answers.append((share, len(part), answers_on(model, held)))
    answers.append((1.0, len(train), answers_on(whole, held)))
    points = [_point(share, images, logits, held.labels) for share, images, logits in answers]
    gain = compare_answers(answers[-2][2], answers[-1][2], held.labels)
    curve = LearningCurve(
        points=tuple(points),
        gain=gain.difference,
        gain_interval=gain.interval,
        weights_sha256=subject.weights_sha256,
    )
    write_json(subject.folder / FILE, curve.to_json())
    return curve


def read_learning_curve(folder: Path, weights_sha256: str) -> LearningCurve | None:
    """The learning curve that was measured for these weights, if one was."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        curve = LearningCurve.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadModel(f"{path} is damaged: delete it, and measure again") from error
    return curve if curve.weights_sha256 == weights_sha256 else None


def _point(share: float, images: int, logits: Logits, labels: Labels) -> Point:
    correct, total = int((logits.argmax(1) == labels).sum()), len(labels)
    return Point(
        share=share,
        images=images,
        correct=correct,
        total=total,
        accuracy=correct / total,
        interval=wilson_interval(correct, total),
    )
