import json

import numpy as np
import pytest
import torch
from torch import nn

from convscope.errors import BadModel, BadValue, UnknownName
from convscope.networks.build import build_network
from convscope.networks.imagenet import imagenet_classes
from convscope.prediction.folder import load_model
from convscope.prediction.opening import notes_of, open_model
from tests.prediction.published_cnn import ARGUMENTS, PREPROCESSING, publish_cnn

PICTURE = np.random.default_rng(5).integers(0, 256, (23, 29, 3), dtype=np.uint8)


@pytest.fixture
def published(own_place, monkeypatch) -> nn.Module:
    return publish_cnn(monkeypatch, own_place)


@pytest.fixture
def squeezenet(shared_data) -> str:
    return str(shared_data / "imagenet" / "squeezenet1_1_tvnorm.pt")


def test_a_network_with_its_published_weights_is_a_model(published):
    model = open_model("cnn", pretrained=True)
    assert model.preprocessing == PREPROCESSING
    assert model.target_names == imagenet_classes()
    assert not model.net.training
    image = PREPROCESSING(PICTURE)[None]
    assert torch.equal(model.preprocess(PICTURE)[None], image)
    logits = published(image)[0]
    assert torch.equal(model.logits(image)[0], logits)
    assert model.predict(PICTURE).best == imagenet_classes()[int(logits.argmax())]
    assert model.provenance["weights"]["source"].endswith("/cnn.pth")
    assert notes_of(model) == []


def test_a_run_is_opened_as_it_always_was():
    model = open_model("bundled:mnist-cnn")
    assert model.provenance == load_model("bundled:mnist-cnn").provenance
    assert notes_of(model) == []


def test_a_run_as_weights_brings_arguments_preprocessing_and_names():
    model, run = open_model("cnn", weights="bundled:mnist-cnn"), load_model("bundled:mnist-cnn")
    assert (model.preprocessing, model.target_names) == (run.preprocessing, run.target_names)
    assert model.network_arguments == run.network_arguments
    image = torch.randn(2, *run.image_shape)
    assert torch.equal(model.logits(image), run.logits(image))


def test_a_folder_of_the_hub_is_a_model_of_its_own_classes(own_place):
    net = build_network("resnet8", num_classes=3, in_channels=3, input_size=(19, 23))
    folder = own_place / "theirs"
    folder.mkdir()
    torch.save(
        {f"module.{k}": t for k, t in net.state_dict().items()}, folder / "pytorch_model.bin"
    )
    stored = {"input_size": [3, 19, 23], "mean": [0.1] * 3, "std": [0.2] * 3, "crop_pct": 0.9}
    config = {"label_names": ["ant", "bee", "cat"], "pretrained_cfg": stored}
    (folder / "config.json").write_text(json.dumps(config))
    model = open_model("resnet8", weights=folder)
    assert model.target_names == ("ant", "bee", "cat")
    assert (model.preprocessing.size, model.preprocessing.resize) == ((19, 23), 21)
    image = model.preprocess(PICTURE)[None]
    assert torch.equal(model.logits(image), net.eval()(image))
    assert "of DataParallel: taken off" in notes_of(model)[0]


def test_another_number_of_classes_is_told_with_the_command_that_trains_from_them(
    published, own_place
):
    other = build_network("cnn", **{**ARGUMENTS, "num_classes": 7})
    torch.save(other.state_dict(), own_place / "seven.pt")
    said = (
        r"seven.pt answers 7 classes, and there are names for 1,000: `convscope train folder --data"
        r" FOLDER --network cnn --weights seven.pt` makes a new head"
    )
    with pytest.raises(BadModel, match=said):
        open_model("cnn", weights="seven.pt")


def test_weights_of_another_network_name_their_keys(published, own_place):
    torch.save(nn.Linear(3, 5).state_dict(), own_place / "other.pt")
    with pytest.raises(BadModel, match=r"other.pt do not fit .*missing: conv1.bias.*unexpected: b"):
        open_model("cnn", weights="other.pt")


def test_weights_without_known_preprocessing_are_told_to_be_trained_from(own_place):
    torch.save({"a": torch.zeros(3)}, own_place / "mine.pt")
    with pytest.raises(
        BadModel, match=r"nothing says how mine.pt wants .*no published weights of le"
    ):
        open_model("lenet", weights="mine.pt")


def test_a_network_alone_is_no_model():
    with pytest.raises(BadModel, match="squeezenet1_1 is a network without weights here: --pretr"):
        open_model("squeezenet1_1")


def test_a_run_that_is_called_like_a_network_is_the_run(own_place):
    (own_place / "runs" / "cnn").mkdir(parents=True)
    with pytest.raises(BadModel, match="cnn is no model folder: it has no config.json"):
        open_model("cnn")


def test_what_does_not_go_together_is_refused():
    with pytest.raises(BadValue, match="give one of the two"):
        open_model("resnet18", pretrained=True, weights="x.pt")
    with pytest.raises(BadValue, match="--network net.py:Net: with other weights the network is"):
        open_model("resnet18", pretrained=True, network="net.py:Net")
    with pytest.raises(UnknownName, match="no network is called 'nosuch'"):
        open_model("nosuch", weights="bundled:mnist-cnn")


def test_squeezenets_dog_is_a_samoyed(squeezenet, shared_data):
    model = open_model("squeezenet1_1", weights=squeezenet)
    assert model.preprocessing.resize == 256
    assert model.image_shape == (3, 224, 224)
    dog = shared_data / "imagenet" / "photos" / "pytorchhub_dog.jpg"
    assert model.predict(dog).best == "Samoyed"


def test_of_100_photographs_squeezenet_names_60_at_first_place_and_81_within_five(
    squeezenet, shared_data
):
    model = open_model("squeezenet1_1", weights=squeezenet)
    files = sorted((shared_data / "imagenet" / "samples").glob("*.jpg"))
    assert len(files) == 100
    labels = torch.tensor([int(file.name[:3]) for file in files])[:, None]
    images = torch.stack([model.preprocess(file) for file in files])
    logits = torch.cat([model.logits(part) for part in images.split(10)])
    right = logits.topk(5).indices == labels  # (n, 5)
    assert right[:, 0].sum() >= 60
    assert right.any(1).sum() >= 81
