import dataclasses

import pytest

from convscope.errors import BadValue, UnknownName
from convscope.training.catalogue import CATALOGUE, find_recipe
from convscope.training.recipe import Recipe, field_docs, read_words


def test_every_field_has_one_docstring_line():
    docs = field_docs()
    assert list(docs) == [field.name for field in dataclasses.fields(Recipe)]
    assert all(doc.endswith(".") and "\n" not in doc for doc in docs.values())


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_recipe_survives_json_and_says_what_to_expect(name):
    named = CATALOGUE[name]
    assert Recipe.from_json(named.recipe.to_json()) == named.recipe
    assert named.about
    assert "%" in named.reaches
    assert " s" in named.takes


def test_the_course_recipes_hold_the_courses_settings():
    for name, epochs, normalization, network in (
        ("mnist-mlp-course", 50, "0..1", "mlp"),
        ("cifar10-cnn-course", 30, "-1..1", "cnn"),
    ):
        recipe = find_recipe(name)[1]
        assert recipe == Recipe(
            data=recipe.data,
            network=network,
            normalization=normalization,
            epochs=epochs,
            validation=0.2,
            batch_size=20,
            optimizer="sgd",
            learning_rate=0.01,
            momentum=0.0,
            nesterov=False,
            schedule="constant",
            precision="float32",
        )
        assert (recipe.label_smoothing, recipe.weight_decay, recipe.clip, recipe.ema) == (
            0,
            0,
            0,
            0,
        )
        assert (recipe.augment, recipe.patience, recipe.class_weights) == ("none", 0, "none")


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ({"epochs": "3", "learning_rate": "1e-2"}, {"epochs": 3, "learning_rate": 0.01}),
        ({"nesterov": "false"}, {"nesterov": False}),
        ({"augment": "flip+shift:4"}, {"augment": "flip+shift:4"}),
        ({"network.hidden": "512+256"}, {"network_arguments": {"hidden": [512, 256]}}),
        ({"network.hidden": "100"}, {"network_arguments": {"hidden": 100}}),
        ({"network.p": "0.5", "network.k": "x"}, {"network_arguments": {"p": 0.5, "k": "x"}}),
    ],
)  # fmt: skip
def test_words_become_values_of_their_fields_type(words, values):
    assert read_words(words) == values
    Recipe().changed(**values)


@pytest.mark.parametrize(
    ("words", "kind", "said"),
    [
        ({"learnin_rate": "1"}, UnknownName, "did you mean learning_rate"),
        ({"epochs": "three"}, BadValue, "epochs 'three': a whole number is needed"),
        ({"learning_rate": "fast"}, BadValue, "a number is needed"),
        ({"nesterov": "maybe"}, BadValue, "true or false is needed"),
        ({"learning_rate": "0.1,0.2"}, BadValue, "a comma means a sweep"),
    ],
)
def test_words_that_do_not_fit_are_answered_with_a_sentence(words, kind, said):
    with pytest.raises(kind, match=said):
        read_words(words)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"epochs": 0}, "epochs 0: it must be 1 or more"),
        ({"epochs": 2.5}, "a whole number is needed"),
        ({"epochs": True}, "a whole number is needed"),
        ({"seed": "1"}, "a whole number is needed"),
        ({"nesterov": 1}, "true or false is needed"),
        ({"data": 3}, "text is needed"),
        ({"network_arguments": [1]}, "a mapping is needed"),
        ({"learning_rate": float("nan")}, "it must be 0 or more"),
        ({"momentum": 1.0}, "from 0 to less than 1"),
        ({"validation": 0.0}, "above 0"),
        ({"schedule": "cosin"}, "did you mean cosine"),
        ({"precision": "float16"}, "did you mean"),
        ({"momentum": 0.0}, "nesterov needs momentum"),
        ({"pretrained": True, "weights": "x.pt"}, "from --pretrained or from --weights: give one"),
    ],
)
def test_values_out_of_range_are_refused_with_the_rule(values, said):
    with pytest.raises(BadValue, match=said):
        Recipe().changed(**values)


def test_another_network_leaves_the_arguments_of_the_former_behind():
    recipe = Recipe(network="mlp", network_arguments={"hidden": 100})
    assert recipe.changed(network="cnn").network_arguments == {}
    assert recipe.changed(network="mlp").network_arguments == {"hidden": 100}
    assert recipe.changed(epochs=3).network_arguments == {"hidden": 100}
    given = recipe.changed(network="cnn", network_arguments={"dropout": 0.5})
    assert given.network_arguments == {"dropout": 0.5}


@pytest.mark.parametrize(
    "text", ["conv 8 3; relu; linear classes", "nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU())"]
)
def test_a_network_that_is_written_out_is_one_word(text):
    assert read_words({"network": text}) == {"network": text}


def test_an_unknown_field_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="did you mean batch_size"):
        Recipe().changed(batchsize=3)


def test_only_a_constant_schedule_may_be_stopped_early():
    stays = {
        name: not Recipe(schedule=name).runs_to_its_end
        for name in ("constant", "cosine", "one-cycle")
    }
    assert stays == {"constant": True, "cosine": False, "one-cycle": False}
