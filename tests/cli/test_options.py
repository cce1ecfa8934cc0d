import json

import pytest
import torch
from torch import nn

from convscope.cli.options import check_ending
from convscope.errors import BadValue
from tests.data.photographs import make_folder_of_classes
from tests.prediction.published_cnn import publish_cnn


@pytest.fixture
def published(own_place, monkeypatch) -> nn.Module:
    make_folder_of_classes(own_place / "zoo", {"tench": 2, "goldfish": 3})
    return publish_cnn(monkeypatch, own_place)


def test_a_network_answers_with_its_published_weights(convscope, published):
    named = convscope("predict", "cnn", "--pretrained", "zoo/tench", "--json")
    assert named.code == 0, named.err
    assert named.err == ""
    file = "published/imagenet/cnn.pth"
    given = convscope("predict", "cnn", "--weights", file, "zoo/tench", "--json")
    assert json.loads(given.out)["predictions"] == json.loads(named.out)["predictions"]
    assert len(json.loads(named.out)["predictions"]) == 2


def test_a_run_answers_as_it_always_did(convscope, published):
    assert convscope("predict", "bundled:mnist-cnn", "zoo/tench").code == 0


def test_a_network_is_measured_on_a_folder_by_the_names_of_its_classes(convscope, published):
    outcome = convscope("evaluate", "cnn", "--pretrained", "--data", "zoo", "--json")
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    assert (report["data"], report["total"]) == ("zoo", 5)
    counts = {row["name"]: row["total"] for row in report["per_class"] if row["total"]}
    assert counts == {"tench": 2, "goldfish": 3}
    shown = convscope("evaluate", "cnn", "--pretrained", "--data", "zoo").out
    lines = [line.split()[0] for line in shown.splitlines() if line]
    assert lines[-2:] == ["tench", "goldfish"]  # of 1,000 classes only those that are there


def test_what_was_done_to_the_weights_is_said_aloud(convscope, published, own_place):
    wrapped = {f"module.{key}": t for key, t in published.state_dict().items()}
    torch.save({"state_dict": wrapped}, own_place / "c.pth")
    outcome = convscope("predict", "cnn", "--weights", "c.pth", "zoo/tench")
    assert outcome.code == 0
    assert "c.pth is a checkpoint: its state_dict is used" in outcome.err
    assert "of DataParallel: taken off" in outcome.err


@pytest.mark.parametrize("verb", [["predict", "cnn"], ["evaluate", "cnn", "--data", "zoo"]])
def test_both_options_together_are_an_error(convscope, published, verb):
    more = ["zoo"] if verb[0] == "predict" else []
    outcome = convscope(*verb, "--pretrained", "--weights", "x.pt", *more)
    assert outcome.code == 2
    assert "from --pretrained or from --weights: give one of the two" in outcome.err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "--pretrained: a network that comes from elsewhere is measured on --data"),
        (["--part", "test"], "is measured on --data"),
        (["other", "--data", "zoo"], "is measured on --data"),
        (["--data", "zoo", "--learning-curve"], "is measured on --data"),
        (["--invariance"], "is measured on --data"),
    ],
)
def test_a_network_has_no_test_set_of_its_own(convscope, published, more, said):
    outcome = convscope("evaluate", "cnn", "--pretrained", *more)
    assert outcome.code == 2
    assert said in outcome.err


def test_a_data_set_of_other_classes_is_refused_by_name(convscope, published, own_place):
    (own_place / "zoo" / "tench").rename(own_place / "zoo" / "unicorn")
    outcome = convscope("evaluate", "cnn", "--pretrained", "--data", "zoo")
    assert outcome.code == 2
    assert "does not know 1 of these data's 2 classes (unicorn)" in outcome.err


def test_a_network_without_weights_says_which_two_ways_there_are(convscope, published):
    outcome = convscope("predict", "cnn", "zoo")
    assert outcome.code == 2
    assert "--pretrained takes the published ones, --weights a file" in outcome.err


def test_weights_of_another_number_of_classes_name_the_command_that_trains(
    convscope, published, own_place
):
    torch.save(nn.Linear(2, 2).state_dict(), own_place / "other.pt")
    told = convscope("predict", "cnn", "--weights", "other.pt", "zoo").err
    assert "do not fit the network" in told
    seven = nn.Linear(published.fc2.in_features, 7).state_dict()
    weights = {**published.state_dict(), **{f"fc2.{key}": t for key, t in seven.items()}}
    torch.save(weights, own_place / "seven.pt")
    told = convscope("predict", "cnn", "--weights", "seven.pt", "zoo").err
    assert "convscope train folder --data FOLDER --network cnn --weights seven.pt" in told


def test_the_layers_of_a_network_with_weights_are_those_of_its_classes(convscope, published):
    outcome = convscope("network", "show", "cnn", "--pretrained", "--json")
    assert outcome.code == 0, outcome.err
    parameters = sum(p.numel() for p in published.parameters())
    assert json.loads(outcome.out)["parameters"] == parameters
    assert (
        "no published weights of 'mlp'" in convscope("network", "show", "mlp", "--pretrained").err
    )


def test_a_run_trains_from_published_weights(convscope, published, own_place):
    words = ["folder", "--data", "zoo", "--network", "cnn", "--pretrained", "augment=none"]
    sure = ["epochs=1", "threads=1", "precision=float32", "memory_format=contiguous"]
    make_folder_of_classes(own_place / "zoo", {"ants": 12, "bees": 13})
    outcome = convscope("train", *words, *sure, "--no-report", "--json")
    assert outcome.code == 0, outcome.err
    config = json.loads((own_place / "runs" / "folder-1" / "config.json").read_text())
    assert config["preprocessing"]["mean"] == [0.5, 0.4, 0.3]
    assert config["preprocessing"]["size"] == [11, 11]
    assert "new head: fc2.weight and fc2.bias" in config["began_with"]["notes"][-1]
    both = convscope("train", *words, "--weights", "x.pt")
    assert both.code == 2
    assert "give one of the two" in both.err


def test_squeezenets_dog_is_a_samoyed_on_the_command_line(convscope, shared_data):
    imagenet = shared_data / "imagenet"
    weights, dog = imagenet / "squeezenet1_1_tvnorm.pt", imagenet / "photos" / "pytorchhub_dog.jpg"
    outcome = convscope("predict", "squeezenet1_1", "--weights", str(weights), str(dog))
    assert outcome.out.startswith(f"{dog}: Samoyed 93")
    assert outcome.err == ""


def test_pictures_are_svg_or_png():
    check_ending("a/b.SVG", "--out")
    with pytest.raises(BadValue, match="--out b.gif: give a name that ends in .svg or .png"):
        check_ending("b.gif", "--out")


def test_what_is_known_of_published_weights_is_shown(convscope, published):
    shown = convscope("network", "show", "cnn", "--pretrained")
    assert shown.code == 0, shown.err
    for said in ("/cnn.pth, 2 MB", "licence: BSD-3-Clause", "at first place", "short side to 17"):
        assert said in shown.out
    facts = json.loads(convscope("network", "show", "cnn", "--pretrained", "--json").out)
    assert facts["published"]["url"].endswith("cnn.pth")
    assert facts["published"]["preprocessing"]["size"] == [11, 13]
