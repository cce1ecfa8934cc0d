"""What a sweep shows while it goes on, on a terminal and elsewhere."""

import io
import re

import pytest
from rich.console import Console

from convscope.cli import output
from convscope.cli.sweep_progress import RunInTable, SweepDisplay
from convscope.training.sweep import sweep

FIELDS = {
    "network": "mlp",
    "network_arguments": {"hidden": 3},
    "epochs": 2,
    "threads": 1,
    "precision": "float32",
    "memory_format": "contiguous",
}
GRID = {"learning_rate": (0.001, 0.01), "seed": (1, 2, 3)}


def run(monkeypatch, terminal: bool, height: int = 40) -> tuple[str, list[str]]:
    """What was shown, and the table after each epoch."""
    page, tables = io.StringIO(), []
    console = Console(
        file=page, force_terminal=terminal, width=120, height=height, markup=False, highlight=False
    )
    monkeypatch.setattr(output, "ASIDE", console)
    display, tell = SweepDisplay(), RunInTable._tell

    def look(self):
        tell(self)
        sheet = Console(file=io.StringIO(), width=120, height=height, record=True)
        sheet.print(display._table())
        tables.append(sheet.export_text())

    monkeypatch.setattr(RunInTable, "_tell", look)
    sweep("digits-cnn", GRID, fields=FIELDS, watcher=display)
    return page.getvalue(), tables


def test_elsewhere_every_run_that_ends_is_a_line(monkeypatch):
    text, _ = run(monkeypatch, terminal=False)
    assert "\x1b" not in text
    assert "6 runs (2 learning_rate x 3 seed) in runs/digits-cnn-sweep-1" in text
    assert "convscope train --resume runs/digits-cnn-sweep-1\n" in text  # a kill says nothing
    lines = [line for line in text.splitlines() if re.match(r"\d/6  ", line)]
    assert len(lines) == 6
    for number, line in enumerate(lines, start=1):
        numbers = r"validation loss \d\.\d{4}  accuracy \d+\.\d\d %  \d\.\d s"
        pattern = rf"{number}/6  learning_rate=0.\d+ seed=\d  finished  epoch \d kept  {numbers}"
        assert re.fullmatch(pattern, line), line


def test_a_terminal_has_one_table_in_which_the_runs_move_on(monkeypatch):
    text, tables = run(monkeypatch, terminal=True)
    assert "\x1b" in text
    states = [re.findall(r"waiting|running|finished", table) for table in tables]
    assert states[0] == ["running", *["waiting"] * 5]
    assert states[-1] == [*["finished"] * 5, "running"]
    assert all(len(row) == 6 for row in states)
    heading = tables[-1].splitlines()[0].split("  ")
    assert [word.strip() for word in heading if word] == [
        "run", "learning_rate", "seed", "state", "epoch", "validation loss", "accuracy", "time",
    ]  # fmt: skip
    assert re.search(r"6 +0.01 +3 +running +2/2 +\d\.\d{4} +\d+\.\d\d % +\d\.\d s", tables[-1])
    ahead = re.search(r"5 of 6 runs ended; ahead: run (\d)", tables[-1])
    assert ahead is not None
    rows = re.findall(r"^ *(\d) .*finished +\d/2 +(\d\.\d{4})", tables[-1], re.MULTILINE)
    assert ahead[1] == min(rows, key=lambda row: float(row[1]))[0]


@pytest.mark.parametrize("height", [3, 11])
def test_a_low_screen_shows_the_run_under_way_and_what_fits(monkeypatch, height):
    _, tables = run(monkeypatch, terminal=True, height=height)
    for table in tables:
        assert table.count("running") == 1
        assert len(table.splitlines()) <= max(height, 3)
