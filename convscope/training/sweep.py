"""Sweep: one recipe trained with every combination of some values, and the best of them tested.

The choice is made on validation; of all the runs only the winner's test set is opened.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from convscope.data.dataset import Splits
from convscope.data.download import Progress
from convscope.errors import BadModel, BadValue, Diverged
from convscope.evaluation.measured import Scores
from convscope.evaluation.test_set import read_report
from convscope.training.catalogue import CATALOGUE
from convscope.training.grid import Grid
from convscope.training.place import held, new_folder, point_latest
from convscope.training.plan import load_recipe_data
from convscope.training.recipe import Recipe
from convscope.training.run import resume, train_watched
from convscope.training.running import Nobody, Onlooker
from convscope.training.sweep_plan import (
    Sweep,
    beginning,
    find_sweep,
    pictures_of,
    rehearse,
    save_sweep,
)
from convscope.training.sweep_words import sweep_command
from convscope.training.trials import Choice, Outcome, Trial, ranked, read_outcome, winner_of


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What a sweep came to."""

    sweep: Sweep
    ended: str
    """finished, interrupted, or diverged: every choice had a run that did."""
    outcomes: tuple[Outcome, ...]
    """In the order trained; fewer than trials after an interruption."""
    choices: tuple[Choice, ...]
    """Runs that differ in the seed alone are one; the best first."""
    winner: Outcome | None
    """None before the end, and if there is nothing to choose."""
    report: Scores | None
    """The winner's, on its test set; None if that stayed sealed."""

    @property
    def ordered(self) -> list[Outcome]:
        """The runs, choice by choice, the best first, and so those within each."""
        return [
            run
            for choice in self.choices
            for run in sorted(choice.outcomes, key=lambda outcome: outcome.value)
        ]

    @property
    def metrics(self) -> tuple[str, ...]:
        """What was measured on validation; the first one, to be low, chooses."""
        found = next((o.best.validation for o in self.outcomes if o.best is not None), {})
        monitored = next((o.history.monitored for o in self.outcomes if o.history), "loss")
        return (monitored, *(name for name in found if name != monitored))

    @property
    def command(self) -> str | None:
        """What was typed, or would do the same; None if it takes what only your code has."""
        begun = self.sweep
        return begun.data["source"] and sweep_command(
            begun.name, begun.base, begun.grid, begun.keep
        )

    def to_json(self) -> dict[str, Any]:
        """What `convscope train --json` prints of a sweep."""
        winner = None
        if self.winner is not None:
            test = None if self.report is None else self.report.to_json()
            winner = {**self.winner.to_json(), "test": test}
        return {
            "sweep": str(self.sweep.folder),
            "recipe": self.sweep.name,
            "grid": {name: list(values) for name, values in self.sweep.grid.items()},
            "ended": self.ended,
            "monitored": self.metrics[0],
            "runs": [outcome.to_json() for outcome in self.outcomes],
            "choices": [choice.to_json() for choice in self.choices],
            "winner": winner,
            "command": self.command,
        }


@runtime_checkable
class Watcher(Protocol):
    """Who watches a sweep: told of its beginning, then wrapped around its outcomes."""

    def begin(self, sweep: Sweep, splits: Splits) -> None:
        """The sweep is about to train."""
        ...

    def run(self, trial: Trial) -> Onlooker:
        """Who watches the run of `trial`, which begins or goes on now."""
        ...

    def outcomes(self, outcomes: Iterator[Outcome]) -> Iterable[Outcome]:
        """What each trial came to, handed on."""
        ...


class NobodyAtAll:
    """Watches nothing."""

    def begin(self, sweep: Sweep, splits: Splits) -> None: ...

    def run(self, trial: Trial) -> Onlooker:
        return Nobody()

    def outcomes(self, outcomes: Iterator[Outcome]) -> Iterable[Outcome]:
        return outcomes


