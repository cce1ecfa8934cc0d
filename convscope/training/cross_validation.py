"""What models say about training images that they have not learned from."""

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from convscope.data.download import Told, nothing_said
from convscope.data.split import in_folds
from convscope.evaluation.evaluate import answers_on
from convscope.evaluation.test_set import read_answers, save_answers
from convscope.shapes import Logits
from convscope.training.retraining import Subject, retrain

FOLDS = 3
PART = "cross_validated"
"""Their answers lie in the run's folder as cross_validated_logits.safetensors."""


def cross_validate(subject: Subject, told: Told = nothing_said) -> Logits:
    """Logits (n, k) on every training image, by one of three models that has not seen it.

    Each learns from two thirds of the training part by the run's recipe, to the end of its epochs;
    equal pictures and groups stay in one third. The answers are kept in the run's folder.
    """
    recipe = subject.recipe
    if not recipe.runs_to_its_end:  # without a part to choose by, it stops where the run was best
        recipe = recipe.changed(epochs=max(1, subject.best_epoch))
    subject, train = replace(subject, recipe=recipe), subject.splits.train
    logits = torch.empty(len(train), len(train.target_names))
    for number, held in enumerate(in_folds(train, FOLDS), start=1):
        others = torch.ones(len(train), dtype=torch.bool)
        others[held] = False
        seen, unseen = train.subset(others.nonzero()[:, 0]), train.subset(held)
        name = f"cross-validation, part {number} of {FOLDS}"
        model = retrain(subject, seen, unseen, name, choose=False, told=told)
        logits[held] = answers_on(model, unseen)
    save_answers(subject.folder, logits, train.labels, subject.weights_sha256, PART)
    return logits


def read_cross_validated(folder: Path, weights_sha256: str) -> tuple[Tensor, Tensor] | None:
    """The stored answers (n, k) to the training images and their labels (n,), if there are any."""
    return read_answers(folder, weights_sha256, PART)
