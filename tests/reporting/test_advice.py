import dataclasses
import re

import pytest
import torch

from convscope.data.inspection import Decision
from convscope.data.preprocess import fit_preprocessing
from convscope.evaluation.suspects import Suspect
from convscope.reporting.advice import advise, again
from convscope.training.diagnosis import Finding
from convscope.training.learning_curve import LearningCurve, Point
from tests.reporting.conftest import HOSTILE, changed, small_set

BETTER = {"accuracy": 0.95, "interval": (0.93, 0.97), "total": 1000, "correct": 950}
"""Numbers of a model that knows something."""
SOURCE = {"source": "/photographs", "options": {}, "name": "photographs"}


@pytest.fixture
def good(evidence):
    """A run of which there is nothing bad to say."""
    counts = [row | {"correct": 320, "total": 334, "recall_interval": (0.93, 0.97)}
              for row in evidence.report.per_class]  # fmt: skip
    matrix = [[320, 7, 7], [7, 320, 7], [7, 7, 320]]
    config = {"data": {**evidence.config["data"], **SOURCE}}
    return changed(
        evidence,
        findings=[],
        suspects={"validation": []},
        config=config,
        report={**BETTER, "per_class": counts, "confusion_matrix": matrix},
        recipe=evidence.recipe.changed(data="/photographs", augment="shift:1"),
        inspection=dataclasses.replace(evidence.inspection, decisions=()),
    )


def sentences(evidence) -> list[str]:
    return [advice.sentence for advice in advise(evidence)]


def test_there_is_always_something_to_do(good):
    (last,) = advise(good)[-1:]
    assert "Try another network" in last.sentence
    assert last.command is not None
    assert "network=resnet8" in last.command


def test_an_interrupted_run_is_gone_on_with_first(good):
    first = advise(changed(good, config={"ended": "interrupted"}))[0]
    assert "to its end" in first.sentence
    assert first.command is not None
    assert first.command.startswith("convscope train --resume ")


def test_what_the_data_need_comes_before_more_training(good):
    decision = Decision("broken", "Mend or remove 3 files.")
    bad = dataclasses.replace(good.inspection, decisions=(decision,))
    said = sentences(
        changed(good, inspection=bad, findings=[Finding("improving", "It was still improving.")])
    )
    assert said[0] == "Mend or remove 3 files."
    assert said[1].startswith("Train longer")


def test_published_data_are_not_for_the_user_to_mend(good):
    bad = dataclasses.replace(good.inspection, decisions=(Decision("leaks", "Keep one of each."),))
    assert sentences(changed(good, inspection=bad))[0] == "Keep one of each."
    config = {"data": {**good.config["data"], "source": "cifar10"}}
    assert "Keep one of each." not in sentences(changed(good, inspection=bad, config=config))


def test_class_weights_that_are_used_already_are_not_advised(good):
    decision = Decision("imbalance", "Train with class_weights=balanced.")
    bad = dataclasses.replace(good.inspection, decisions=(decision,))
    assert sentences(changed(good, inspection=bad))[0] == decision.sentence
    balanced = good.recipe.changed(class_weights="balanced")
    assert decision.sentence not in sentences(changed(good, inspection=bad, recipe=balanced))


@pytest.mark.parametrize(
    ("finding", "said", "command"),
    [
        ("guessing", "Lower the learning rate", "learning_rate=0.005"),
        ("diverged", "Lower the learning rate", "learning_rate=0.005"),
        ("improving", "Train longer", "epochs=6"),
    ],
)
def test_a_finding_on_the_curve_gives_the_command_that_mends_it(good, finding, said, command):
    first = advise(changed(good, findings=[Finding(finding, "...")]))[0]
    assert said in first.sentence
    assert first.command is not None
    assert command in first.command.split()


def test_a_model_no_better_than_guessing_needs_pictures(good):
    guessing = changed(good, report={"accuracy": 0.36, "interval": (0.3, 0.4)})
    assert "not better than always answering" in sentences(guessing)[0]


def test_many_suspect_labels_are_to_be_looked_at(good):
    suspect = Suspect(index=0, label=0, likely=1, probability=0.9, probability_of_label=0.1)
    said = sentences(changed(good, suspects={"validation": [suspect] * 10}))
    assert "Look at the 10 suspect labels" in said[0]


def test_a_curve_that_still_rises_asks_for_pictures(good):
    point = Point(share=1.0, images=9, correct=8, total=9, accuracy=8 / 9, interval=(0.5, 1.0))
    curve = LearningCurve(
        points=(point,), gain=0.05, gain_interval=(0.02, 0.08), weights_sha256="x"
    )
    assert "Collect more pictures" in sentences(changed(good, learning_curve=curve))[0]


def test_a_weak_class_and_a_frequent_mistake_are_named(good):
    rows = [dict(row) for row in good.report.per_class]
    rows[1] |= {"correct": 200, "total": 334, "recall_interval": (0.55, 0.65)}
    matrix = [[330, 2, 2], [132, 200, 2], [2, 2, 330]]
    report = {"per_class": rows, "confusion_matrix": matrix, "correct": 860}
    said = " ".join(sentences(changed(good, report=report)))
    names = good.class_names
    assert f"Collect more pictures of {names[1]}: only 200 of its 334" in said
    assert f"Look at {names[1]} taken for {names[0]}: that is 132 of all 140" in said


def test_few_test_images_are_told(good):
    small = changed(good, report={"total": 60, "correct": 57})
    assert any("Measure on more pictures: with 60" in said for said in sentences(small))


