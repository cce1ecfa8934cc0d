"""A sweep as it goes on: one live table on a terminal, a line for each finished run elsewhere."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from convscope.cli import output
from convscope.cli.sweep_answer import again, measured, told
from convscope.data.dataset import Splits
from convscope.training.grid import written
from convscope.training.history import History, Record, duration
from convscope.training.plan import Plan
from convscope.training.state import State
from convscope.training.sweep_plan import Sweep
from convscope.training.trials import Outcome, Trial

AROUND = 8
"""Lines of the screen that are not rows of the table."""


@dataclass
class Row:
    """What is known of one trial by now."""

    trial: Trial
    state: str = "waiting"
    epoch: str = ""
    best: Record | None = None
    """The epoch with the lowest monitored value so far."""
    seconds: float = 0.0

    def cells(self, metrics: tuple[str, ...]) -> list[str]:
        """The row as text: number, values, state, epoch, metrics, time."""
        best = {} if self.best is None else self.best.validation
        return [
            str(self.trial.number),
            *map(written, self.trial.values.values()),
            self.state,
            self.epoch,
            *(measured(name, best.get(name)) for name in metrics),
            duration(self.seconds) if self.seconds else "",
        ]


class SweepDisplay:
    """Shows a sweep while it trains; `folder` is where it lies, once it has begun."""

    folder: Path | None = None

    def begin(self, sweep: Sweep, splits: Splits) -> None:
        """Say what is tried on what."""
        self.folder = sweep.folder
        self._rows = {trial.number: Row(trial) for trial in sweep.trials}
        self._fields = list(sweep.grid)
        counts = " + ".join(f"{count:,} {part}" for part, count in splits.counts().items())
        output.aside(f"{sweep.name}: {splits.name} ({counts})")
        sizes = " x ".join(f"{len(values)} {name}" for name, values in sweep.grid.items())
        output.aside(f"{len(self._rows):,} runs ({sizes}) in {sweep.folder}")
        output.aside(f"interrupted, it goes on with: {again(sweep.folder)}")
        for note in () if splits.origin is None else splits.origin.notes:
            output.aside(note, style="yellow")

    def run(self, trial: Trial) -> "RunInTable":
        """Who watches the run of `trial`."""
        return RunInTable(self._rows[trial.number])

    def outcomes(self, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
        """The outcomes, while the table follows."""
        live = Live(
            get_renderable=self._table, console=output.ASIDE, transient=True, refresh_per_second=4
        )
        with live if output.ASIDE.is_terminal else nullcontext():
            for outcome in outcomes:
                self._take(outcome)
                if not output.ASIDE.is_terminal:
                    output.aside(self._line(outcome), style=None)
                yield outcome

    def _take(self, outcome: Outcome) -> None:
        row = self._rows[outcome.trial.number]
        row.state, row.best, row.seconds = outcome.ended, outcome.best, outcome.seconds
        if outcome.history is not None:
            row.epoch = f"{outcome.history.records[-1].epoch}/{outcome.trial.recipe.epochs}"

    def _line(self, outcome: Outcome) -> str:
        row = self._rows[outcome.trial.number]
        words = [f"{row.trial.number:>{len(str(len(self._rows)))}}/{len(self._rows)}"]
        words += [row.trial.words, row.state]
        if row.best is not None:
            words.append(f"epoch {row.best.epoch} kept")
            words += [f"{told(n)} {measured(n, v)}" for n, v in row.best.validation.items()]
            words.append(duration(row.seconds))
        return "  ".join(words)

    def _table(self) -> Group:
        rows = list(self._rows.values())
        known = next((row.best.validation for row in rows if row.best is not None), {"loss": 0})
        metrics = tuple(known)
        table = Table(box=None, pad_edge=False)
        for name in ["run", *self._fields, "state", "epoch", *map(told, metrics), "time"]:
            table.add_column(Text(name), justify="left" if name == "state" else "right")
        best = best_of(rows, metrics[0])
        for row in self._fitting(rows):
            style = "bold green" if row is best else "" if row.epoch else "dim"
            cells = (Text(output.printable(cell)) for cell in row.cells(metrics))
            table.add_row(*cells, style="bold" if row.state == "running" else style)
        ended = sum(row.state not in ("waiting", "running") for row in rows)
        ahead = "" if best is None else f"; ahead: run {best.trial.number}"
        return Group(table, Text(f"{ended:,} of {len(rows):,} runs ended{ahead}", style="dim"))

    def _fitting(self, rows: list[Row]) -> list[Row]:
        """As many rows as the screen holds, the one under way among them."""
        room = max(output.ASIDE.height - AROUND, 1)
        under_way = next((i for i, row in enumerate(rows) if row.state == "running"), 0)
        first = max(min(under_way - room // 2, len(rows) - room), 0)
        return rows[first : first + room]


class RunInTable:
    """One run, which fills its row of the table."""

    def __init__(self, row: Row) -> None:
        self._row = row

    def begin(self, plan: Plan, state: State, folder: Path) -> None:
        """The run trains from now on."""
        self._plan, self._state = plan, state
        self._row.state = "running"
        self._tell()

    def batches(self, batches: Iterator[Any]) -> Iterator[Any]:
        """The batches, while the seconds go by."""
        for batch in batches:
            yield batch
            self._row.seconds = self._state.position.seconds

    def records(self, records: Iterator[Record]) -> Iterator[Record]:
        """The records, each of which may be the best so far."""
        for record in records:
            self._tell()
            yield record

    def _tell(self) -> None:
        records, task = tuple(self._state.records), self._plan.ingredients.objective.task
        self._row.epoch = f"{self._state.position.epoch}/{self._plan.recipe.epochs}"
        self._row.seconds = self._state.position.seconds
        if records:
            self._row.best = History(records, task.monitored).best


def best_of(rows: list[Row], monitored: str) -> Row | None:
    """The ended row with the lowest monitored value so far."""
    ended = [row for row in rows if row.best and row.state in ("finished", "stopped early")]
    return min(
        ended, key=lambda row: row.best.validation[monitored] if row.best else 0, default=None
    )
