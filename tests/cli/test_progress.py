"""What a run shows while it goes on, on a terminal and elsewhere."""

import io
import re

import pytest
from rich.console import Console

from convscope.cli import output
from convscope.cli.progress import Display
from convscope.training.run import train_watched

SURE = {"threads": 1, "precision": "float32", "memory_format": "contiguous"}


@pytest.fixture(params=[True, False], ids=["terminal", "file"])
def shown(request, monkeypatch) -> tuple[bool, str]:
    page = io.StringIO()
    console = Console(
        file=page, force_terminal=request.param, width=120, markup=False, highlight=False
    )
    monkeypatch.setattr(output, "ASIDE", console)
    train_watched("digits-cnn", fields={"epochs": 2, **SURE}, onlooker=Display())
    return request.param, page.getvalue()


def test_every_epoch_is_a_line_with_its_numbers(shown):
    _, text = shown
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    for epoch in (1, 2):
        pattern = rf"epoch   {epoch}/2  loss \d\.\d+  validation loss \d\.\d+  accuracy \d+\.\d\d %"
        assert re.search(pattern + r"  rate 0\.\d+  [\d,]+ images/s  \d+ s left", plain)


def test_the_bar_is_for_terminals_only(shown):
    terminal, text = shown
    assert ("\x1b" in text) is terminal
    assert ("━" in text) is terminal