def test_a_sealed_test_set_is_to_be_opened_last(good):
    said = sentences(changed(good, openings=[], test=None))
    assert any("Open the sealed test set" in sentence for sentence in said)


def test_what_only_code_can_repeat_has_no_command(evidence):
    assert evidence.config["data"]["source"] is None
    assert again(evidence) is None


def test_a_gap_between_learned_and_held_out_asks_for_augmentation_or_for_a_measurement(good):
    records = tuple(
        dataclasses.replace(
            record,
            train_loss=None if record.epoch == 0 else 0.1,
            validation={"loss": 2.0 - 0.1 * record.epoch, "accuracy": 0.5},
        )
        for record in good.history.records
    )
    wide = changed(good, history=dataclasses.replace(good.history, records=records))
    (asked,) = [advice for advice in advise(wide) if "Find out what more" in advice.sentence]
    assert asked.command is not None
    assert asked.command.endswith(" --learning-curve")
    plain = changed(wide, recipe=good.recipe.changed(augment="none"))
    (asked,) = [advice for advice in advise(plain) if "Add augmentation" in advice.sentence]
    assert asked.command is not None
    assert "augment=shift:2" in asked.command.split()  # grey: an eighth of 17 pixels, no mirror


def test_many_classes_with_few_images_are_one_advice(good, splits):
    names = tuple(f"class {i}" for i in range(7))
    few = dataclasses.replace(splits, train=small_set(21, names))
    found = [Finding("few-examples", f"Class {name} has 3 training images.") for name in names]
    model = dataclasses.replace(good.model, target_names=names)
    (said,) = [s for s in sentences(changed(good, findings=found, splits=few, model=model))
               if "Collect more pictures" in s]  # fmt: skip
    assert "7 classes have fewer than 20 training images" in said


def test_where_nothing_was_learned_it_is_not_for_want_of_pictures(good):
    guessing = changed(good, report={"accuracy": 0.33, "interval": (0.3, 0.4)})
    said = sentences(changed(guessing, findings=[Finding("guessing", "It guesses.")]))
    assert said[0].startswith("Lower the learning rate")
    assert not any("always answering" in sentence for sentence in said)


def test_another_network_takes_neither_arguments_nor_weights_of_this_one(good):
    own = good.recipe.changed(weights="runs/a", network_arguments={"hidden": 8})
    command = advise(changed(good, recipe=own))[-1].command
    assert command is not None
    assert not re.search(r"weights=|network\.", command)


def in_colour(evidence, **fields):
    """The same run on photographs, with these fields of its recipe."""
    model = dataclasses.replace(
        evidence.model,
        preprocessing=fit_preprocessing(torch.zeros(1, 3, 17, 17, dtype=torch.uint8)),
    )
    return changed(evidence, model=model, recipe=evidence.recipe.changed(**fields))


def test_few_photographs_begin_with_published_weights(good):
    fields = {"group_by": "a", "split_seed": 3}
    (advice,) = [a for a in advise(in_colour(good, **fields)) if "Begin with" in a.sentence]
    assert advice.sentence.endswith("this run 72.")
    assert advice.command == "convscope train transfer data=/photographs group_by=a split_seed=3"


def test_nothing_is_said_of_published_weights_where_they_would_not_help(good):
    many = {"data": {**good.config["data"], "counts": {"train": 5000, "validation": 9}}}
    for evidence in (
        good,  # grey pictures
        in_colour(good, data="cifar10"),
        in_colour(good, pretrained=True),
        in_colour(changed(good, config=many)),
    ):
        assert not any("published" in sentence for sentence in sentences(evidence))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"network": "squeezenet1_1", "weights": "a.pt", "freeze": "features", "thaw": "1+1"},
         "network=resnet18 pretrained=true freeze=head thaw=1+1"),
        ({"network": "resnet18", "pretrained": True}, "network=squeezenet1_1 pretrained=true"),
        ({"network": "resnet20", "freeze": "layer1"}, "network=resnet8"),
    ],
)  # fmt: skip
def test_another_network_begins_as_this_one_did(good, fields, words):
    command = advise(in_colour(good, **fields))[-1].command
    assert command is not None
    begin = [w for w in command.split() if re.match("(network|weights|pretrained|freeze|thaw)=", w)]
    assert " ".join(begin) == words


def test_the_order_is_the_data_the_curve_the_labels_the_classes_and_what_is_left(good):
    suspect = Suspect(index=0, label=0, likely=1, probability=0.9, probability_of_label=0.1)
    rows = [row | {"correct": 33, "total": 33} for row in good.report.per_class]
    rows[1] |= {"correct": 20, "recall_interval": (0.45, 0.65)}
    numbers = {"total": 99, "correct": 86, "confusion_matrix": [[33, 0, 0], [9, 20, 4], [0, 0, 33]]}
    all_of_it = changed(
        good,
        config={"ended": "interrupted"},
        inspection=dataclasses.replace(
            good.inspection, decisions=(Decision("broken", "Mend or remove 3 files."),)
        ),
        findings=[Finding("improving", "It was still improving.")],
        suspects={"validation": [suspect] * 10},
        report={"per_class": rows, **numbers},
        openings=[],
    )
    starts = [
        "Let it train to its end", "Mend or remove", "Train longer", "Look at the 10 suspect",
        "Collect more pictures of", f"Look at {HOSTILE[1]} taken for", "Measure on more",
        "Open the sealed", "Try another network",
    ]  # fmt: skip
    said = sentences(all_of_it)
    assert len(said) == len(starts)
    assert all(map(str.startswith, said, starts))
