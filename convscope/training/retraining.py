"""A finished run's recipe, trained again on other parts: to learn something about its data."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from convscope.data.dataset import Dataset, Splits
from convscope.data.download import Told, nothing_said
from convscope.device import keep_freed_memory, threads
from convscope.errors import BadModel
from convscope.evaluation.evaluate import own_data
from convscope.networks.build import is_path
from convscope.prediction.folder import BUNDLED, find_run, network_of, read_config
from convscope.prediction.model import Model
from convscope.training.loop import keep_best, train_epochs, until_no_better
from convscope.training.plan import MACHINE_FIELDS, make_plan
from convscope.training.recipe import Recipe, recipe_of


@dataclass(frozen=True, eq=False)
class Subject:
    """A finished run whose recipe can be trained again."""

    folder: Path
    recipe: Recipe
    """Where it says `auto`, with what that became when the run was trained."""
    splits: Splits
    best_epoch: int
    weights_sha256: str


def find_subject(
    run: str | Path, *, data: Splits | None = None, network: str | None = None
) -> Subject:
    """The finished run `run`, with its data, or `data` if only your code has them.

    `network` names the class of a network that only you have; `BadModel` if it is needed, or if
    the run cannot be learned from: it did not come to its end, or began with weights that know its
    images already. `BadData` if `data` are not what it was trained on.
    """
    folder = find_run(run)
    config = read_config(folder)
    _check_end(config["ended"], folder)
    if config["task"] != "classes":
        raise BadModel(f"{folder} answers with {config['task']}: only classes are trained on again")
    name = network or network_of(config)
    if name is None or (network is None and is_path(name)):
        raise BadModel(
            f"{folder} was trained with a network of your own, which is needed to train again: "
            "name it with --network file.py:Class"
        )
    machine = {key: config["resolved"][key] for key in MACHINE_FIELDS}
    recipe = replace(recipe_of(config), network=name, **machine)
    _check_beginning(recipe, config["data"], folder)
    return Subject(
        folder=folder,
        recipe=recipe,
        splits=own_data(config["data"], folder, data),
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
) -> Model:
    """A model of the subject's recipe that learned from `train`.

    With `choose` its weights are those of the lowest loss on `held`, which also ends it early if
    the recipe says so; otherwise they are the last ones, and `held` decides nothing. No folder is
    written; `told` hears of each epoch of `what`.
    """
    parts = replace(subject.splits, train=train, validation=held, test=held, fingerprint=what)
    plan = make_plan(what, subject.recipe, data=parts)
    recipe, monitored = plan.recipe, plan.ingredients.objective.task.monitored
    patience = recipe.patience if choose and not recipe.runs_to_its_end else 0
    state = plan.new_state()
    keep_freed_memory()
    with threads(plan.resolved.threads):
        records = keep_best(train_epochs(plan.ingredients, state), state, monitored)
        waits_for = plan.ingredients.freezing.last_opening
        for record in until_no_better(records, monitored, patience, waits_for=waits_for):
            told(f"{what}: epoch {record.epoch}/{recipe.epochs}")
    plan.net.load_state_dict(state.best.weights if choose else state.validated.state_dict())
    return plan.model()


def _check_end(ended: str, folder: Path) -> None:
    """`BadModel` unless the run in `folder` is one of yours that came to its end."""
    if folder.parent == BUNDLED:
        raise BadModel(
            f"bundled:{folder.name} is not trained again: `convscope train {folder.name}` makes a "
            "run of your own"
        )
    if ended == "interrupted":
        raise BadModel(
            f"{folder} was interrupted, and other models cannot be compared with half a run: "
            f"`convscope train --resume {folder}` goes on with it"
        )
    if ended == "diverged":
        raise BadModel(
            f"{folder} diverged, and would again: train a run with a lower learning rate first"
        )


def _check_beginning(recipe: Recipe, data: Mapping[str, Any], folder: Path) -> None:
    """`BadModel` if the weights that the run in `folder` began with learned from its images."""
    if recipe.weights is None:
        return
    path = Path(recipe.weights)
    around = list(path.parents)[:2] if path.is_file() else [find_run(recipe.weights)]
    origin = next((run for run in around if (run / "config.json").is_file()), around[0])
    try:
        before = read_config(origin).get("data") or {}
    except BadModel:  # a file that is not of a run
        return
    if any(data[key] and data[key] == before.get(key) for key in ("source", "fingerprint")):
        raise BadModel(
            f"{folder} began with the weights of {origin}, which know its images already: train a "
            "run without --weights to learn what models say that have not seen them"
        )
