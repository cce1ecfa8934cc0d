import json
import signal
from pathlib import Path

import pytest

from convscope.cli.sweep_progress import RunInTable
from convscope.errors import BadData
from convscope.evaluation.test_set import read_openings
from tests.cli.conftest import SURE

SMALL = ["network=mlp", "network.hidden=7", "epochs=1", *SURE]
RATES = "learning_rate=0.001,0.01"
SWEEP = Path("runs/digits-cnn-sweep-1")


def test_every_combination_is_trained_and_the_best_is_tested_and_shown(convscope, monkeypatch):
    monkeypatch.setattr("convscope.reporting.run.SOON", 0)  # no cross-validation
    outcome = convscope("train", RATES, "--batch-size", "64,128", *SMALL)
    assert outcome.code == 0
    assert "4 runs (2 batch_size x 2 learning_rate)" in outcome.err
    assert "digits (1,151 train + 287 validation + 359 test)" in outcome.err
    lines = [line for line in outcome.err.splitlines() if "/4  batch_size=" in line]
    assert [line[:3] for line in lines] == ["1/4", "2/4", "3/4", "4/4"]
    assert "finished  epoch 1 kept  validation loss" in lines[0]
    table = [line.split() for line in outcome.out.splitlines()[2:6]]
    losses = [float(row[3]) for row in table]
    assert losses == sorted(losses)
    assert "chosen on validation: batch_size=64 learning_rate=0.01" in outcome.out
    assert "test accuracy" in outcome.out
    assert "95 % interval" in outcome.out
    winner = SWEEP / "2-batch_size=64+learning_rate=0.01"
    assert f"run: {winner}" in outcome.out
    assert f"comparison: {SWEEP}/sweep.html" in outcome.out
    assert (winner / "report.html").is_file()
    assert "learning_rate=0.001" in (SWEEP / "sweep.html").read_text()
    assert [folder.name for folder in SWEEP.iterdir() if read_openings(folder)] == [winner.name]
    assert convscope("evaluate", str(winner)).code == 0


def test_json_is_one_object_that_tells_every_run(convscope):
    words = ["train", "seed=1,2", "network.hidden=3,5", "network=mlp", "epochs=1", *SURE]
    outcome = convscope(*words, "--json", "--no-report")
    assert outcome.code == 0
    told = json.loads(outcome.out)
    assert set(told) == {
        "sweep", "recipe", "grid", "ended", "monitored", "runs", "choices", "winner", "command",
        "page",
    }  # fmt: skip
    assert told["grid"] == {"seed": [1, 2], "network.hidden": [3, 5]}
    assert len(told["runs"]) == 4
    first, second = told["choices"]
    assert {first["values"]["network.hidden"], second["values"]["network.hidden"]} == {3, 5}
    assert first["mean"] < second["mean"]
    assert told["winner"]["run"] in first["runs"]
    assert told["winner"]["test"]["total"] == 359
    assert told["page"] is None
    assert told["command"].startswith("convscope train digits-cnn network=mlp")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["learning_rate=0.1,abc"], "learning_rate 'abc': a number is needed"),
        (["learning_rate=0.1,"], "nothing beside a comma"),
        (["seed=1,1"], "1 is given twice"),
        (["epochs=1,0"], "epochs=0: epochs 0: it must be 1 or more"),
        (["data=digits,mnist"], "which pictures are held out"),
        (["network=mlp,nosuch"], "network=nosuch: no network is called 'nosuch'"),
        (["network.hiden=3,4", "network=mlp"], "network.hiden=3: mlp takes no argument 'hiden'"),
        (["seed=" + ",".join(map(str, range(1001)))], "are 1,001 runs: at most 1,000"),
        (["digits-cn", "seed=1,2"], "did you mean digits-cnn"),
        (["seed=1,2", "--resume", "nowhere"], "there is no run 'nowhere'"),
    ],
)
def test_what_cannot_be_is_one_sentence_before_anything_runs(convscope, words, said):
    outcome = convscope("train", *words)
    assert outcome.code == 2
    assert said in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1
    assert not Path("runs").exists()


def test_ctrl_c_stops_it_and_the_same_command_goes_on(convscope, monkeypatch):
    def stopped(self, batches):
        for batch in batches:
            yield batch
            if self._row.trial.number == 2:
                signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(RunInTable, "batches", stopped)
        outcome = convscope("train", RATES, *SMALL)
    assert outcome.code == 130
    assert "interrupted" in outcome.out
    assert "test accuracy" not in outcome.out
    assert f"go on with: convscope train --resume {SWEEP}" in outcome.err
    assert not (SWEEP / "sweep.html").exists()
    refused = convscope("train", "learning_rate=0.001,0.1", *SMALL, "--resume", str(SWEEP))
    assert refused.code == 2
    assert "goes on with runs/digits-cnn-sweep-1 as it began" in refused.err
    assert convscope("train", "--resume", str(SWEEP), "--no-test").code == 2
    again = convscope("train", RATES, *SMALL, "--resume", str(SWEEP), "--no-report")
    assert again.code == 0
    assert "test accuracy" in again.out
    plain = convscope("train", "--resume", SWEEP.name, "--no-report")
    assert plain.out == again.out


def test_ctrl_c_between_two_runs_tells_how_to_go_on(convscope, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("convscope.training.sweep.train_watched", interrupted)
        outcome = convscope("train", RATES, *SMALL, "--out", "my sweep")
    assert outcome.code == 130
    assert "go on with: convscope train --resume 'my sweep'" in outcome.err
    assert convscope("train", "--resume", "my sweep", "--no-report").code == 0


def test_where_all_diverge_nothing_is_chosen(convscope):
    wild = ["optimizer=sgd", "weight_decay=900000,1000000", "learning_rate=1", *SURE]
    outcome = convscope("train", *wild, "epochs=2", "--no-report")
    assert outcome.code == 1
    assert "diverged" in outcome.out
    assert "every choice diverged" in outcome.err
    assert "test accuracy" not in outcome.out


def test_the_tests_stay_sealed_on_request(convscope):
    outcome = convscope("train", "seed=1,2", *SMALL, "--no-test", "--no-report")
    assert outcome.code == 0
    assert "test set sealed" in outcome.out
    assert not any(read_openings(folder) for folder in SWEEP.iterdir())


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BadData("the disk ran away"), "there is no comparison page: the disk ran away"),
        (KeyboardInterrupt(), f"no comparison page yet: convscope train --resume {SWEEP} makes it"),
    ],
)
def test_what_keeps_the_page_from_being_written_leaves_the_sweep(
    convscope, monkeypatch, error, said
):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("convscope.reporting.run.write_report", fail)
    outcome = convscope("train", "seed=1,2", *SMALL)
    assert outcome.code == 0
    assert said in outcome.err
    assert "test accuracy" in outcome.out
