"""Killed at random moments and gone on with, a run ends as if nobody had touched it."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from convscope.evaluation.test_set import read_openings
from convscope.prediction.weights import sha256
from convscope.training.history import TIMING, read_history

SCRIPT = Path(__file__).with_name("kill_and_resume.py")
KILLS = 20


def start(folder: Path, checkpoint_seconds: float) -> subprocess.Popen:
    words = [sys.executable, str(SCRIPT), str(folder), str(checkpoint_seconds)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "go\n"
    return process


def finish(process: subprocess.Popen) -> None:
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    assert out.startswith("done")


def left(folder: Path) -> tuple[str, list[dict]]:
    rows = [record.row() for record in read_history(folder / "history.csv")]
    untimed = [{k: v for k, v in row.items() if k not in TIMING} for row in rows]
    return sha256((folder / "model.safetensors").read_bytes()), untimed


@pytest.mark.slow
@pytest.mark.parametrize("checkpoint_seconds", [0.0, 0.2])
def test_twenty_kills_change_nothing(tmp_path, checkpoint_seconds):
    process, started = start(tmp_path / "whole", checkpoint_seconds), time.monotonic()
    finish(process)
    length = time.monotonic() - started
    expected, dice, moments = left(tmp_path / "whole"), random.Random(4), []
    for kill in range(KILLS // 2):
        folder = tmp_path / f"cut-{kill}"
        moment = dice.uniform(0, length)
        process = start(folder, checkpoint_seconds)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        part = bool(list(folder.rglob("*.part")))
        begun = (folder / "checkpoint").is_dir()
        finished = (folder / "config.json").is_file()
        moments.append((round(moment, 2), "writing" if part else "", begun, finished))
        finish(start(folder, checkpoint_seconds))
        assert left(folder) == expected
        assert len(read_openings(folder)) == 1
    print(f"whole run {length:.1f} s; kills: {moments}")


@pytest.mark.slow
def test_kills_while_the_finished_folder_is_written_change_nothing(tmp_path):
    """Killed again and again in the last moments of one run, its answers forgotten each time."""
    whole, folder = tmp_path / "whole", tmp_path / "cut"
    finish(start(whole, 1e9))
    finish(start(folder, 1e9))
    expected, dice, kills = left(whole), random.Random(5), 0
    process, started = start(folder, 1e9), time.monotonic()
    finish(process)
    length = time.monotonic() - started
    for _ in range(KILLS):
        for name in ("config.json", "test_openings.json", "test_logits.safetensors"):
            (folder / name).unlink(missing_ok=True)
        process = start(folder, 1e9)
        time.sleep(dice.uniform(length / 2, length))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += not (folder / "config.json").exists()
    assert kills > 0
    finish(start(folder, 1e9))
    assert left(folder) == expected
    assert len(read_openings(folder)) == 1
    print(f"{kills} of {KILLS} kills came before the folder was whole")
