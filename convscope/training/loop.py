"""The training loop, in the order in which things happen."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from convscope.data.batches import BatchSource
from convscope.device import Resolved
from convscope.errors import Diverged
from convscope.seed import seeded
from convscope.training.history import Record
from convscope.training.objective import Objective
from convscope.training.optimizer import clip_gradient
from convscope.training.recipe import Recipe
from convscope.training.schedule import SHAPES, Schedule
from convscope.training.state import RunningLoss, State
from convscope.training.transfer import Freezing

Watch = Callable[[Iterator[Any]], Iterable[Any]]
"""Sees batches go by, as tqdm would; when it stops giving, the run ends after that step."""


@dataclass(frozen=True, eq=False)
class Ingredients:
    """What a run learns from, and how: all that does not change while it goes on."""

    recipe: Recipe
    resolved: Resolved
    objective: Objective
    batches: BatchSource
    validation: BatchSource
    freezing: Freezing = field(default_factory=Freezing)
    on_features: "Ingredients | None" = None
    """What takes their place while all that was frozen still is, if its features can be kept."""

    def during(self, epoch: int) -> "Ingredients":
        """What epoch `epoch` (from 1) learns from."""
        kept = self.on_features if self.freezing.holds_all(epoch) else None
        return self if kept is None else kept


def train_epochs(ingredients: Ingredients, state: State, watch: Watch = iter) -> Iterator[Record]:
    """Train `state.net` from where `state` stands, in place; a record per epoch, 0 is untrained.

    Whoever asks for the records decides: show, keep the best, stop, save. If `watch` stops giving,
    it ends without another record.
    """
    recipe, position = ingredients.recipe, state.position
    per_epoch = len(ingredients.batches)
    schedule = Schedule(
        state.optimizer,
        SHAPES[recipe.schedule],
        recipe.learning_rate,
        recipe.epochs * per_epoch,
        recipe.warmup,
    )
    clock = time.perf_counter() - position.seconds
    if not state.records:
        yield _record(ingredients.during(1), state, schedule, clock)
    while position.epoch < recipe.epochs:
        now = ingredients.during(position.epoch + 1)
        ingredients.freezing.set_learning(state.net, position.epoch + 1)
        started = time.perf_counter() - position.training_seconds
        for batch in watch(now.batches.epoch(position.epoch + 1, position.batch)):
            schedule.set_for(position.step)
            step(now, state, batch)
            position.training_seconds = time.perf_counter() - started
            position.seconds = time.perf_counter() - clock
        if position.batch < per_epoch:
            return
        position.epoch, position.batch = position.epoch + 1, 0
        record = _record(now, state, schedule, clock)
        position.loss, position.training_seconds = RunningLoss(), 0.0
        yield record


def step(ingredients: Ingredients, state: State, batch: Any) -> None:
    """One step of learning: clear the gradients, forward, loss, backward, step, record."""
    recipe, position = ingredients.recipe, state.position
    # dropout draws from torch's global generator: each step's numbers are its own
    with seeded(recipe.seed, "step", position.step, device=ingredients.resolved.device):
        state.optimizer.zero_grad()
        with ingredients.resolved.autocast():
            loss = ingredients.objective.loss(state.net, batch)
        loss.backward()
        clip_gradient(state.net, recipe.clip)
        state.optimizer.step()
    position.step, position.batch = position.step + 1, position.batch + 1
    state.average.update(position.step)
    try:
        position.loss.add(loss, len(batch[0]))
    except Diverged as error:
        where = f"in epoch {position.epoch + 1}, step {position.step}"
        raise Diverged(
            f"{error} {where}: a learning rate of {recipe.learning_rate:g} is probably too high, "
            "try a tenth of it"
        ) from error


def keep_best(records: Iterable[Record], state: State, monitored: str) -> Iterator[Record]:
    """The records, while `state.best` keeps the weights of the lowest `monitored` value."""
    for record in records:
        state.records.append(record)
        state.best.see(record.epoch, record.validation[monitored], state.validated)
        yield record


def until_no_better(
    records: Iterable[Record],
    monitored: str,
    patience: int,
    before: Iterable[Record] = (),
    waits_for: float = 0.0,
) -> Iterator[Record]:
    """The records up to the one that makes `patience` in a row without a new lowest `monitored`.

    A patience of 0 never ends; `before` are the records of an interrupted run, which count too.
    Epochs up to `waits_for`, in which something is still to thaw, do not count.
    """
    lowest, waited = math.inf, 0

    def tired(record: Record) -> bool:
        nonlocal lowest, waited
        value = record.validation[monitored]
        waited = 0 if value < lowest or record.epoch <= waits_for else waited + 1
        lowest = min(lowest, value)
        return 0 < patience <= waited

    already = [tired(record) for record in before]
    if any(already):
        return
    for record in records:
        yield record
        if tired(record):
            return


def _record(ingredients: Ingredients, state: State, schedule: Schedule, clock: float) -> Record:
    position = state.position
    metrics = ingredients.objective.measure(state.validated, ingredients.validation)
    position.seconds = time.perf_counter() - clock
    trained = position.loss.images
    return Record(
        epoch=position.epoch,
        step=position.step,
        learning_rate=schedule.at(max(position.step - 1, 0)),
        train_loss=position.loss.mean if trained else None,
        validation=metrics,
        seconds=position.seconds,
        images_per_second=trained / position.training_seconds if trained else None,
    )
