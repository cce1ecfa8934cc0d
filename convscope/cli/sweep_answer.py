"""What a sweep came to, on the command line: its runs, the best first, and the one chosen."""

import math
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from convscope.cli import output
from convscope.cli.scores import headline
from convscope.training.grid import described, written
from convscope.training.history import duration

if TYPE_CHECKING:
    from convscope.training.sweep import Swept
    from convscope.training.trials import Outcome


def conclude(swept: "Swept") -> None:
    """The answer on stdout, what to know and to do on stderr."""
    _show_runs(swept)
    if "seed" in swept.sweep.grid and swept.ended == "finished":
        _show_choices(swept)
    if swept.winner is not None:
        _show_winner(swept, swept.winner)
    if swept.ended == "diverged":
        output.aside(
            "there is nothing to choose, every choice diverged: lower the learning rate to a tenth",
            style="yellow",
        )
    output.answer(f"sweep: {swept.sweep.folder}")
    if swept.ended == "interrupted":
        output.aside(f"go on with: {again(swept.sweep.folder)}")


def again(folder: Path) -> str:
    """The command that goes on with the sweep in `folder`."""
    return shlex.join(["convscope", "train", "--resume", str(folder)])


def told(metric: str) -> str:
    """A metric's name, saying of a loss which one it is."""
    return "validation loss" if metric == "loss" else metric


def measured(metric: str, value: float | None) -> str:
    """A metric's value as people read it."""
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:.4f}" if metric == "loss" else output.percent(value)


def _show_runs(swept: "Swept") -> None:
    output.table(
        ["run", *swept.sweep.grid, *swept.metrics, "epoch", "ended", "time"],
        [
            [
                str(run.trial.number),
                *map(written, run.trial.values.values()),
                *_metrics(run, swept.metrics),
                "-" if run.best is None or run.ended == "diverged" else str(run.best.epoch),
                run.ended,
                duration(run.seconds),
            ]
            for run in swept.ordered
        ],
        title="on validation, the best first",
    )


def _metrics(run: "Outcome", metrics: tuple[str, ...]) -> list[str]:
    best = {} if run.best is None or run.ended == "diverged" else run.best.validation
    return [measured(name, best.get(name)) for name in metrics]


def _show_choices(swept: "Swept") -> None:
    seeds = len(swept.sweep.grid["seed"])
    output.answer()
    output.table(
        [
            *swept.choices[0].values,
            *(f"mean {name}" for name in swept.metrics),
            "lowest to highest",
        ],
        [
            [
                *map(written, choice.values.values()),
                *(measured(name, choice.mean(name)) for name in swept.metrics),
                " to ".join(measured(swept.metrics[0], value) for value in choice.spread),
            ]
            for choice in swept.choices
        ],
        title=f"over {seeds} seeds",
    )


def _show_winner(swept: "Swept", winner: "Outcome") -> None:
    output.answer()
    monitored = swept.metrics[0]
    output.answer(
        f"chosen on validation: {described(winner.trial.values)} "
        f"({told(monitored)} {measured(monitored, winner.value)})"
    )
    if (report := swept.report) is None:
        output.answer("test set sealed")
    else:
        output.answer(f"test {headline(report)}", style="bold")
    output.answer(f"run: {winner.trial.folder}")
