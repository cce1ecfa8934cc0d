import hashlib
import json
from pathlib import Path

import pytest
import torch

from convscope.data.preprocess import Preprocessing
from convscope.errors import BadModel, BadValue
from convscope.networks.imagenet import imagenet_classes
from convscope.networks.published import IMAGENET, PUBLISHED
from convscope.prediction.folder import save_config, save_weights
from convscope.prediction.model import Model
from convscope.prediction.source import find_source, open_source
from tests.prediction.published_cnn import PREPROCESSING, publish_cnn


def leave_run(folder: Path) -> Model:
    """A run of a small network, in `folder`."""
    model = Model(
        net=torch.nn.Linear(7, 5),
        preprocessing=Preprocessing(size=(11, 13), resize=11, channels=1, mean=(0.2,), std=(0.7,)),
        target_names=("ant", "bee", "cat", "dog", "eel"),
        network="mlp",
        network_arguments={"hidden": [17]},
    )
    folder.mkdir(parents=True)
    save_config(folder, model, {"weights_sha256": save_weights(folder, model.net)})
    return model


def test_published_weights_are_named_by_their_address_and_not_fetched_yet():
    source = find_source("resnet18", pretrained=True)
    assert source.address == "https://download.pytorch.org/models/resnet18-f37072fd.pth"
    assert (source.name, source.file) == ("resnet18-f37072fd.pth", None)
    assert source.preprocessing == IMAGENET
    assert source.target_names == imagenet_classes()


def test_published_weights_are_opened_from_the_data_folder(own_place, monkeypatch):
    net = publish_cnn(monkeypatch, own_place)
    opened = open_source(find_source("cnn", pretrained=True))
    assert all(torch.equal(opened.weights[key], t) for key, t in net.state_dict().items())
    assert opened.to_json() == {
        "source": PUBLISHED["cnn"].url,
        "sha256": hashlib.sha256(
            (own_place / "published/imagenet/cnn.pth").read_bytes()
        ).hexdigest(),
        "notes": [],
    }


@pytest.mark.parametrize(("network", "known"), [("cnn", PREPROCESSING), ("lenet", None)])
def test_a_file_has_the_preprocessing_of_its_networks_published_weights(
    own_place, monkeypatch, network, known
):
    publish_cnn(monkeypatch, own_place)
    torch.save({"a": torch.arange(7)}, own_place / "mine.pt")
    source = find_source(network, weights="mine.pt")
    assert source.preprocessing == known
    assert source.target_names == (None if known is None else imagenet_classes())
    opened = open_source(source)
    assert torch.equal(opened.weights["a"], torch.arange(7))
    assert opened.source == str(own_place / "mine.pt")


def test_what_a_checkpoint_is_rid_of_is_noted(own_place):
    torch.save({"state_dict": {"module.a": torch.arange(7)}, "epoch": 3}, own_place / "c.pth")
    opened = open_source(find_source("mlp", weights="c.pth"))
    assert list(opened.weights) == ["a"]
    assert len(opened.to_json()["notes"]) == 2


def test_numbers_that_are_not_finite_are_refused(own_place):
    torch.save({"a": torch.ones(3), "b": torch.tensor([1.0, float("nan")])}, own_place / "c.pth")
    with pytest.raises(BadModel, match=r"c.pth holds numbers that are not finite \(in b\)"):
        open_source(find_source("mlp", weights="c.pth"))


def test_a_folder_whose_weights_are_in_several_files_is_told(own_place):
    (own_place / "hub").mkdir()
    (own_place / "hub" / "model.safetensors.index.json").write_text("{}")
    (own_place / "hub" / "config.json").write_text('{"num_classes": 1000}')
    with pytest.raises(BadModel, match="cut into several files: save them as one"):
        find_source("mlp", weights="hub")


@pytest.mark.parametrize("name", ["first", "runs/first", "latest"])
def test_a_run_brings_all_it_has(own_place, name):
    model = leave_run(own_place / "runs" / "first")
    (own_place / "runs" / "latest").symlink_to("first")
    source = find_source("mlp", weights=name)
    assert source.address == str(own_place / "runs" / "first")  # wherever latest points later
    assert source.preprocessing == model.preprocessing
    assert source.target_names == model.target_names
    assert source.network_arguments == {"hidden": [17]}
    assert torch.equal(open_source(source).weights["weight"], model.net.weight)


def test_the_bundled_model_is_a_run_that_is_found_anywhere():
    source = find_source("cnn", weights="bundled:mnist-cnn")
    assert source.address == "bundled:mnist-cnn"
    assert source.target_names == tuple("0123456789")
    assert "conv1.weight" in open_source(source).weights


def test_a_folder_of_the_hub_brings_what_its_config_says(own_place):
    torch.save({"a": torch.arange(7)}, own_place / "pytorch_model.bin")
    (own_place / "config.json").write_text(json.dumps({"label_names": ["ant", "bee"]}))
    source = find_source("resnet18", weights=own_place)
    assert source.target_names == ("ant", "bee")
    assert source.preprocessing == IMAGENET  # of the published weights: the folder says nothing
    assert torch.equal(open_source(source).weights["a"], torch.arange(7))


def test_weights_of_a_run_that_were_altered_are_refused(own_place):
    leave_run(own_place / "run")
    with (own_place / "run" / "model.safetensors").open("ab") as file:
        file.write(b" ")
    with pytest.raises(BadModel, match="model.safetensors was altered"):
        open_source(find_source("mlp", weights="run"))


def test_an_unfinished_run_says_how_to_go_on(own_place):
    leave_run(own_place / "run")
    (own_place / "run" / "checkpoint").mkdir()
    (own_place / "run" / "config.json").unlink()
    with pytest.raises(BadModel, match="run is unfinished"):
        find_source("mlp", weights="run")


def test_a_run_whose_config_lacks_something_is_damaged(own_place):
    leave_run(own_place / "run")
    config = json.loads((own_place / "run" / "config.json").read_text())
    del config["target_names"]
    (own_place / "run" / "config.json").write_text(json.dumps(config))
    with pytest.raises(BadModel, match="config.json is damaged: KeyError 'target_names'"):
        find_source("mlp", weights="run")


@pytest.mark.parametrize(
    ("weights", "said"),
    [("gone.pt", "gone.pt does not exist: check the path"), ("gone", "there is no run 'gone'")],
)
def test_weights_that_are_not_there_are_told(weights, said):
    with pytest.raises(BadModel, match=said):
        open_source(find_source("mlp", weights=weights))


def test_two_sources_of_weights_are_refused_and_none_too():
    for asked in ({"pretrained": True, "weights": "x.pt"}, {}):
        with pytest.raises(BadValue, match="from --pretrained or from --weights: give one of the"):
            find_source("resnet18", **asked)
    with pytest.raises(BadModel, match="no published weights of 'mlp'"):
        find_source("mlp", pretrained=True)
