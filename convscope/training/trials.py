"""The runs of a sweep, what each came to, and which of them is chosen: on validation alone."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from convscope.errors import BadModel
from convscope.prediction.folder import read_config
from convscope.training.grid import described
from convscope.training.history import History, Record, read_history
from convscope.training.recipe import Recipe, recipe_of

WRITTEN_ANEW = ("data", "weights", "augment", "thaw")
"""Fields that a plan writes as it understood them."""
SEED = "seed"
"""Runs that differ in it alone are one choice, tried several times."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One combination of a sweep's values, and where its run lies."""

    number: int
    """From 1, in the order in which they are trained."""
    values: Mapping[str, Any]
    """The swept fields; an argument of the network is network.NAME."""
    recipe: Recipe
    folder: Path

    @property
    def words(self) -> str:
        """The combination as a person would type it."""
        return described(self.values)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a trial came to."""

    trial: Trial
    ended: str
    """finished, stopped early, interrupted, or diverged."""
    history: History | None
    """None if it diverged before anything was measured."""

    @property
    def best(self) -> Record | None:
        """The epoch whose weights are kept."""
        return None if self.history is None else self.history.best

    @property
    def value(self) -> float:
        """The lowest monitored value on validation; infinite if the run diverged."""
        if self.ended == "diverged" or self.history is None or self.best is None:
            return math.inf
        value = self.best.validation[self.history.monitored]
        return value if math.isfinite(value) else math.inf

    @property
    def seconds(self) -> float:
        """How long it trained."""
        return 0.0 if self.history is None else self.history.records[-1].seconds

    def to_json(self) -> dict[str, Any]:
        """What `convscope train --json` says of it."""
        return {
            "run": str(self.trial.folder),
            "values": dict(self.trial.values),
            "ended": self.ended,
            "epochs": 0 if self.history is None else self.history.records[-1].epoch,
            "best_epoch": None if self.best is None else self.best.epoch,
            "validation": {} if self.best is None else _numbers(self.best.validation),
            "seconds": self.seconds,
        }


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The runs that differ in nothing but the seed: what a sweep chooses between."""

    values: Mapping[str, Any]
    """Without the seed."""
    outcomes: tuple[Outcome, ...]

    @property
    def words(self) -> str:
        """The combination as a person would type it."""
        return described(self.values)

    @property
    def value(self) -> float:
        """The mean over its runs of their lowest monitored value; infinite if one diverged."""
        return fmean(outcome.value for outcome in self.outcomes)

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest of them."""
        values = [outcome.value for outcome in self.outcomes]
        return min(values), max(values)

    @property
    def best(self) -> Outcome:
        """Its run with the lowest value, the first of equals."""
        return min(self.outcomes, key=lambda outcome: outcome.value)

    def mean(self, metric: str) -> float | None:
        """The mean over its runs of a metric at their best epochs; None if one diverged."""
        if not math.isfinite(self.value):
            return None
        return fmean(outcome.best.validation[metric] for outcome in self.outcomes if outcome.best)

    def to_json(self) -> dict[str, Any]:
        """What `convscope train --json` says of it."""
        whole = math.isfinite(self.value)
        return {
            "values": dict(self.values),
            "runs": [str(outcome.trial.folder) for outcome in self.outcomes],
            "mean": self.value if whole else None,
            "spread": list(self.spread) if whole else None,
        }


def ranked(outcomes: Iterable[Outcome]) -> list[Choice]:
    """What was tried, the lowest mean first; equals stay in the order written.

    Where a run diverged, a choice comes after all that can be trusted to learn.
    """
    together: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        together.setdefault(described(_without_seed(outcome.trial)), []).append(outcome)
    choices = [
        Choice(values=_without_seed(alike[0].trial), outcomes=tuple(alike))
        for alike in together.values()
    ]
    return sorted(choices, key=lambda choice: choice.value)


def winner_of(choices: Sequence[Choice]) -> Outcome | None:
    """The best run of the first choice; None if none is left that did not diverge."""
    return choices[0].best if choices and math.isfinite(choices[0].value) else None


def read_outcome(trial: Trial) -> Outcome | None:
    """What lies in the trial's folder; None before its run came to some end."""
    if not (trial.folder / "config.json").is_file():
        return None
    config = read_config(trial.folder)
    asked = {key: getattr(trial.recipe, key) for key in WRITTEN_ANEW}
    if replace(recipe_of(config), **asked) != trial.recipe:
        raise BadModel(
            f"{trial.folder} was trained with other values than its sweep's: move it away, and the "
            "sweep trains it again"
        )
    history = read_history(trial.folder / "history.csv")
    return Outcome(trial=trial, ended=config["ended"], history=history)


def _numbers(metrics: Mapping[str, float]) -> dict[str, float | None]:
    """The metrics, None where one is no number: JSON has no word for that."""
    return {name: value if math.isfinite(value) else None for name, value in metrics.items()}


def _without_seed(trial: Trial) -> dict[str, Any]:
    return {name: value for name, value in trial.values.items() if name != SEED}
