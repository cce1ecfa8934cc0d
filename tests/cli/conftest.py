"""The command line in-process: what it prints, and how it ends."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from convscope.cli import output
from convscope.cli.main import main


@dataclass
class Outcome:
    """What a call printed, and its exit code."""

    out: str
    err: str
    code: int


@pytest.fixture
def convscope(monkeypatch, capfd) -> Callable[..., Outcome]:
    """Call the command line with these words."""

    def call(*words: str) -> Outcome:
        monkeypatch.setattr("sys.argv", ["convscope", *words])
        monkeypatch.setattr(output.ANSWER, "width", 200)
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capfd.readouterr()
        assert "Traceback" not in printed.err
        return Outcome(printed.out, printed.err, code)

    return call
