"""What a curve says, in words, with its evidence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from convscope.data.dataset import Dataset
from convscope.evaluation.measured import error_of_guessing
from convscope.training.history import History

FEW = 20
"""Training images of a class below which its numbers mean little."""


@dataclass(frozen=True)
class Finding:
    """One thing a person should know, and the numbers that show it."""

    name: str
    """guessing, over-fitting, improving, diverged, or few-examples."""
    sentence: str


def diagnose(
    history: History, class_names: Sequence[str], class_counts: Sequence[int] | None, ended: str
) -> list[Finding]:
    """The findings on a finished run of a classification; an empty list if nothing stands out.

    `class_counts` are those of the training part, None where they are not known any more.
    """
    counted = () if class_counts is None else zip(class_names, class_counts, strict=True)
    found = [
        _diverged(ended),
        _guessing(history, len(class_names)),
        _over_fitting(history),
        _improving(history),
        *(_few_examples(*pair) for pair in counted),
    ]
    return [finding for finding in found if finding is not None]


def diagnose_points(history: History, guess: float | None, ended: str) -> list[Finding]:
    """The same for points, whose mean places in the training part have the error `guess`."""
    found = [
        _diverged(ended),
        None if guess is None else _guessing_points(history, guess),
        _over_fitting(history),
        _improving(history),
    ]
    return [finding for finding in found if finding is not None]


def findings_of(history: History, train: Dataset, ended: str) -> list[Finding]:
    """The findings on a run that learned from `train`, whatever its task."""
    if train.task == "classes":
        return diagnose(history, train.class_names, train.class_counts(), ended)
    return diagnose_points(history, error_of_guessing(train, train), ended)


def _guessing_points(history: History, guess: float) -> Finding | None:
    best = history.best.validation["error"]
    if len(history) < 2 or best < 0.9 * guess:
        return None
    return Finding(
        "guessing",
        f"It guesses: its error on validation is {100 * best:.1f} %; always answering the mean "
        f"places has {100 * guess:.1f} %. Try another learning rate or network, or more epochs.",
    )


def _diverged(ended: str) -> Finding | None:
    if ended != "diverged":
        return None
    return Finding(
        "diverged", "The loss stopped being a number: lower the learning rate to a tenth."
    )


def _guessing(history: History, k: int) -> Finding | None:
    """A net that answers every class alike has a loss of ln k."""
    best, chance = history.best.validation["loss"], math.log(k)
    if len(history) < 2 or best < 0.99 * chance:
        return None
    return Finding(
        "guessing",
        f"It guesses: its lowest validation loss is {best:.3f}; answering all {k} classes alike "
        f"gives ln {k} = {chance:.3f}. Check labels and normalization; try another learning rate.",
    )


def _over_fitting(history: History) -> Finding | None:
    """Training loss still falls while validation loss has risen for good."""
    best, last = history.best, history.records[-1]
    risen = last.validation["loss"] / max(best.validation["loss"], 1e-9)
    at_best = best.train_loss
    if at_best is None or last.train_loss is None or last.epoch - best.epoch < 3:
        return None
    if risen < 1.05 or last.train_loss >= at_best:
        return None
    return Finding(
        "over-fitting",
        f"It over-fits since epoch {best.epoch}: validation loss rose from "
        f"{best.validation['loss']:.3f} to {last.validation['loss']:.3f} while training loss fell "
        f"from {at_best:.3f} to {last.train_loss:.3f}. The weights of epoch {best.epoch} are kept; "
        "augmentation, weight decay or more images would help.",
    )


def _improving(history: History) -> Finding | None:
    """The last epoch was the best, and clearly better than the one two before."""
    losses = history["validation_loss"]
    if len(losses) < 4 or history.best.epoch != history.records[-1].epoch:
        return None
    if losses[-1] > 0.97 * losses[-3]:
        return None
    return Finding(
        "improving",
        f"It was still improving: validation loss fell from {losses[-3]:.3f} to {losses[-1]:.3f} "
        "in the last two epochs. More epochs would help.",
    )


def _few_examples(name: str, count: int) -> Finding | None:
    if count >= FEW:
        return None
    return Finding(
        "few-examples",
        f"Class {name} has {count} training images: below {FEW}, what is learned of it is chance.",
    )
