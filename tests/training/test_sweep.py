import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convscope.errors import BadModel, BadValue, CannotWrite
from convscope.evaluation.test_set import read_openings
from convscope.prediction.weights import sha256
from convscope.training import running
from convscope.training.plan import load_recipe_data
from convscope.training.run import train
from convscope.training.running import Nobody
from convscope.training.sweep import NobodyAtAll, Swept, resume_sweep, sweep

GRID = {"learning_rate": (0.01, 0.1), "batch_size": (11, 17)}


class At(NobodyAtAll):
    """Does something when the run of a trial has taken so many steps."""

    def __init__(self, number: int, step: int, happen: Callable[[], None]) -> None:
        self.number, self.step, self.happen = number, step, happen
        self.begun: list[int] = []

    def run(self, trial) -> Nobody:
        self.begun.append(trial.number)
        return Counting(self) if trial.number == self.number else Nobody()


class Counting(Nobody):
    def __init__(self, at: At) -> None:
        self.at = at

    def batches(self, batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            yield batch
            self.at.step -= 1
            if self.at.step == 0:
                self.at.happen()


def left(swept: Swept) -> dict[str, tuple[str, list]]:
    """Of each run: the hash of its weights, and its history without times."""
    return {
        outcome.trial.folder.name: (
            sha256((outcome.trial.folder / "model.safetensors").read_bytes()),
            [(r.epoch, r.step, r.train_loss, dict(r.validation)) for r in outcome.history or ()],
        )
        for outcome in swept.outcomes
    }


def openings(swept: Swept) -> dict[int, int]:
    return {t.number: len(read_openings(t.folder)) for t in swept.sweep.trials}


@pytest.fixture(scope="module")
def made() -> list[Swept]:
    """The undisturbed sweep, once there is one."""
    return []


@pytest.fixture
def whole(made, bars, recipe, tmp_path_factory) -> Swept:
    """An undisturbed sweep of four runs; only to be read."""
    if not made:
        out = tmp_path_factory.mktemp("whole")
        made.append(sweep(recipe(), GRID, data=bars, out=out))
    return made[0]


def test_the_best_on_validation_is_chosen_and_it_alone_is_tested(whole):
    assert whole.ended == "finished"
    losses = {o.trial.number: o.history.best.validation["loss"] for o in whole.outcomes}
    assert len(losses) == 4
    winner = min(losses, key=lambda number: losses[number])
    assert whole.winner is not None
    assert whole.winner.trial.number == winner
    assert openings(whole) == {number: int(number == winner) for number in losses}
    assert [
        o.trial.number for o in whole.outcomes if list(o.trial.folder.glob("test_logits*"))
    ] == [winner]
    assert whole.report is not None
    assert whole.report.total == 20
    assert whole.report.part == "test"


def test_each_run_is_what_train_makes_of_the_same_values(whole, bars, recipe):
    for outcome in whole.outcomes:
        alone = train(
            recipe(**outcome.trial.values), data=bars, out=f"alone/{outcome.trial.number}"
        )
        hashes = {
            sha256((folder / "model.safetensors").read_bytes())
            for folder in (alone.folder, outcome.trial.folder)
        }
        assert len(hashes) == 1
        configs = [
            json.loads((folder / "config.json").read_text())
            for folder in (alone.folder, outcome.trial.folder)
        ]
        assert configs[0] == configs[1]
        if outcome is whole.winner:
            assert alone.report == whole.report


def test_a_finished_sweep_trains_and_opens_nothing_again(whole, bars):
    watcher = At(1, 1, lambda: None)
    again = resume_sweep(whole.sweep.folder, data=bars, watcher=watcher)
    assert watcher.begun == []
    assert left(again) == left(whole)
    assert again.report == whole.report
    assert sum(openings(again).values()) == 1


def test_the_test_sets_stay_sealed_on_request(bars, recipe):
    sealed = sweep(recipe(), GRID, data=bars, open_test=False, fields={"epochs": 1})
    assert sealed.winner is not None
    assert sealed.report is None
    assert set(openings(sealed).values()) == {0}
    assert sealed.sweep.folder == Path("runs/custom-sweep-1")
    assert resume_sweep(sealed.sweep.folder, data=bars).report is None
    assert Path("runs/latest").resolve() == sealed.winner.trial.folder.resolve()


def test_ctrl_c_stops_the_run_under_way_and_all_of_it_goes_on(whole, bars, recipe):
    watcher = At(3, 5, lambda: signal.raise_signal(signal.SIGINT))
    cut = sweep(recipe(), GRID, data=bars, out="cut", watcher=watcher)
    assert cut.ended == "interrupted"
    assert [outcome.ended for outcome in cut.outcomes] == ["finished", "finished", "interrupted"]
    assert (cut.winner, cut.report) == (None, None)
    assert set(openings(cut).values()) == {0}
    watcher = At(0, 0, lambda: None)
    again = resume_sweep("cut", data=bars, watcher=watcher)
    assert watcher.begun == [3, 4]
    assert left(again) == left(whole)
    assert again.report == whole.report
    assert sum(openings(again).values()) == 1


class Power(BaseException):
    """The power goes."""


def goes(*_: object, **__: object) -> None:
    raise Power


@pytest.mark.parametrize(
    ("number", "step"), [(1, 1), (2, 7), (4, 8)], ids=["at once", "mid-way", "in the last step"]
)
@pytest.mark.parametrize("seconds", [0.0, 1e9], ids=["checkpoints", "none but the first"])
def test_a_run_cut_off_anywhere_changes_nothing(
    whole, bars, recipe, monkeypatch, number, step, seconds
):
    monkeypatch.setattr(running, "CHECKPOINT_SECONDS", seconds)
    with pytest.raises(Power):
        sweep(recipe(), GRID, data=bars, out="cut", watcher=At(number, step, goes))
    again = resume_sweep("cut", data=bars)
    assert left(again) == left(whole)
    assert again.report == whole.report
    assert sum(openings(again).values()) == 1


@pytest.mark.parametrize(
    "moment",
    [
        "convscope.training.finish.save_config",
        "convscope.training.finish.save_weights",
        "convscope.training.finish.write_report",
        "convscope.training.finish.record_opening",
        "convscope.training.run.point_latest",
    ],
)
def test_a_folder_cut_off_while_it_is_written_changes_nothing(
    whole, bars, recipe, monkeypatch, moment
):
    with monkeypatch.context() as cut:
        cut.setattr(moment, goes)
        with pytest.raises(Power):
            sweep(recipe(), GRID, data=bars, out="cut")
    again = resume_sweep("cut", data=bars)
    assert left(again) == left(whole)
    assert again.report == whole.report
    assert sum(openings(again).values()) == 1


SHORT = {
    "network": "mlp",
    "network_arguments": {"hidden": 13},
    "epochs": 2,
    "threads": 1,
    "precision": "float32",
    "memory_format": "contiguous",
}
SEEDS = {"seed": (1, 2)}
KILLED = f"""
import os, signal
from convscope.training.running import Nobody
from convscope.training.sweep import NobodyAtAll, sweep

class Killed(Nobody):
    def batches(self, batches):
        for i, batch in enumerate(batches):
            yield batch
            if i == 3:
                os.kill(os.getpid(), signal.SIGKILL)

class Killer(NobodyAtAll):
    def run(self, trial):
        return Killed() if trial.number == 2 else Nobody()

sweep("digits-cnn", {SEEDS}, fields={SHORT}, out="cut", watcher=Killer())
"""


def test_killed_by_the_system_a_sweep_goes_on_as_if_nothing_had_happened():
    end = subprocess.run([sys.executable, "-c", KILLED], check=False).returncode
    assert end == -signal.SIGKILL
    assert Path("cut/1-seed=1/config.json").exists()
    assert not Path("cut/2-seed=2/config.json").exists()
    again, undisturbed = resume_sweep("cut"), sweep("digits-cnn", SEEDS, fields=SHORT)
    assert left(again) == left(undisturbed)
    assert again.winner is not None
    assert undisturbed.winner is not None
    assert again.winner.trial.number == undisturbed.winner.trial.number
    assert again.report == undisturbed.report
    assert sum(openings(again).values()) == 1
    assert again.command == undisturbed.command


def test_a_run_that_diverges_is_told_and_the_sweep_goes_on(bars, recipe):
    wild = {"weight_decay": (1e6, 0.0), "seed": (1, 2)}
    swept = sweep(recipe(), wild, data=bars)
    assert [outcome.ended for outcome in swept.outcomes] == [*["diverged"] * 2, *["finished"] * 2]
    words = [choice.words for choice in swept.choices]
    assert words == ["weight_decay=0.0", "weight_decay=1000000.0"]
    assert swept.report is not None
    json.dumps(swept.to_json(), allow_nan=False)
    lost = sweep(recipe(), {"weight_decay": (1e6, 9e5)}, data=bars, out="lost")
    assert (lost.ended, lost.winner, lost.report) == ("diverged", None, None)
    assert set(openings(lost).values()) == {0}


def test_seeds_are_one_choice_and_its_best_run_is_tested(bars, recipe):
    swept = sweep(recipe(), {"seed": (1, 2, 3)}, data=bars, fields={"epochs": 1})
    (choice,) = swept.choices
    values = [outcome.value for outcome in swept.outcomes]
    assert choice.value == pytest.approx(sum(values) / 3)
    assert swept.winner is swept.outcomes[values.index(min(values))]


def test_a_bad_value_is_refused_before_anything_is_written(bars, recipe, own_place):
    with pytest.raises(BadValue, match="epochs=0"):
        sweep(recipe(), {"epochs": (1, 0)}, data=bars)
    with pytest.raises(BadValue, match="needs a field with several values"):
        sweep(recipe(), {}, data=bars)
    assert not (own_place / "runs").exists()


def test_data_are_read_once(monkeypatch):
    read = []

    def count(*words):
        read.append(words)
        return load_recipe_data(*words)

    monkeypatch.setattr("convscope.training.sweep.load_recipe_data", count)
    monkeypatch.setattr("convscope.training.plan.load_recipe_data", goes)
    swept = sweep("digits-cnn", {"seed": (1, 2)}, fields={**SHORT, "epochs": 1})
    assert len(read) == 1
    assert swept.winner is not None
    assert swept.winner.trial.recipe.data == "digits"
    assert swept.to_json()["recipe"] == "digits-cnn"
    assert swept.metrics == ("loss", "accuracy")


def test_a_sweep_goes_on_with_its_own_data_only(whole, bars, recipe):
    with pytest.raises(BadModel, match=r"resume_sweep\(folder, data=splits\)"):
        resume_sweep(whole.sweep.folder)
    other = sweep("digits-cnn", {"seed": (1, 2)}, data=bars, out="o", fields=recipe().to_json())
    assert other.command is None
    with pytest.raises(BadValue, match="changed since"):
        resume_sweep(whole.sweep.folder, data=replace(bars, fingerprint="other"))


def test_two_cannot_train_one_sweep(bars, recipe):
    def twice() -> None:
        with pytest.raises(CannotWrite, match="in use"):
            resume_sweep("cut", data=bars)
        raise Power

    with pytest.raises(Power):
        sweep(recipe(), GRID, data=bars, out="cut", watcher=At(1, 1, twice))
