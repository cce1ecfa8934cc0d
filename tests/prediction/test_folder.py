import json
from pathlib import Path

import pytest
import torch

from convscope.atomic import write_json
from convscope.data.preprocess import Preprocessing
from convscope.errors import BadModel, UnknownName
from convscope.networks.build import build_network
from convscope.prediction.folder import (
    find_run,
    load_model,
    put_away,
    read_config,
    save_config,
    save_weights,
)
from convscope.prediction.model import Model

CODE = """
from pathlib import Path
from torch import nn
Path("executed").touch()
class Net(nn.Module):
    def __init__(self, num_classes, width=3):
        super().__init__()
        self.width = width
        self.head = nn.Linear(11 * 13, num_classes)
    def forward(self, images):
        return self.head(images.flatten(1))
"""


def save(folder: Path, network: str | None = "mlp", **arguments) -> Model:
    """A small model, written to `folder`."""
    Path("mine.py").write_text(CODE)
    given = {"num_classes": 5, "in_channels": 1, "input_size": (11, 13), "arguments": arguments}
    model = Model(
        net=build_network(network or "mine.py:Net", **given),
        preprocessing=Preprocessing(
            size=(11, 13), resize=11, channels=1, mean=(0.25,), std=(0.7,), border=None
        ),
        target_names=("ant", "bee", "cat", "dog", "eel"),
        network=network,
        network_arguments=arguments,
    )
    Path("executed").unlink(missing_ok=True)
    folder.mkdir(parents=True)
    provenance = {"seed": 7, "weights_sha256": save_weights(folder, model.net)}
    save_config(folder, model, provenance)
    return model


def change(folder: Path, **fields) -> None:
    """Other values in config.json; None takes a key away."""
    config = {**json.loads((folder / "config.json").read_text()), **fields}
    write_json(folder / "config.json", {k: v for k, v in config.items() if v is not None})


def test_a_model_is_read_back_with_identical_answers(own_place):
    model = save(own_place / "run", hidden=[17, 19], dropout=0.3)
    found = load_model(own_place / "run")
    images = torch.randn(3, 1, 11, 13)
    assert torch.equal(found.logits(images), model.logits(images))
    assert found.preprocessing == model.preprocessing
    assert found.target_names == model.target_names
    assert (found.network, found.network_arguments) == ("mlp", {"hidden": [17, 19], "dropout": 0.3})
    assert found.provenance["seed"] == 7
    assert not found.net.training


@pytest.mark.parametrize(
    "text",
    [
        "conv 3 3; relu; flatten; linear classes",
        "conv 3 3\nflatten\nlinear 5",
        "nn.Sequential(nn.Flatten(), nn.Linear(11 * 13, 5))",
    ],
)
def test_a_network_that_was_written_out_is_built_from_its_config(text, own_place):
    model = save(own_place / "run", text)
    assert read_config(own_place / "run")["network"] == {"spec": text, "arguments": {}}
    found = load_model(own_place / "run")
    images = torch.randn(3, 1, 11, 13)
    assert torch.equal(found.logits(images), model.logits(images))
    assert found.network == text
    assert not Path("executed").exists()


def test_a_spec_in_a_config_runs_no_file(own_place):
    save(own_place / "run", "flatten; linear classes")
    for text in ("mine.py:Net", "flatten; mine.py:Net"):
        change(own_place / "run", network={"spec": text, "arguments": {}})
        with pytest.raises(BadModel, match="which a config may not run"):
            load_model(own_place / "run")
    change(own_place / "run", network={"arguments": {}})
    with pytest.raises(BadModel, match=r"config.json is damaged: KeyError 'name'"):
        load_model(own_place / "run")
    assert not Path("executed").exists()


def test_a_run_is_found_by_its_path_or_its_name_below_runs(own_place):
    save(own_place / "runs" / "first")
    for name in ("first", "runs/first", own_place / "runs" / "first"):
        assert find_run(name).resolve() == own_place / "runs" / "first"


def test_an_unknown_run_says_what_can_be_given():
    with pytest.raises(BadModel, match="there is no run 'gone': .*`convscope train` makes one"):
        load_model("gone")


def test_an_unknown_bundled_model_is_told():
    with pytest.raises(BadModel, match="no model 'bundled:gone' comes with convscope: "):
        load_model("bundled:gone")


