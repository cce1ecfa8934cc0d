import os
import subprocess
import sys

import pytest

from convscope.errors import CannotWrite
from convscope.training.place import held, new_folder, point_latest

HOLD = """
import sys, time
from pathlib import Path
from convscope.training.place import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_names_count_up_from_one():
    assert [new_folder("cnn", None).as_posix() for _ in range(3)] == [
        f"runs/cnn-{i}" for i in (1, 2, 3)
    ]


def test_two_processes_never_get_the_same_folder(own_place):
    code = "from convscope.training.place import new_folder as new\n"
    code += "for _ in range(20): print(new('x', None))"
    both = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    names = [name for process in both for name in process.communicate()[0].split()]
    assert len(names) == len(set(names)) == 40


def test_latest_means_the_newest_run():
    for _ in range(2):
        folder = new_folder("cnn", None)
        point_latest(folder)
        assert (folder.parent / "latest").resolve() == folder.resolve()
    assert {path.name for path in folder.parent.iterdir()} == {"cnn-1", "cnn-2", "latest"}


def test_latest_may_be_a_run_within_a_sweep():
    winner = new_folder("sweep", None) / "3-seed=2"
    winner.mkdir()
    point_latest(winner)
    assert (winner.parent.parent / "latest").resolve() == winner.resolve()


def test_a_run_elsewhere_leaves_latest_alone(tmp_path):
    point_latest(new_folder("cnn", tmp_path / "mine"))
    assert not (tmp_path / "runs").exists()


def test_a_killed_process_lets_go_of_its_folder(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(CannotWrite, match="in use by another run"), held(tmp_path):
        pass
    holder.kill()
    holder.communicate()
    with held(tmp_path):
        assert os.path.exists(tmp_path / ".lock")  # noqa: PTH110
