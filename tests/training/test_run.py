"""Whole runs on small data: what they leave, how they stop, and how they go on."""

import json
import os
import signal

import pytest
import torch
from torch import nn
from torch.testing import assert_close

import convscope
from convscope.errors import BadNetwork, BadValue, CannotWrite, UnknownName
from convscope.evaluation.test_set import read_answers, read_openings
from convscope.prediction.folder import load_model, read_config
from convscope.prediction.weights import sha256
from convscope.training import running
from convscope.training.history import TIMING, read_history
from convscope.training.run import resume, train, train_watched
from convscope.training.running import Nobody

NET = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self, num_classes, width=3):
        super().__init__(nn.Flatten(), nn.Linear(143, width), nn.Linear(width, num_classes))
"""


def untimed(path) -> list[dict]:
    return [
        {key: value for key, value in record.row().items() if key not in TIMING}
        for record in read_history(path / "history.csv")
    ]


def weights(path) -> str:
    return sha256((path / "model.safetensors").read_bytes())


class Stops(Nobody):
    """Presses Ctrl-C after so many steps."""

    def __init__(self, after: int) -> None:
        self.left = after

    def batches(self, batches):
        for batch in batches:
            yield batch
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGINT)


def test_a_run_leaves_a_model_folder_that_answers_as_it_did(bars, recipe):
    run = train(recipe(epochs=6), data=bars)
    assert run.ended == "finished"
    assert run.folder.name == "custom-1"
    assert {path.name for path in run.folder.iterdir()} == {
        ".lock", "checkpoint", "config.json", "history.csv", "model.safetensors", "reference",
        "report.json", "test_logits.safetensors", "test_openings.json",
        "validation_logits.safetensors",
    }  # fmt: skip
    config = read_config(run.folder)
    assert config["weights_sha256"] == weights(run.folder)
    assert config["data"]["counts"] == {"train": 64, "validation": 16, "test": 20}
    assert read_history(run.folder / "history.csv").records == run.history.records
    loaded = load_model(run.folder)
    images = loaded.preprocessing.normalize(bars.test.images)
    stored = read_answers(run.folder, config["weights_sha256"])
    assert stored is not None
    assert_close(loaded.logits(images), stored[0])
    assert stored[1].equal(bars.test.labels)
    assert run.report is not None
    assert run.report.correct == (stored[0].argmax(1) == stored[1]).sum()
    assert convscope.evaluate(run) == run.report


def test_the_test_set_is_opened_once_and_only_if_asked(bars, recipe):
    run = train(recipe(), data=bars)
    (opening,) = read_openings(run.folder)
    assert (opening["by"], opening["total"]) == ("train", 20)
    sealed = train_watched(recipe(), data=bars, open_test=False)
    assert sealed.report is None
    assert sealed.to_json()["test"] is None
    assert read_openings(sealed.folder) == []
    assert not (sealed.folder / "test_logits.safetensors").exists()


def test_the_weights_kept_are_those_of_the_lowest_validation_loss(bars, recipe):
    run = train(recipe(epochs=8, learning_rate=1.0, schedule="constant"), data=bars)
    best = run.history.best
    measured = nn.functional.cross_entropy(
        run.model.logits(run.model.preprocessing.normalize(bars.validation.images)),
        bars.validation.labels,
    )
    assert measured.item() == pytest.approx(best.validation["loss"], rel=1e-5)
    assert read_config(run.folder)["best_epoch"] == best.epoch


def test_two_runs_of_one_seed_have_equal_files(bars, recipe):
    first, second = (train(recipe(augment="shift:2"), data=bars).folder for _ in range(2))
    assert (first.name, second.name) == ("custom-1", "custom-2")
    assert weights(first) == weights(second)
    assert untimed(first) == untimed(second)
    assert (first.parent / "latest").resolve() == second.resolve()


@pytest.mark.parametrize("after", [1, 5, 7, 10, 19])
def test_an_interrupted_run_goes_on_as_if_undisturbed(bars, recipe, tmp_path, after):
    network = {"network": "cnn", "network_arguments": {"hidden": 7}}
    chosen = recipe(epochs=4, augment="flip+shift:2+mixup", ema=0.9, validated="ema", **network)
    whole = train(chosen, data=bars, out=tmp_path / "whole")
    stopped = train_watched(chosen, data=bars, out=tmp_path / "cut", onlooker=Stops(after))
    assert stopped.ended == "interrupted"
    assert stopped.report is None  # a run that will go on does not open the test set
    assert load_model(stopped.folder)  # yet what was learned is there
    run = resume(tmp_path / "cut", data=bars)
    assert run.ended == "finished"
    assert weights(run.folder) == weights(whole.folder)
    assert untimed(run.folder) == untimed(whole.folder)
    assert run.report == whole.report
    assert len(read_openings(run.folder)) == 1


@pytest.mark.parametrize(
    "network",
    [
        "conv 5 3 padding 1\nbatch-norm\nrelu\nmaxpool 2\nflatten\ndropout 0.3\nlinear classes",
        "nn.Sequential(nn.Flatten(), nn.Linear(11 * 13, 7), nn.Dropout(0.3), nn.Linear(7, 2))",
    ],
)
def test_a_network_that_is_written_out_goes_on_as_any_other(bars, recipe, tmp_path, network):
    chosen = recipe(epochs=3, network=network, network_arguments={})
    whole = train(chosen, data=bars, out=tmp_path / "whole")
    train_watched(chosen, data=bars, out=tmp_path / "cut", onlooker=Stops(7))
    run = resume(tmp_path / "cut", data=bars)
    assert weights(run.folder) == weights(whole.folder)
    assert read_config(run.folder)["network"] == {"spec": network, "arguments": {}}
    images = torch.randn(3, 1, 11, 13)
    assert torch.equal(load_model(run.folder).logits(images), run.model.logits(images))


def test_a_network_whose_file_was_moved_keeps_its_arguments(bars, recipe, tmp_path):
    (tmp_path / "mine.py").write_text(NET)
    fields = {"network": "mine.py:Net", "network_arguments": {"width": 7}}
    run = train(recipe(schedule="constant", **fields), data=bars)
    (tmp_path / "mine.py").rename(tmp_path / "moved.py")
    longer = resume(run.folder, data=bars, network="moved.py:Net", fields={"epochs": 3})
    assert longer.history.records[-1].epoch == 3
    assert longer.model.network_arguments == {"width": 7}


def test_a_checkpoint_between_any_two_steps_is_enough(bars, recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(running, "CHECKPOINT_SECONDS", 0.0)
    chosen = recipe(epochs=3, optimizer="adamw", learning_rate=0.01, snapshots="each-epoch")
    whole = train(chosen, data=bars, out=tmp_path / "whole")

    class Killed(Nobody):
        left = 8

        def batches(self, batches):
            for batch in batches:
                self.left -= 1
                if self.left < 0:
                    raise MemoryError
                yield batch

    with pytest.raises(MemoryError):
        train_watched(chosen, data=bars, out=tmp_path / "cut", onlooker=Killed())
    assert not (tmp_path / "cut" / "config.json").exists()
    run = resume(tmp_path / "cut", data=bars)
    assert weights(run.folder) == weights(whole.folder)
    assert untimed(run.folder) == untimed(whole.folder)
    names = [f"epoch-{epoch:03d}.safetensors" for epoch in range(4)]
    assert sorted(path.name for path in (run.folder / "snapshots").iterdir()) == names


def test_early_stopping_acts_under_a_constant_schedule_only(bars, recipe):
    fields = {"epochs": 30, "learning_rate": 1.5, "patience": 2}
    early = train(recipe(schedule="constant", **fields), data=bars)
    assert early.ended == "stopped early"
    assert early.history.records[-1].epoch == early.history.best.epoch + 2 < 30
    assert early.report is not None
    to_the_end = train(recipe(schedule="one-cycle", **{**fields, "epochs": 5}), data=bars)
    assert to_the_end.history.records[-1].epoch == 5
    assert "must run to its end" in to_the_end.notes[0]


def test_more_epochs_are_added_under_a_constant_schedule_only(bars, recipe, tmp_path):
    long = train(recipe(schedule="constant", epochs=4), data=bars)
    short = train(recipe(schedule="constant", epochs=2), data=bars)
    longer = resume(short.folder, data=bars, fields={"epochs": 4})
    assert untimed(longer.folder) == untimed(long.folder)
    assert weights(longer.folder) == weights(long.folder)
    cycle = train(recipe(), data=bars)
    with pytest.raises(BadValue, match="one-cycle schedule.*--weights"):
        resume(cycle.folder, data=bars, fields={"epochs": 4})
    with pytest.raises(BadValue, match="learning_rate cannot change"):
        resume(cycle.folder, data=bars, fields={"learning_rate": 0.3})


def test_a_diverged_run_keeps_what_was_good_and_says_why(bars, recipe, monkeypatch):
    class Poison(Nobody):
        def begin(self, plan, state, folder):
            self.state = state

        def batches(self, batches):
            for batch in batches:
                if self.state.position.step == 7:
                    with torch.no_grad():
                        next(self.state.net.parameters()).fill_(float("nan"))
                yield batch

    run = train_watched(recipe(epochs=3), data=bars, onlooker=Poison())
    assert run.ended == "diverged"
    assert "became nan in epoch 2, step 8" in run.notes[0]
    assert run.report is None
    assert run.history.records[-1].epoch == 1
    assert all(torch.isfinite(p).all() for p in load_model(run.folder).net.parameters())
    json.dumps(run.to_json(), allow_nan=False)


def test_any_module_is_trained_by_the_same_call(bars, recipe):
    net = nn.Sequential(nn.Flatten(), nn.Linear(143, 2))
    run = train(recipe(epochs=5), data=bars, network=net)
    assert run.model.net is net
    with pytest.raises(convscope.errors.BadModel, match="given from Python"):
        load_model(run.folder)
    again = load_model(run.folder, net=nn.Sequential(nn.Flatten(), nn.Linear(143, 2)))
    assert_close(again.net.state_dict(), net.state_dict())


def test_weights_of_another_run_are_a_beginning(bars, recipe):
    first = train(recipe(epochs=5), data=bars)
    second = train(recipe(weights=str(first.folder), epochs=1), data=bars)
    assert second.history["validation_loss"][0] == pytest.approx(
        first.history.best.validation["loss"]
    )


def test_a_taken_folder_is_refused_and_untouched(bars, recipe, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(CannotWrite, match="already holds something"):
        train(recipe(), data=bars, out=tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_a_run_in_use_is_not_trained_twice(bars, recipe):
    class Intrudes(Nobody):
        def begin(self, plan, state, folder):
            with pytest.raises(CannotWrite, match="in use by another run"):
                resume(folder, data=bars)

    assert train_watched(recipe(), data=bars, onlooker=Intrudes()).ended == "finished"


def test_what_does_not_fit_is_told_before_a_folder_is_made(bars, recipe, tmp_path):
    with pytest.raises(BadNetwork, match="too small"):
        train(recipe(network="lenet", network_arguments={}), data=bars)
    with pytest.raises(BadNetwork, match="does not take images"):
        train(recipe(), data=bars, network=nn.Linear(3, 2))
    with pytest.raises(BadNetwork, match=r"\(2, 3\)"):
        train(recipe(), data=bars, network=nn.Sequential(nn.Flatten(), nn.Linear(143, 3)))
    with pytest.raises(UnknownName, match="did you mean shift"):
        train(recipe(augment="shfit:2"), data=bars)
    with pytest.raises(UnknownName, match="did you mean digits-cnn"):
        train("digit-cnn")
    assert not (tmp_path / "runs").exists()


def test_bfloat16_trains_and_reports_in_float32(bars, recipe):
    run = train(recipe(precision="bfloat16"), data=bars)
    assert all(p.dtype == torch.float32 for p in run.model.net.parameters())
    images = run.model.preprocessing.normalize(bars.validation.images)
    measured = nn.functional.cross_entropy(run.model.logits(images), bars.validation.labels).item()
    assert measured == pytest.approx(run.history.best.validation["loss"], rel=1e-5)


def test_the_settings_of_this_process_are_put_back(bars, recipe):
    threads, handler = torch.get_num_threads(), signal.getsignal(signal.SIGINT)
    train(recipe(), data=bars)
    assert torch.get_num_threads() == threads
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_permuted_run_answers_and_goes_on_with_its_own_permutation(bars, recipe, tmp_path):
    chosen = recipe(epochs=3, permute_pixels=True, augment="shift:1", seed=5)
    whole = train(chosen, data=bars, out=tmp_path / "whole")
    assert read_config(whole.folder)["preprocessing"]["permutation"] == 5
    cut = train_watched(chosen, data=bars, out=tmp_path / "cut", onlooker=Stops(7)).folder
    assert weights(resume(cut, data=bars).folder) == weights(whole.folder)
    loaded = load_model(whole.folder)
    answers = read_answers(whole.folder, weights(whole.folder))
    assert answers is not None
    pictures = [image.permute(1, 2, 0).numpy() for image in bars.test.images]
    assert_close(loaded.logits(torch.stack([loaded.preprocess(p) for p in pictures])), answers[0])
    measured = convscope.evaluate(loaded, bars.test)
    assert whole.report is not None
    assert measured.confusion_matrix == whole.report.confusion_matrix
