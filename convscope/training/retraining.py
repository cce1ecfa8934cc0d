"""A finished run's recipe, trained again on other parts: to learn something about its data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from convscope.data.dataset import Dataset, Splits
from convscope.device import keep_freed_memory, threads
from convscope.errors import BadModel
from convscope.evaluation.evaluate import own_data
from convscope.networks.build import is_path
from convscope.prediction.folder import find_run, read_config
from convscope.prediction.model import Model
from convscope.training.history import Record
from convscope.training.loop import keep_best, train_epochs
from convscope.training.plan import MACHINE_FIELDS, make_plan
from convscope.training.recipe import Recipe

Told = Callable[[str], None]
"""Hears what is going on, a line at a time."""


def nothing_said(line: str) -> None:
    """Hears and forgets."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A finished run whose recipe can be trained again."""

    folder: Path
    recipe: Recipe
    machine: Mapping[str, Any]
    """What `auto` became when it was trained."""
    splits: Splits
    best_epoch: int
    weights_sha256: str


def find_subject(
    run: str | Path, *, data: Splits | None = None, network: str | None = None
) -> Subject:
    """The finished run `run`, with its data, or `data` if only your code has them.

    `network` names the class of a network that only you have; `BadModel` if it is needed.
    """
    folder = find_run(run)
    config = read_config(folder)
    name = network or config["network"]["name"]
    if name is None or (network is None and is_path(name)):
        raise BadModel(
            f"{folder} was trained with a network of your own, which is needed to train again: "
            "name it with --network file.py:Class"
        )
    stored = {key: value for key, value in config["recipe"].items() if key != "name"}
    return Subject(
        folder=folder,
        recipe=Recipe.from_json(stored).changed(network=name),
        machine={key: config["resolved"][key] for key in MACHINE_FIELDS},
        splits=data or own_data(config["data"], folder),
        best_epoch=config["best_epoch"],
        weights_sha256=config["weights_sha256"],
    )


def retrain(
    subject: Subject,
    train: Dataset,
    held: Dataset,
    what: str,
    *,
    choose: bool,
    told: Told = nothing_said,
) -> tuple[Model, Record]:
    """A model of the subject's recipe that learned from `train`, and the record of its weights.

    With `choose` they are those of the lowest loss on `held`, otherwise the last ones, so that
    `held` decides nothing. No folder is written; `told` hears of each epoch of `what`.
    """
    parts = replace(subject.splits, train=train, validation=held, test=held, fingerprint=what)
    plan = make_plan(what, subject.recipe, data=parts, machine=subject.machine)
    state = plan.new_state()
    keep_freed_memory()
    monitored = plan.ingredients.objective.task.monitored
    with threads(plan.resolved.threads):
        for record in keep_best(train_epochs(plan.ingredients, state), state, monitored):
            told(f"{what}: epoch {record.epoch}/{plan.recipe.epochs}")
    weights = state.best.weights if choose else state.validated.state_dict()
    with torch.no_grad():
        plan.net.load_state_dict({name: value.clone() for name, value in weights.items()})
    epoch = state.best.epoch if choose else state.records[-1].epoch
    return plan.model(), next(record for record in state.records if record.epoch == epoch)
