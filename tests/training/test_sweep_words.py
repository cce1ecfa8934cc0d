import shlex

import pytest

from convscope.errors import BadValue, ConvscopeError, UnknownName
from convscope.training.catalogue import CATALOGUE
from convscope.training.recipe import Recipe
from convscope.training.sweep_words import read_sweep, started, sweep_command


def test_values_have_the_type_of_their_field():
    fields, grid = read_sweep(
        {
            "learning_rate": "1,0.3",
            "batch_size": "128,256",
            "nesterov": "true,no",
            "network.hidden": "100,200+100,[7]",
            "network.dropout": "0.5",
            "augment": "none,flip+shift:2",
            "network": "nn.Sequential(nn.Flatten(), nn.Linear(64, 10))",
            "group_by": "a,b",
        }
    )
    assert grid == {
        "learning_rate": (1.0, 0.3),
        "batch_size": (128, 256),
        "nesterov": (True, False),
        "network.hidden": (100, [200, 100], [7]),
        "augment": ("none", "flip+shift:2"),
    }
    assert isinstance(grid["learning_rate"][0], float)
    assert list(grid) == ["learning_rate", "batch_size", "nesterov", "network.hidden", "augment"]
    assert fields == {
        "network_arguments": {"dropout": 0.5},
        "network": "nn.Sequential(nn.Flatten(), nn.Linear(64, 10))",
        "group_by": "a,b",
    }


@pytest.mark.parametrize(
    ("words", "kind", "said"),
    [
        ({"learning_rate": "0.1,abc"}, BadValue, "learning_rate 'abc': a number is needed"),
        ({"learn_rate": "0.1,1"}, UnknownName, "did you mean learning_rate"),
        ({"seed": "1,"}, BadValue, "nothing beside a comma"),
    ],
)
def test_what_does_not_fit_is_one_sentence(words, kind, said):
    with pytest.raises(kind, match=said):
        read_sweep(words)


@pytest.mark.parametrize(
    ("fields", "grid"),
    [
        ({}, {"learning_rate": (0.01, 1e-5), "batch_size": (31, 37)}),
        ({"epochs": 2, "nesterov": False}, {"seed": (1, 2, 3)}),
        ({"network_arguments": {"dropout": 0.5}}, {"network.hidden": (100, [7])}),
        ({}, {"network.hidden": (100, 200)}),
        ({"data": "/my photos/it's", "group_by": "a{1,2}"}, {"nesterov": (True, False)}),
        ({"network_arguments": {"hidden": 31}}, {"network": ("cnn", "mlp")}),
        ({}, {"network": ("cnn", "mlp")}),
    ],
)
@pytest.mark.parametrize("name", ["digits-cnn", "mnist-cnn", "cifar10-cnn"])
def test_the_command_means_the_sweep(name, fields, grid):
    base, keep = started(CATALOGUE[name].recipe, fields, grid)
    command = sweep_command(name, base, grid, keep)
    assert command is not None
    program, verb, recipe, *words = shlex.split(command)
    assert (program, verb, recipe) == ("convscope", "train", name)
    read, several = read_sweep(dict(word.split("=", 1) for word in words))
    assert several == grid
    assert started(CATALOGUE[name].recipe, read, several) == (base, keep)


def test_swept_arguments_take_the_place_of_the_recipes_own():
    plain = CATALOGUE["cifar10-cnn"].recipe
    assert plain.network_arguments
    assert started(plain, {}, {"network.hidden": (1, 2)})[0].network_arguments == {}
    assert started(plain, {}, {"seed": (1, 2)})[0].network_arguments == plain.network_arguments


def test_what_words_cannot_say_is_not_said():
    assert sweep_command("custom", Recipe(), {"seed": (1, 2)}, False) is None
    digits = CATALOGUE["digits-cnn"].recipe
    assert sweep_command("digits-cnn", digits, {"network": ("a,b", "c")}, False) is None
    elsewhere = digits.changed(data="a,b")
    assert sweep_command("digits-cnn", elsewhere, {"seed": (1, 2)}, False) is None
    with pytest.raises(ConvscopeError):
        read_sweep({"data": "a,"})
