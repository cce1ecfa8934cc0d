"""What holds of every file of the house."""

import ast
import re
from pathlib import Path

import pytest

import convscope

HOUSE = Path(convscope.__file__).parent
FILES = sorted(HOUSE.rglob("*.py"))
DRAWERS = r"(utils?|helpers?|common|misc|core|base|manager|tools)"


def test_no_file_is_longer_than_400_lines():
    long = {
        str(f): n for f in FILES if (n := len(f.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_there_are_no_drawers():
    assert [f for f in FILES if re.fullmatch(DRAWERS, f.stem)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(HOUSE)))
def test_nothing_works_in_place_or_prints(file):
    """`inplace=True` would change what a hook has seen; only the command line writes anywhere."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not [k for c in calls for k in c.keywords if k.arg == "inplace"]
    if file != HOUSE / "cli" / "main.py":
        assert not [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]


def test_every_module_has_a_test_file_of_its_name():
    tests = Path(__file__).parents[1]
    missing = [
        str(f.relative_to(HOUSE))
        for f in FILES
        if not f.stem.startswith("__")
        and not (tests / f.parent.relative_to(HOUSE) / f"test_{f.stem}.py").is_file()
    ]
    assert missing == []
