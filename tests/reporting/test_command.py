import shlex
from pathlib import Path

import pytest

from convscope.reporting.command import run_command, train_command
from convscope.training.catalogue import CATALOGUE
from convscope.training.recipe import Recipe, read_words


def read_back(command: str) -> Recipe:
    """The recipe that `convscope train` would take from the command."""
    program, verb, *words = shlex.split(command)
    assert (program, verb) == ("convscope", "train")
    base = [word for word in words if "=" not in word]
    pairs = dict(word.split("=", 1) for word in words if "=" in word)
    return (CATALOGUE[base[0]].recipe if base else Recipe()).changed(**read_words(pairs))


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_a_named_recipe_is_its_name(name):
    assert train_command(name, CATALOGUE[name].recipe) == f"convscope train {name}"


@pytest.mark.parametrize(
    "fields",
    [
        {"epochs": 7, "learning_rate": 1e-5, "nesterov": False},
        {"data": '/my photos/it\'s "here" $HOME', "skip_unreadable": True},
        {"network": "mlp", "network_arguments": {"hidden": [31, 17], "dropout": 0.5}},
        {"network": "mlp", "network_arguments": {"hidden": [31], "dropout": 0.0}},
        {"network": "net.py:Net", "network_arguments": {"deep": True, "kind": "relu", "none": []}},
        {"network": "net.py:Net", "network_arguments": {"hidden": 100, "dropout": 0.0}},
        {"network": "conv 8 3 padding 1; relu; flatten; linear classes", "network_arguments": {}},
        {"network": "import torch\nnn.Sequential(nn.Conv2d(1, 8, 3))", "network_arguments": {}},
        {"optimizer": "sgd", "learning_rate": 1.0, "momentum": 0.0, "nesterov": False},
        {"group_by": r"person(\d{1,3})", "data": "faces"},
        {"weights": "runs/a-1", "augment": "flip+shift:2", "clip": 1.5},
    ],
)
@pytest.mark.parametrize("name", ["digits-cnn", "mnist-cnn", "custom"])
def test_the_command_means_the_recipe(name, fields):
    recipe = CATALOGUE.get(name, CATALOGUE["digits-cnn"]).recipe.changed(**fields)
    command = train_command(name, recipe)
    assert command is not None
    assert read_back(command) == recipe


def test_weights_of_its_own_leave_published_ones_unsaid():
    recipe = CATALOGUE["transfer"].recipe.changed(weights="a.pt")
    assert train_command("transfer", recipe) == "convscope train transfer weights=a.pt"


def test_a_recipe_without_arguments_begins_where_none_are_given():
    plain = CATALOGUE["mnist-cnn"].recipe.changed(network_arguments={})
    command = train_command("mnist-cnn", plain)
    assert command is not None
    assert not command.startswith("convscope train mnist-cnn")
    assert read_back(command) == plain


def test_a_spec_of_several_lines_is_quoted_on_one():
    recipe = CATALOGUE["mnist-cnn"].recipe.changed(network="flatten\nlinear classes\n")
    command = train_command("mnist-cnn", recipe)
    assert command == "convscope train mnist-cnn 'network=flatten; linear classes'"


def test_what_words_cannot_say_is_not_said():
    assert train_command("folder", CATALOGUE["folder"].recipe.changed(data="a,b")) is None


def test_a_command_about_a_run_quotes_its_folder_and_names_its_own_network():
    command = run_command("report", Path("my runs/x"), "net.py:Net", "--suspects")
    assert shlex.split(command) == [
        "convscope", "report", "my runs/x", "--suspects", "--network", "net.py:Net",
    ]  # fmt: skip
    resumed = shlex.split(run_command("train", Path("runs/x"), "cnn"))
    assert resumed == ["convscope", "train", "--resume", "runs/x"]
