import json

import pytest

from convscope.errors import BadModel, BadNetwork, BadValue, UnknownName
from convscope.training.recipe import Recipe
from convscope.training.sweep_plan import (
    beginning,
    find_sweep,
    is_sweep,
    pictures_of,
    rehearse,
    save_sweep,
)


def test_each_combination_is_a_recipe_of_its_own():
    grid = {"learning_rate": (0.1, 0.2), "network.hidden": (31, [17, 13])}
    fields = {"epochs": 7, "network_arguments": {"dropout": 0.5}}
    found = [
        (recipe.learning_rate, recipe.network_arguments, recipe.epochs)
        for _, recipe in beginning(Recipe(), grid, fields).tried
    ]
    assert found == [
        (rate, {"dropout": 0.5, "hidden": hidden}, 7)
        for rate in (0.1, 0.2)
        for hidden in (31, [17, 13])
    ]


@pytest.mark.parametrize(
    ("grid", "kind", "said"),
    [
        ({"data": ("digits", "mnist")}, BadValue, "which pictures are held out"),
        ({"size": (32, 64)}, BadValue, "which pictures are held out"),
        ({"split_seed": (0, 1)}, BadValue, "which pictures are held out"),
        ({"loss": ("wing", "smooth-l1")}, BadValue, "what is measured"),
        ({"epohs": (1, 2)}, UnknownName, "epohs=1: .*did you mean epochs"),
        ({"epochs": (1, 0)}, BadValue, "epochs=0: epochs 0: it must be 1 or more"),
        ({"epochs": (1, "two")}, BadValue, "epochs=two"),
        (
            {"nesterov": (False, True), "momentum": (0.9, 0.0)},
            BadValue,
            r"nesterov=true momentum=0.0: nesterov needs momentum",
        ),
    ],
)
def test_a_combination_that_cannot_be_is_named(grid, kind, said):
    with pytest.raises(kind, match=said):
        _ = beginning(Recipe(), grid, {}).tried


def test_given_arguments_go_to_every_network_and_the_recipes_own_only_to_its_own():
    own = Recipe().changed(network="cnn", network_arguments={"hidden": 31})
    grid = {"network": ("cnn", "mlp")}

    def arguments(fields):
        return [recipe.network_arguments for _, recipe in beginning(own, grid, fields).tried]

    assert arguments({}) == [{"hidden": 31}, {}]
    assert arguments({"network_arguments": {"hidden": 17}}) == [{"hidden": 17}] * 2
    swept = beginning(own, {**grid, "network.dropout": (0.1, 0.2)}, {}).tried
    assert [recipe.network_arguments for _, recipe in swept] == 2 * [
        {"dropout": 0.1},
        {"dropout": 0.2},
    ]


def test_all_runs_see_pictures_of_one_size(monkeypatch):
    sizes = {"a": 64, "b": 64, "c": 96}
    monkeypatch.setattr(
        "convscope.training.sweep_plan.stored_size", lambda recipe: sizes[recipe.weights]
    )
    begun = beginning(Recipe(), {"weights": ("a", "b")}, {})
    assert pictures_of(begun.tried) == begun.tried[0][1]
    said = "weights=a takes pictures of 64 pixels, weights=c of 96: give all one size"
    with pytest.raises(BadValue, match=said):
        pictures_of(beginning(Recipe(), {"weights": ("a", "c")}, {}).tried)


def test_every_network_takes_a_step_before_any_is_trained(bars, recipe):
    rates = {"learning_rate": (0.1, 0.2)}
    rehearse(beginning(recipe(), {"network.hidden": (7, [5, 3]), **rates}, {}), bars)
    for grid, said in (
        ({"network.hidden": (7, "x")}, "network.hidden=x: mlp could not be built"),
        ({"network": ("mlp", "nosuch")}, "network=nosuch: no network is called"),
        ({"augment": ("none", "nosuch")}, "augment=nosuch: "),
        ({"weights": ("nosuch.pt", "other")}, "weights=nosuch.pt: "),
        ({"threads": (1, 10**6)}, "threads=1000000: threads 1000000: this machine has"),
    ):
        with pytest.raises((BadNetwork, BadValue, UnknownName, BadModel), match=said):
            rehearse(beginning(recipe(), {**grid, **rates}, {}), bars)


def test_what_changes_no_network_is_rehearsed_once(bars, recipe, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "convscope.training.sweep_plan.make_plan", lambda _, recipe, **__: asked.append(recipe)
    )
    grid = {"learning_rate": (0.1, 0.2), "seed": (1, 2), "network.hidden": (5, 7)}
    rehearse(beginning(recipe(), grid, {}), bars)
    assert [recipe.network_arguments["hidden"] for recipe in asked] == [5, 7]


def test_a_sweep_is_read_as_it_was_written(bars, own_place, recipe):
    grid = {"learning_rate": (0.1, 0.2), "network.hidden": ([5, 3], 7), "nesterov": (True, False)}
    asked = beginning(recipe(), grid, {"epochs": 3})
    begun = save_sweep(own_place, asked, bars, open_test=False)
    assert begun == find_sweep(own_place)
    assert is_sweep(own_place)
    assert (begun.name, begun.base, dict(begun.grid)) == ("custom", asked.base, grid)
    assert begun.data == {"name": "bars", "source": None, "fingerprint": bars.fingerprint}
    assert not begun.open_test
    trials = begun.trials
    assert [trial.number for trial in trials] == list(range(1, 9))
    assert [trial.recipe for trial in trials] == [recipe for _, recipe in asked.tried]
    assert len({trial.folder for trial in trials}) == 8
    assert {trial.folder.parent for trial in trials} == {own_place}
    assert trials[1].words == "learning_rate=0.1 network.hidden=5+3 nesterov=false"


def test_hostile_values_stay_in_the_sweeps_folder(bars, own_place, recipe):
    grid = {"weights": ("../../up", "/etc/passwd", "a\nb", "..", "\x1b[2J")}
    begun = save_sweep(own_place, beginning(recipe(), grid, {}), bars, open_test=True)
    for trial in begun.trials:
        assert trial.folder.resolve().parent == own_place


@pytest.mark.parametrize(
    "spoil",
    [
        lambda stored: {**stored, "format": "another"},
        lambda stored: {**stored, "grid": {"epohs": [1, 2]}, "recipe": 3},
        lambda stored: {key: stored[key] for key in stored if key != "data"},
        lambda stored: [stored],
        lambda stored: {**stored, "recipe": {**stored["recipe"], "epochs": "x"}},
    ],
)
def test_a_damaged_file_is_one_sentence(bars, own_place, recipe, spoil):
    save_sweep(own_place, beginning(recipe(), {"seed": (1, 2)}, {}), bars, open_test=True)
    file = own_place / "sweep.json"
    file.write_text(json.dumps(spoil(json.loads(file.read_text()))))
    with pytest.raises(BadModel, match="cannot be read"):
        find_sweep(own_place)


def test_a_folder_without_a_sweep_says_so(own_place):
    assert not is_sweep(own_place)
    with pytest.raises(BadModel, match="holds no sweep"):
        find_sweep(own_place)
    with pytest.raises(BadModel, match="there is no run 'nowhere'"):
        is_sweep("nowhere")