def sweep(
    recipe: str | Recipe,
    grid: Grid,
    *,
    data: Splits | None = None,
    out: str | Path | None = None,
    fields: Mapping[str, Any] | None = None,
    open_test: bool = True,
    watcher: Watcher | None = None,
    progress: Progress | None = None,
) -> Swept:
    """Train `recipe` with every combination of `grid`, and test the best on validation.

    `grid` names fields, or arguments of the network (network.hidden), with their values; `fields`
    take the place of the recipe's own in all runs. Everything is checked before anything is
    trained. Runs that differ in the seed alone are one choice: the lowest mean of their best
    validation losses wins, and the best of its runs is tested; of equals the first. `out` is the
    folder, by default runs/RECIPE-sweep-1, -2, ...; each run is a model folder in it.
    """
    begun = beginning(recipe, grid, fields or {})
    shown = pictures_of(begun.tried)
    splits = data or load_recipe_data(shown, progress)
    rehearse(begun, splits, progress)
    folder = new_folder(f"{begun.name}-sweep", None if out is None else Path(out))
    with held(folder):
        saved = save_sweep(folder, begun, splits, open_test)
        return _carry_out(saved, splits, watcher or NobodyAtAll())


def resume_sweep(
    folder: str | Path, *, data: Splits | None = None, watcher: Watcher | None = None
) -> Swept:
    """Go on with the sweep in `folder` where it was stopped, as if nothing had happened.

    Finished runs are kept, an interrupted one goes on from its checkpoint, the others are trained.
    Data that came from Python must be given again.
    """
    begun = find_sweep(folder)
    with held(begun.folder):
        if data is None and begun.data["source"] is None:
            raise BadModel(
                f"{begun.folder} learns from data from Python: resume_sweep(folder, data=splits) "
                "goes on"
            )
        splits = data or load_recipe_data(begun.trials[0].recipe)
        if splits.fingerprint != begun.data["fingerprint"]:
            raise BadValue(f"the data {splits.name} changed since {begun.folder} began: start anew")
        return _carry_out(begun, splits, watcher or NobodyAtAll())


def _carry_out(begun: Sweep, splits: Splits, watcher: Watcher) -> Swept:
    watcher.begin(begun, splits)
    outcomes = tuple(watcher.outcomes(_outcomes(begun, splits, watcher)))
    choices = tuple(ranked(outcomes))
    stopped = len(outcomes) < len(begun.trials) or outcomes[-1].ended == "interrupted"
    winner = None if stopped else winner_of(choices)
    report = None
    if winner is not None:
        folder = winner.trial.folder
        point_latest(folder)
        if begun.open_test:
            report = read_report(folder) or resume(folder, data=splits, open_test=True).report
    return Swept(
        sweep=begun,
        ended="interrupted" if stopped else "diverged" if winner is None else "finished",
        outcomes=outcomes,
        choices=choices,
        winner=winner,
        report=report,
    )


def _outcomes(begun: Sweep, splits: Splits, watcher: Watcher) -> Iterator[Outcome]:
    """What each trial came to, trained if it is not yet; an interruption is the last."""
    for trial in begun.trials:
        outcome = read_outcome(trial)
        if outcome is None or outcome.ended == "interrupted":
            outcome = _trained(begun, trial, splits, watcher.run(trial))
        yield outcome
        if outcome.ended == "interrupted":
            return


def _trained(begun: Sweep, trial: Trial, splits: Splits, onlooker: Onlooker) -> Outcome:
    try:
        if any((trial.folder / "checkpoint").glob("*.safetensors")):
            resume(trial.folder, data=splits, onlooker=onlooker)
        else:
            train_watched(
                begun.name if begun.name in CATALOGUE else trial.recipe,
                data=splits,
                out=trial.folder,
                fields=trial.recipe.to_json(),
                open_test=False,
                onlooker=onlooker,
            )
    except Diverged:  # before anything was learned that could be kept
        return Outcome(trial=trial, ended="diverged", history=None)
    outcome = read_outcome(trial)
    assert outcome is not None
    return outcome