def test_missing_weights_are_told(own_place):
    save(own_place / "run")
    (own_place / "run" / "model.safetensors").unlink()
    with pytest.raises(BadModel, match="model.safetensors is missing: the run must be trained"):
        load_model("run")


def test_altered_weights_are_told(own_place):
    save(own_place / "run")
    file = own_place / "run" / "model.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(BadModel, match="model.safetensors was altered: its SHA-256 is not the one"):
        load_model("run")


def test_weights_of_another_network_are_told(own_place):
    save(own_place / "run", hidden=[17])
    change(own_place / "run", network={"name": "mlp", "arguments": {"hidden": [19]}})
    with pytest.raises(BadModel, match=r"weights of run do not fit .*\(17, 143\) instead of"):
        load_model("run")


@pytest.mark.parametrize("key", ["task", "target_names", "network", "preprocessing", "format"])
def test_a_config_without_one_of_its_keys_is_damaged(own_place, key):
    save(own_place / "run")
    change(own_place / "run", **{key: None})
    with pytest.raises(BadModel, match=f"config.json is damaged: .*{key}"):
        load_model("run")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": '])
def test_a_config_that_is_no_json_object_is_damaged(own_place, text):
    save(own_place / "run")
    (own_place / "run" / "config.json").write_text(text)
    with pytest.raises(BadModel, match="config.json is damaged"):
        load_model("run")


@pytest.mark.parametrize(
    "fields", [{"preprocessing": {"size": [11, 13]}}, {"preprocessing": 3}, {"network": "mlp"}]
)
def test_a_config_with_other_things_in_its_keys_is_damaged(own_place, fields):
    save(own_place / "run")
    change(own_place / "run", **fields)
    with pytest.raises(BadModel, match="config.json is damaged"):
        load_model("run")


def test_another_format_is_refused_with_the_one_that_is_read(own_place):
    save(own_place / "run")
    change(own_place / "run", format="convscope-9")
    with pytest.raises(BadModel, match="format 'convscope-9': this version reads 'convscope-1'"):
        read_config(own_place / "run")


def test_an_unfinished_folder_says_how_to_go_on(own_place):
    save(own_place / "run")
    (own_place / "run" / "checkpoint").mkdir()
    put_away(own_place / "run")
    said = "run is unfinished .*: `convscope train --resume run` goes on with it"
    with pytest.raises(BadModel, match=said):
        load_model("run")
    put_away(own_place / "run")  # again does no harm


def test_a_folder_of_something_else_is_no_model_folder(own_place):
    (own_place / "photos").mkdir()
    with pytest.raises(BadModel, match="photos is no model folder: it has no config.json"):
        load_model("photos")


def test_a_network_the_catalogue_does_not_know_is_told(own_place):
    save(own_place / "run")
    change(own_place / "run", network={"name": "mlpp", "arguments": {}})
    with pytest.raises(UnknownName, match="did you mean mlp?"):
        load_model("run")


def test_a_config_never_runs_code_that_the_user_did_not_name(own_place):
    model = save(own_place / "run", network="mine.py:Net")
    said = r"run was trained with the class in mine.py:Net, .*--network file.py:Class"
    with pytest.raises(BadModel, match=said):
        load_model("run")
    assert not Path("executed").exists()
    images = torch.randn(3, 1, 11, 13)
    found = load_model("run", network="mine.py:Net")
    assert Path("executed").exists()
    assert torch.equal(found.logits(images), model.logits(images))


def test_the_arguments_of_a_named_class_come_from_the_config(own_place):
    save(own_place / "run", network="mine.py:Net", width=17)
    assert load_model("run", network="mine.py:Net").net.width == 17


def test_a_net_from_python_is_opened_with_a_net_given_by_hand(own_place):
    model = save(own_place / "run", network=None)
    with pytest.raises(BadModel, match=r"a net that was given from Python, .*net=\.\.\."):
        load_model("run")
    net = type(model.net)(num_classes=5)
    found = load_model("run", net=net)
    assert found.net is net
    images = torch.randn(3, 1, 11, 13)
    assert torch.equal(found.logits(images), model.logits(images))


def test_nothing_but_the_two_files_is_written(own_place):
    save(own_place / "run")
    names = {path.name for path in (own_place / "run").iterdir()}
    assert names == {"config.json", "model.safetensors"}
