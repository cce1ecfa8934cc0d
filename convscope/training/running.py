"""A run under way: training with somebody watching, and checkpoints now and then.

However it ends, what was learned is kept.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from convscope.device import keep_freed_memory, threads
from convscope.errors import Diverged
from convscope.training.checkpoint import save_checkpoint
from convscope.training.finish import save_snapshot
from convscope.training.history import Record
from convscope.training.loop import keep_best, train_epochs, until_no_better
from convscope.training.plan import Plan
from convscope.training.state import State
from convscope.training.stopping import stop_on_interrupt

CHECKPOINT_SECONDS = 5.0
"""How much work a power cut may cost."""


@runtime_checkable
class Onlooker(Protocol):
    """Who watches a run: wrapped around its batches and records, told of its beginning."""

    def begin(self, plan: Plan, state: State, folder: Path) -> None:
        """The run is about to train; `state` changes while it does."""
        ...

    def batches(self, batches: Iterator[Any]) -> Iterable[Any]:
        """The batches of an epoch, handed on."""
        ...

    def records(self, records: Iterator[Record]) -> Iterable[Record]:
        """The records of the run, handed on."""
        ...


class Nobody:
    """Watches nothing."""

    def begin(self, plan: Plan, state: State, folder: Path) -> None: ...

    def batches(self, batches: Iterator[Any]) -> Iterable[Any]:
        return batches

    def records(self, records: Iterator[Record]) -> Iterable[Record]:
        return records


class Saver:
    """Writes checkpoints of a run: when asked, or now and then."""

    def __init__(self, plan: Plan, state: State, folder: Path, open_test: bool) -> None:
        self._plan, self._state, self._folder = plan, state, folder / "checkpoint"
        self._open_test = open_test
        self._saved = time.monotonic()

    def save(self) -> None:
        """A checkpoint of this very moment; only between steps."""
        plan, state = self._plan, self._state
        averaged = state.average.net is not state.net
        facts = {
            "name": plan.name,
            "network": plan.network,
            "source": plan.source,
            "recipe": plan.recipe.to_json(),
            "resolved": plan.resolved.to_json(),
            "fingerprint": plan.splits.fingerprint,
            "open_test": self._open_test,
            "preprocessing": plan.preprocessing.to_json(),
            "began_with": plan.began_with and dict(plan.began_with),
            "position": asdict(state.position),
            "records": [record.row() for record in state.records],
            "best": {"epoch": state.best.epoch, "value": state.best.value},
        }
        save_checkpoint(
            self._folder,
            facts,
            modules={"net": state.net} | ({"average": state.average.net} if averaged else {}),
            optimizers={"optimizer": state.optimizer},
            tensors={"best": state.best.weights},
        )
        self._saved = time.monotonic()

    def now_and_then(self) -> None:
        """A checkpoint if the last one is old enough."""
        if time.monotonic() - self._saved >= CHECKPOINT_SECONDS:
            self.save()

    def batches(self, batches: Iterable[Any]) -> Iterator[Any]:
        """`batches`, with a checkpoint now and then between two of them."""
        for batch in batches:
            yield batch
            self.now_and_then()


def carry_out(
    plan: Plan, state: State, folder: Path, open_test: bool, onlooker: Onlooker
) -> tuple[str, str | None]:
    """Train from where `state` stands until the end.

    Gives how it ended (finished, stopped early, interrupted, diverged), and for the last one why.
    """
    recipe, monitored = plan.recipe, plan.ingredients.objective.task.monitored
    saver = Saver(plan, state, folder, open_test)
    keep_freed_memory()
    with threads(plan.resolved.threads), stop_on_interrupt() as stop:
        if not state.records:
            saver.save()
        onlooker.begin(plan, state, folder)

        def watch(batches: Iterator[Any]) -> Iterable[Any]:
            return onlooker.batches(saver.batches(stop.batches(batches)))

        patience = 0 if recipe.runs_to_its_end else recipe.patience
        before = tuple(state.records)
        records = keep_best(train_epochs(plan.ingredients, state, watch), state, monitored)
        waits_for = plan.ingredients.freezing.last_opening
        counted = until_no_better(records, monitored, patience, before, waits_for)
        try:
            for record in onlooker.records(counted):
                if recipe.snapshots == "each-epoch":
                    save_snapshot(folder, record.epoch, state.validated)
                saver.now_and_then()
        except Diverged as error:
            return "diverged", str(error)
        saver.save()
    if state.position.epoch == recipe.epochs:
        return "finished", None
    return ("interrupted" if stop.made else "stopped early"), None
