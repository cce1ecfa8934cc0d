"""A run trained again: with the same parts it is the same run, whatever was chosen or stopped."""

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from convscope.data.loading import load_data
from convscope.data.split import hold_out
from convscope.device import usable_cores
from convscope.errors import BadData, BadModel, Diverged
from convscope.prediction.folder import read_config
from convscope.prediction.weights import plain, read_weights
from convscope.training import resolving
from convscope.training.checkpoint import read_checkpoint
from convscope.training.retraining import find_subject, retrain
from convscope.training.run import train, train_watched
from convscope.training.running import Nobody

NET = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self, num_classes, bias=True):
        super().__init__(nn.Flatten(), nn.Linear(143, num_classes, bias))
"""


RESTLESS = {"learning_rate": 0.1, "schedule": "constant", "epochs": 8}
"""The best epoch is one of the first."""


class PressesCtrlC(Nobody):
    """After the first batch."""

    def batches(self, batches):
        for batch in batches:
            yield batch
            os.kill(os.getpid(), signal.SIGINT)


class SeesNoNumber(Nobody):
    """In the second epoch."""

    def batches(self, batches):
        yield from batches
        self.batches = self.fail

    def fail(self, batches):
        raise Diverged("the loss became nan")


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rewrite(folder: Path, section: str, **values) -> None:
    config = read_config(folder)
    config[section] = {**config[section], **values}
    (folder / "config.json").write_text(json.dumps(config))


def test_trained_again_on_the_same_parts_it_has_the_runs_own_weights(bars, recipe):
    run = train(recipe(**RESTLESS, augment="shift:2+mixup", ema=0.5), data=bars)
    assert 0 < run.history.best.epoch < 8
    subject = find_subject(run.folder, data=bars)
    model = retrain(subject, bars.train, bars.validation, "again", choose=True)
    assert_close(model.net.state_dict(), run.model.net.state_dict(), rtol=0, atol=0)
    assert model.preprocessing == run.model.preprocessing


@pytest.mark.parametrize(("validated", "section"), [("ema", "average"), ("net", "net")])
def test_without_choice_it_has_the_last_weights_of_what_is_validated(
    bars, recipe, validated, section
):
    run = train(recipe(**RESTLESS, ema=0.9, validated=validated), data=bars)
    assert run.history.best.epoch < 8
    last = read_checkpoint(run.folder / "checkpoint").section(section)
    subject = find_subject(run.folder, data=bars)
    model = retrain(subject, bars.train, bars.validation, "again", choose=False)
    assert_close(plain(model.net.state_dict()), last, rtol=0, atol=0)


def test_on_other_parts_it_is_a_run_on_those_parts_measured_by_the_held_one(bars, recipe):
    chosen = recipe(**RESTLESS, class_weights="balanced")
    run = train(chosen, data=bars)
    subject = find_subject(run.folder, data=bars)
    part, held = hold_out(bars.train, 0.3)
    model = retrain(subject, part, held, "a part", choose=True)
    other = train(chosen, data=replace(bars, train=part, validation=held))
    assert_close(model.net.state_dict(), other.model.net.state_dict(), rtol=0, atol=0)
    assert model.preprocessing == other.model.preprocessing != run.model.preprocessing
    losses = other.history["validation_loss"]
    logits = model.logits(model.preprocessing.normalize(held.images))
    assert nn.functional.cross_entropy(logits, held.labels).item() == pytest.approx(min(losses))
    assert min(losses) < losses[-1]


def test_what_is_held_decides_nothing_without_choice(bars, recipe):
    run = train(recipe(**RESTLESS, patience=1), data=bars)
    subject = find_subject(run.folder, data=bars)
    nets = [
        retrain(subject, bars.train, held, "again", choose=False).net.state_dict()
        for held in (bars.validation, bars.validation.subset([3]), bars.test)
    ]
    assert_close(nets[0], nets[1], rtol=0, atol=0)
    assert_close(nets[0], nets[2], rtol=0, atol=0)


def test_with_choice_it_stops_as_early_as_the_run_and_without_at_its_end(bars, recipe):
    run = train(recipe(**{**RESTLESS, "epochs": 15}, patience=2), data=bars)
    assert run.ended == "stopped early"
    subject, said = find_subject(run.folder, data=bars), []
    retrain(subject, bars.train, bars.validation, "it", choose=True, told=said.append)
    assert said == [f"it: epoch {record.epoch}/15" for record in run.history]
    said.clear()
    retrain(subject, bars.train, bars.validation, "it", choose=False, told=said.append)
    assert said == [f"it: epoch {epoch}/15" for epoch in range(16)]


def test_it_leaves_the_folder_the_seal_and_this_process_as_they_were(bars, recipe):
    folder = train_watched(recipe(), data=bars, open_test=False).folder
    before, threads = files(folder.parent), torch.get_num_threads()
    subject = find_subject(folder, data=bars)
    retrain(subject, bars.train, bars.validation, "again", choose=True)
    assert files(folder.parent) == before
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("memory_format", ["contiguous", "channels_last"])
def test_what_auto_became_is_used_again_and_not_measured(bars, recipe, memory_format, monkeypatch):
    folder = train(recipe(network="cnn", network_arguments={"hidden": 7}), data=bars).folder
    rewrite(folder, "recipe", precision="auto", memory_format="auto", threads=0)
    rewrite(folder, "resolved", memory_format=memory_format)
    monkeypatch.setattr(resolving._Stepper, "run", lambda stepper: pytest.fail("was measured"))
    model = retrain(
        find_subject(folder, data=bars), bars.train, bars.validation, "again", choose=False
    )
    assert model.provenance["resolved"] == read_config(folder)["resolved"]
    assert model.provenance["resolved"]["memory_format"] == memory_format


def test_it_computes_with_as_many_threads_as_the_run(bars, recipe):
    cores, counts = usable_cores(), []
    subject = find_subject(train(recipe(epochs=1, threads=cores), data=bars).folder, data=bars)
    fields = {"choose": True, "told": lambda line: counts.append(torch.get_num_threads())}
    retrain(subject, bars.train, bars.validation, "again", **fields)
    assert counts == [cores] * 2


def test_named_data_are_found_again_cut_as_they_were(recipe):
    fields = {"data": "digits", "validation": 0.3, "split_seed": 3, "batch_size": 500}
    folder = train(recipe(epochs=1, **fields)).folder
    subject = find_subject(folder.name)
    assert subject.folder.resolve() == folder.resolve()
    cut = {"validation": 0.3, "split_seed": 3}
    assert subject.splits.fingerprint == load_data("digits", **cut).fingerprint
    assert subject.weights_sha256 == read_config(folder)["weights_sha256"]
    assert subject.recipe == recipe(epochs=1, device="cpu", **fields)


def test_data_from_python_must_be_given_again_and_be_the_same(bars, recipe):
    folder = train(recipe(), data=bars).folder
    with pytest.raises(BadModel, match="data given from Python: hand them over as `data`"):
        find_subject(folder)
    with pytest.raises(BadData, match="bars is not what .* was trained on: give the same splits"):
        find_subject(folder, data=replace(bars, train=bars.test, fingerprint="other"))


def test_a_network_from_python_is_asked_for_by_name(bars, recipe, tmp_path):
    given = nn.Sequential(nn.Flatten(), nn.Linear(143, 2))
    folder = train(recipe(network_arguments={}), data=bars, network=given).folder
    sentence = f"{folder} was trained with a network of your own.*--network file.py:Class"
    with pytest.raises(BadModel, match=sentence):
        find_subject(folder, data=bars)
    (tmp_path / "mine.py").write_text(NET)
    subject = find_subject(folder, data=bars, network="mine.py:Net")
    model = retrain(subject, bars.train, bars.validation, "again", choose=False)
    assert_close(
        {name: p.shape for name, p in model.net.state_dict().items()},
        {name: p.shape for name, p in given.state_dict().items()},
    )


def test_a_network_that_a_config_names_by_its_file_is_not_run_unasked(bars, recipe, tmp_path):
    (tmp_path / "mine.py").write_text(NET)
    fields = {"network": "mine.py:Net", "network_arguments": {"bias": False}}
    run = train(recipe(**fields), data=bars)
    (tmp_path / "mine.py").write_text("raise SystemExit('was run')")
    with pytest.raises(BadModel, match="--network file.py:Class"):
        find_subject(run.folder, data=bars)
    (tmp_path / "moved.py").write_text(NET)
    subject = find_subject(run.folder, data=bars, network="moved.py:Net")
    model = retrain(subject, bars.train, bars.validation, "again", choose=True)
    assert_close(model.net.state_dict(), run.model.net.state_dict(), rtol=0, atol=0)


def test_a_network_that_is_written_out_is_built_again(bars, recipe):
    run = train(
        recipe(network="flatten; linear 7; tanh; linear classes", network_arguments={}), data=bars
    )
    subject = find_subject(run.folder, data=bars)
    model = retrain(subject, bars.train, bars.validation, "again", choose=True)
    assert_close(model.net.state_dict(), run.model.net.state_dict(), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("onlooker", "sentence"),
    [
        (PressesCtrlC, "was interrupted.*`convscope train --resume runs/custom-1` goes on with it"),
        (SeesNoNumber, "diverged, and would again: .* lower learning rate"),
    ],
)
def test_a_run_that_did_not_come_to_its_end_is_refused(bars, recipe, onlooker, sentence):
    run = train_watched(recipe(), data=bars, onlooker=onlooker())
    with pytest.raises(BadModel, match=sentence):
        find_subject(run.folder, data=bars)


def test_a_bundled_model_is_refused_with_the_recipe_to_train_instead():
    with pytest.raises(BadModel, match="`convscope train mnist-cnn` makes a run of your own"):
        find_subject("bundled:mnist-cnn")


def test_it_begins_with_the_weights_the_run_began_with(bars, recipe, tmp_path):
    other = replace(bars, train=bars.test, fingerprint="other images")
    first = train(recipe(epochs=5), data=other)
    run = train(recipe(weights=str(first.folder), learning_rate=0.0), data=bars)
    subject = find_subject(run.folder, data=bars)
    model = retrain(subject, bars.train, bars.validation, "again", choose=False)
    beginning = read_weights(first.folder / "model.safetensors")
    assert_close(plain(model.net.state_dict()), beginning, rtol=0, atol=0)


@pytest.mark.parametrize("weights", ["", "model.safetensors", "snapshots/epoch-001.safetensors"])
def test_weights_that_know_the_images_already_are_refused(bars, recipe, weights):
    first = train(recipe(snapshots="each-epoch"), data=bars)
    run = train(recipe(weights=str(first.folder / weights)), data=bars)
    sentence = "custom-2 began with the weights of .*custom-1, which know its images already"
    with pytest.raises(BadModel, match=sentence):
        find_subject(run.folder, data=bars)


def test_weights_that_are_of_no_run_are_taken(bars, recipe, tmp_path):
    first = train(recipe(), data=bars)
    (tmp_path / "elsewhere").mkdir()
    weights = (first.folder / "model.safetensors").rename(tmp_path / "elsewhere/w.safetensors")
    (tmp_path / "elsewhere" / "config.json").write_text('{"model_type": "of another library"}')
    run = train(recipe(weights=str(weights)), data=bars)
    assert find_subject(run.folder, data=bars).recipe.weights == str(weights)
