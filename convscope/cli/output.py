"""The only place that prints: the answer on stdout, everything else on stderr.

Foreign text is only ever text.
"""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

ANSWER = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
ASIDE = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)

WIDEST = 1000
"""Columns of a table that is not printed on a terminal."""


def answer(text: str = "", style: str | None = None) -> None:
    """One line of the answer."""
    ANSWER.print(Text(printable(text), style=style or ""))


def aside(text: str, style: str | None = "dim") -> None:
    """One line that is not the answer: progress, notes, warnings."""
    ASIDE.print(Text(printable(text), style=style or ""))


def json_object(content: Any) -> None:
    """The whole answer as one JSON object."""
    sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], title: str | None = None) -> None:
    """A table: columns after the first are aligned as numbers where they look like numbers."""
    rows = [[printable(cell) for cell in row] for row in rows]
    sheet = Table(title=title and printable(title), title_justify="left", box=None, pad_edge=False)
    for i, heading in enumerate(headings):
        numeric = i > 0 and all(_is_number(row[i]) for row in rows)
        sheet.add_column(
            Text(heading), justify="right" if numeric else "left", style="bold" if i == 0 else "",
            overflow="fold",
        )  # fmt: skip
    for row in rows:
        sheet.add_row(*(Text(cell) for cell in row))
    whole = None if ANSWER.is_terminal else WIDEST  # what reads a pipe does its own folding
    ANSWER.print(sheet, width=whole, soft_wrap=not ANSWER.is_terminal)


def csv_rows(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """CSV that a spreadsheet shows as text: what would be a formula gets an apostrophe in front."""
    from convscope.seeing.feature_files import no_formula

    def cell(value: object) -> object:
        return no_formula(value) if isinstance(value, str) else value

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([cell(value) for value in row] for row in rows)
    sys.stdout.write(buffer.getvalue())


def printable(text: str) -> str:
    """`text` with control characters written out, so that a file name cannot steer the terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def unreadable(reasons: Mapping[str, str]) -> list[dict[str, str]]:
    """Files that could not be read, as every verb's JSON has them."""
    return [{"file": file, "reason": reason} for file, reason in reasons.items()]


def tell_unreadable(reasons: Mapping[str, str]) -> None:
    """A line for each file that could not be read, and exit code 2 if there is one."""
    for reason in reasons.values():
        aside(f"convscope: {reason}", style="red")
    if reasons:
        raise SystemExit(2)


def percent(share: float | None) -> str:
    """A fraction as people read it."""
    return "-" if share is None else f"{100 * share:.2f} %"


def interval(low_high: Sequence[float] | None) -> str:
    """A 95 % interval as people read it."""
    return "-" if low_high is None else f"{100 * low_high[0]:.1f} to {100 * low_high[1]:.1f} %"


@contextmanager
def working() -> Iterator[Callable[[str], None]]:
    """Hears what long work is at: one changing line on a terminal, lines elsewhere."""
    if not ASIDE.is_terminal:
        begun: list[str] = []

        def once(line: str) -> None:
            """The beginning of each piece of work; how far it is would fill the page."""
            work = line.partition(": ")[0]
            if begun[-1:] != [work]:
                begun.append(work)
                aside(work)

        yield once
        return
    with ASIDE.status("") as status:
        yield lambda line: status.update(Text(printable(line)))


class ArrivalBar:
    """Shows bytes or pictures arriving: a bar on a terminal, a line elsewhere."""

    def __init__(self) -> None:
        self.total = 0
        self.unit = "bytes"
        self._bar: Progress | None = None
        self._told = False

    def reset(self) -> None:
        """Back to nothing: what comes now replaces what was counted."""
        if self._bar is not None:
            self._bar.reset(self._bar.task_ids[0], total=self.total or None)

    def update(self, n: int) -> None:
        """`n` more have come."""
        if self._bar is None and not self._told:
            self._begin("fetching" if self.unit == "bytes" else f"reading {self.unit}")
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0], n)

    def close(self) -> None:
        """All is here."""
        if self._bar is not None:
            self._bar.stop()
        self._bar, self._told = None, False

    def _begin(self, what: str) -> None:
        self._told = True
        if not ASIDE.is_terminal:
            aside(f"{what} ...")
            return
        counted = DownloadColumn() if self.unit == "bytes" else MofNCompleteColumn()
        self._bar = Progress(TextColumn(what), BarColumn(), counted, console=ASIDE, transient=True)
        self._bar.add_task("", total=self.total or None)
        self._bar.start()


def _is_number(cell: str) -> bool:
    return cell.strip(" %").replace(",", "").replace(".", "", 1).lstrip("-").isdigit() or cell in (
        "-",
        "",
    )
