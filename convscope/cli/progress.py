"""A run as it goes on: a live bar and one line per epoch on a terminal, plain lines elsewhere."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from convscope.cli import output
from convscope.cli.scores import headline, watched
from convscope.networks.build import title
from convscope.reporting.command import run_command
from convscope.training.history import Record
from convscope.training.plan import Plan
from convscope.training.run import Run
from convscope.training.state import State


class Display:
    """Shows a run while it trains, and what it came to."""

    def begin(self, plan: Plan, state: State, folder: Path) -> None:
        """Say what is trained on what, and how."""
        self._plan, self._state = plan, state
        counts = " + ".join(f"{count:,} {part}" for part, count in plan.splits.counts().items())
        parameters = sum(p.numel() for p in state.net.parameters())
        name = title(plan.recipe.network) if plan.network else type(state.net).__name__
        output.aside(f"{plan.name}: {plan.splits.name} ({counts})")
        output.aside(f"{name}: {parameters:,} parameters; {plan.resolved.words}")
        for note in (*(plan.began_with or {}).get("notes", ()), *plan.notes):
            output.aside(note, style="yellow")
        if plan.splits.origin is not None:
            for note in plan.splits.origin.notes:
                output.aside(note, style="yellow")
        if state.position.step:
            output.aside(f"going on after step {state.position.step:,}")

    def batches(self, batches: Iterator[Any]) -> Iterator[Any]:
        """The batches, while the bar follows."""
        for batch in batches:
            yield batch
            self._advance()

    def records(self, records: Iterator[Record]) -> Iterator[Record]:
        """The records, each as a line."""
        terminal = output.ASIDE.is_terminal
        self._bar = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            TextColumn("loss {task.fields[loss]:.3f}  rate {task.fields[rate]:.4f}"),
            TextColumn("validation {task.fields[watched]}"),
            TextColumn("{task.fields[speed]:,.0f} images/s"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=output.ASIDE,
            transient=True,
        )
        with self._bar if terminal else nullcontext():
            total = self._plan.recipe.epochs * len(self._plan.ingredients.batches)
            self._task = self._bar.add_task(
                "", total=total, epoch=1, loss=0.0, rate=0.0, speed=0.0, watched="-",
                completed=self._state.position.step,
            )  # fmt: skip
            for record in records:
                output.aside(self._line(record), style=None)
                self._bar.update(self._task, watched=watched(record.validation))
                yield record

    def conclude(self, run: Run) -> None:
        """What came of it: the answer on stdout, where to find it and what to know on stderr."""
        best = run.history.best
        for finding in run.findings:
            output.aside(finding.sentence, style="yellow")
        for note in run.notes:
            output.aside(note, style="yellow")
        kept = f"epoch {best.epoch} kept (validation loss {best.validation['loss']:.4f}, "
        kept += f"{watched(best.validation)})"
        if run.report is None:
            output.answer(f"{run.ended}: {kept}; test set sealed")
        else:
            output.answer(f"test {headline(run.report)}", style="bold")
            output.answer(f"{run.ended}: {kept}")
        output.answer(f"run: {run.folder}")
        output.answer(f"curves: {_save_curves(run)}")
        if run.ended == "interrupted":
            going_on = run_command("train", run.folder, self._plan.network)
            output.aside(f"go on with: {going_on}")

    def _advance(self) -> None:
        position = self._state.position
        seconds = max(position.training_seconds, 1e-9)
        self._bar.update(
            self._task,
            completed=position.step,
            epoch=f"{position.epoch + 1}/{self._plan.recipe.epochs}",
            loss=position.loss.mean,
            rate=self._state.optimizer.param_groups[0]["lr"],
            speed=position.loss.images / seconds,
        )

    def _line(self, record: Record) -> str:
        words = [f"epoch {record.epoch:>3}/{self._plan.recipe.epochs}"]
        if record.train_loss is not None:
            words.append(f"loss {record.train_loss:.4f}")
        words.append(f"validation loss {record.validation['loss']:.4f}")
        words.append(watched(record.validation))
        if record.images_per_second is not None:
            words.append(f"rate {record.learning_rate:.4f}")
            words.append(f"{record.images_per_second:,.0f} images/s")
            epochs_left = self._plan.recipe.epochs - record.epoch
            words.append(f"{record.seconds / record.epoch * epochs_left:.0f} s left")
        return "  ".join(words)


def _save_curves(run: Run) -> Path:
    from convscope.drawing.curves import draw_curves
    from convscope.drawing.figure import save_figure

    history = run.history
    measure = next(name for name in history.best.validation if name != "loss")
    figure = draw_curves(
        history["epoch"],
        history["train_loss"],
        history["validation_loss"],
        history[f"validation_{measure}"],
        best_epoch=history.best.epoch,
        measure=measure,
    )
    return save_figure(figure, run.folder / "curves.png")
