"""Recipe in, model folder out."""

import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from torch import nn

from convscope.data.dataset import Splits
from convscope.data.download import Progress
from convscope.data.preprocess import Preprocessing
from convscope.errors import BadModel, BadValue
from convscope.evaluation.measured import Scores
from convscope.prediction.folder import find_run
from convscope.prediction.model import Model
from convscope.training.checkpoint import Checkpoint, read_checkpoint
from convscope.training.diagnosis import Finding, findings_of
from convscope.training.finish import leave
from convscope.training.history import History, Record
from convscope.training.place import held, new_folder, point_latest
from convscope.training.plan import MACHINE_FIELDS, Plan, check_kind, make_plan, plan_for
from convscope.training.recipe import Recipe
from convscope.training.running import Nobody, Onlooker, carry_out
from convscope.training.state import Position, RunningLoss, State


@dataclass(frozen=True, eq=False)
class Run:
    """What a training run left behind."""

    model: Model
    """With the weights of the lowest validation loss."""
    history: History
    report: Scores | None
    """On the test set, opened once; None if it stayed sealed."""
    folder: Path
    ended: str
    """finished, stopped early, interrupted, or diverged."""
    findings: tuple[Finding, ...] = ()
    """What the curve says."""
    notes: tuple[str, ...] = ()
    """What a person should know beside the numbers."""

    def to_json(self) -> dict[str, Any]:
        """What `convscope train --json` prints."""
        last, best = self.history.records[-1], self.history.best
        rates = [r.images_per_second for r in self.history if r.images_per_second]
        return {
            "run": str(self.folder),
            "recipe": self.model.provenance["recipe"]["name"],
            "ended": self.ended,
            "epochs": last.epoch,
            "best_epoch": best.epoch,
            "validation": dict(best.validation),
            "test": None if self.report is None else self.report.to_json(),
            "seconds": last.seconds,
            "images_per_second": statistics.median(rates) if rates else None,
            "findings": [asdict(finding) for finding in self.findings],
            "notes": list(self.notes),
        }


def train(
    recipe: str | Recipe = "digits-cnn",
    *,
    data: str | Splits | None = None,
    network: str | nn.Module | None = None,
    out: str | Path | None = None,
    **fields: Any,
) -> Run:
    """Train by `recipe` (a name of the catalogue, or a value) and leave a model folder.

    `data`, `network` and any of the recipe's `fields` take the place of the recipe's own; splits
    and an `nn.Module` may be given as they are (the module is trained in place). `out` is the
    folder, by default runs/RECIPE-1, -2, ... The test set is opened once, last.
    """
    return train_watched(recipe, data=data, network=network, out=out, fields=fields)


def train_watched(
    recipe: str | Recipe,
    *,
    data: str | Splits | None = None,
    network: str | nn.Module | None = None,
    out: str | Path | None = None,
    fields: Mapping[str, Any] | None = None,
    open_test: bool = True,
    onlooker: Onlooker | None = None,
    progress: Progress | None = None,
) -> Run:
    """`train`, with somebody watching, and with the choice to leave the test set sealed."""
    plan = plan_for(recipe, data=data, network=network, fields=fields, progress=progress)
    folder = new_folder(plan.name, None if out is None else Path(out))
    with held(folder):
        point_latest(folder)
        return _run(plan, plan.new_state(), folder, open_test, onlooker or Nobody())


