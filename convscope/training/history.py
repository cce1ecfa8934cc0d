"""Record and History: what one epoch, and a whole run, have shown."""

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convscope.atomic import write_text
from convscope.errors import BadModel

TIMING = ("seconds", "images_per_second")
"""The columns that differ from run to run."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One epoch; epoch 0 is before training."""

    epoch: int
    step: int
    """Steps taken in all."""
    learning_rate: float
    """Of the epoch's last step."""
    train_loss: float | None
    """Mean over the epoch's images, while they were learned from; None before training."""
    validation: Mapping[str, float]
    """The task's metrics on the validation part."""
    seconds: float
    """Since the run began, validation included."""
    images_per_second: float | None
    """While training, validation not included."""

    def row(self) -> dict[str, Any]:
        """The columns of history.csv."""
        return {
            "epoch": self.epoch,
            "step": self.step,
            "learning_rate": self.learning_rate,
            "train_loss": self.train_loss,
            **{f"validation_{name}": value for name, value in self.validation.items()},
            "seconds": self.seconds,
            "images_per_second": self.images_per_second,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Record":
        """The inverse of `row`; numbers may come as text, nothing as an empty one."""

        def number(name: str) -> float | None:
            return None if row[name] in ("", None) else float(row[name])

        prefix = "validation_"
        return cls(
            epoch=int(row["epoch"]),
            step=int(row["step"]),
            learning_rate=float(row["learning_rate"]),
            train_loss=number("train_loss"),
            validation={
                name.removeprefix(prefix): float(value)
                for name, value in row.items()
                if name.startswith(prefix)
            },
            seconds=float(row["seconds"]),
            images_per_second=number("images_per_second"),
        )


@dataclass(frozen=True)
class History:
    """The records of a run, epoch 0 first; `history["validation_loss"]` is a column."""

    records: tuple[Record, ...]
    monitored: str = "loss"

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def __getitem__(self, column: str) -> list[Any]:
        return [record.row()[column] for record in self.records]

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self.records[0].row())

    @property
    def best(self) -> Record:
        """The record with the lowest monitored value, the first of equals."""

        def rank(record: Record) -> tuple[bool, float]:
            value = record.validation[self.monitored]
            return math.isnan(value), value

        return min(self.records, key=rank)

    def save(self, path: Path) -> None:
        """history.csv: one row per epoch, numbers in full."""
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, self.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(record.row() for record in self.records)
        write_text(path, buffer.getvalue())


def read_history(path: Path) -> History:
    """The history in a history.csv."""
    try:
        text = path.read_text(encoding="utf-8")
        rows: Sequence[Mapping[str, Any]] = list(csv.DictReader(text.splitlines()))
        return History(tuple(Record.from_row(row) for row in rows))
    except (OSError, ValueError, KeyError) as error:
        raise BadModel(f"{path} cannot be read: {error}") from error


def duration(seconds: float) -> str:
    """Seconds as people read them."""
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:,.0f} s"
