"""The command line in-process: what it prints, and how it ends."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from convscope.cli import output
from convscope.cli.main import main
from convscope.training.run import train

SURE = ["threads=1", "precision=float32", "memory_format=contiguous"]
"""What `auto` would measure first."""


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


@pytest.fixture(scope="session")
def two_epochs(tmp_path_factory) -> Path:
    """A run of two epochs on the embedded digits."""
    words = dict(word.split("=") for word in SURE) | {"threads": 1}
    out = tmp_path_factory.mktemp("run") / "digits-cnn-1"
    return train("digits-cnn", epochs=2, out=out, **words).folder


@pytest.fixture
def trained(two_epochs, own_place) -> None:
    """A copy of it, as `convscope train` would have left it here."""
    shutil.copytree(two_epochs, own_place / "runs" / "digits-cnn-1")
    (own_place / "runs" / "latest").symlink_to("digits-cnn-1")