def resume(
    run: str | Path,
    *,
    data: Splits | None = None,
    network: str | nn.Module | None = None,
    fields: Mapping[str, Any] | None = None,
    open_test: bool = False,
    onlooker: Onlooker | None = None,
) -> Run:
    """Go on with a run where its last checkpoint stands, as if nothing had happened.

    With `open_test` its end opens a test set that it was begun to leave sealed. Under a constant
    schedule `fields` may raise `epochs`. Device, precision, memory format and threads may be given
    anew, for a machine that has not what the run began with; a note then says that the numbers
    differ. Data or a network that came from Python must be given again.
    """
    folder = find_run(run)
    fields = dict(fields or {})
    check_kind("network", network, nn.Module)
    if not (folder / "checkpoint").is_dir():
        raise BadModel(f"{folder} has no checkpoint: there is nothing to go on with")
    with held(folder):
        checkpoint = read_checkpoint(folder / "checkpoint")
        facts = checkpoint.facts
        recipe = _allowed(Recipe.from_json(facts["recipe"]), fields, folder)
        if facts["network"] is None and not isinstance(network, nn.Module):
            raise BadModel(f"{folder} trains a net from Python: resume(run, network=net) goes on")
        if facts["source"] is None and data is None:
            raise BadModel(
                f"{folder} learns from data from Python: resume(run, data=splits) goes on"
            )
        anew = {key: fields[key] for key in MACHINE_FIELDS if key in fields}
        machine = {key: facts["resolved"][key] for key in MACHINE_FIELDS}
        prepared = facts.get("preprocessing")  # versions before 0.3 did not write it down
        plan = make_plan(
            facts["name"],
            replace(recipe, network=network) if isinstance(network, str) else recipe,
            data=data,
            network=network if isinstance(network, nn.Module) else None,
            machine={**machine, **anew},
            preprocessing=prepared and Preprocessing.from_json(prepared),
        )
        plan = replace(plan, began_with=facts.get("began_with"))
        if plan.splits.fingerprint != facts["fingerprint"]:
            raise BadValue(f"the data {plan.splits.name} changed since {folder} began: start anew")
        notes = (f"{', '.join(anew)} given anew: numbers will differ from before",) if anew else ()
        state = _restored(plan, checkpoint)
        opened = open_test or facts["open_test"]
        return _run(plan, state, folder, opened, onlooker or Nobody(), notes)


def _run(
    plan: Plan,
    state: State,
    folder: Path,
    open_test: bool,
    onlooker: Onlooker,
    notes: tuple[str, ...] = (),
) -> Run:
    ended, reason = carry_out(plan, state, folder, open_test, onlooker)
    model, report = leave(plan, state, folder, ended, open_test)
    history, train_part = History(tuple(state.records)), plan.splits.train
    recipe = plan.recipe
    if plan.resolved.device != "cpu":
        notes += (f"on {plan.resolved.device} the same seed may give slightly different numbers",)
    notes += plan.notes
    if recipe.patience and recipe.runs_to_its_end:
        notes += (
            f"patience does not stop a {recipe.schedule} schedule, which must run to its end; "
            f"the weights of epoch {state.best.epoch} are kept",
        )
    return Run(
        model=model,
        history=history,
        report=report,
        folder=folder,
        ended=ended,
        findings=tuple(findings_of(history, train_part, ended)),
        notes=notes if reason is None else (*notes, reason),
    )


def _restored(plan: Plan, checkpoint: Checkpoint) -> State:
    state, facts = plan.new_state(), checkpoint.facts
    checkpoint.restore_module("net", state.net)
    if state.average.net is not state.net:
        checkpoint.restore_module("average", state.average.net)
    checkpoint.restore_optimizer("optimizer", state.optimizer)
    position = facts["position"]
    state.position = Position(**{**position, "loss": RunningLoss(**position["loss"])})
    state.records = [Record.from_row(row) for row in facts["records"]]
    state.best.epoch, state.best.value = facts["best"]["epoch"], facts["best"]["value"]
    state.best.weights = checkpoint.section("best")
    return state


def _allowed(stored: Recipe, fields: Mapping[str, Any], folder: Path) -> Recipe:
    """`stored` with more epochs if `fields` asks and its schedule admits it."""
    for name in fields:
        if name != "epochs" and name not in MACHINE_FIELDS:
            raise BadValue(
                f"{name} cannot change in a run that goes on: "
                f"`--weights {folder}` starts a new one from its weights"
            )
    epochs = fields.get("epochs", stored.epochs)
    if epochs < stored.epochs:
        raise BadValue(
            f"epochs {epochs}: the run was begun for {stored.epochs}, which can only grow"
        )
    if epochs != stored.epochs and stored.runs_to_its_end:
        raise BadValue(
            f"epochs cannot change under a {stored.schedule} schedule, made for {stored.epochs}: "
            f"`--weights {folder}` starts a new run from its weights"
        )
    return stored.changed(epochs=epochs)
