import dataclasses

import pytest
import torch

from convscope.reporting.points_advice import advise_points
from convscope.training.diagnosis import Finding
from tests.reporting.points_run import clues, located, spots  # noqa: F401


def told(evidence) -> str:
    return "\n".join(advice.sentence for advice in advise_points(evidence))


def quiet(clues, **values):  # noqa: F811
    """Evidence about which there is nothing to say."""
    last = dataclasses.replace(
        clues.history.records[-1], train_loss=clues.history.best.validation["loss"]
    )
    history = dataclasses.replace(clues.history, records=(last,))
    found = clues.points.nan_to_num(0.0) + 0.5
    return dataclasses.replace(
        clues, **{"findings": [], "history": history, "found": found, **values}
    )


def test_there_is_always_something(clues):  # noqa: F811
    assert "other pictures" in advise_points(quiet(clues))[-1].sentence
    assert "Store" not in told(quiet(clues))


@pytest.mark.parametrize(("name", "words"), [
    ("guessing", "Lower the learning rate"), ("improving", "Train longer"),
    ("diverged", "Lower the learning rate"),
])  # fmt: skip
def test_a_finding_comes_first(clues, name, words):  # noqa: F811
    findings = [Finding(name, "a sentence")]
    assert words in advise_points(quiet(clues, findings=findings))[0].sentence


def test_an_interrupted_run_is_to_go_on(clues):  # noqa: F811
    config = {**clues.config, "ended": "interrupted"}
    assert "interrupted" in advise_points(quiet(clues, config=config))[0].sentence


def test_images_far_off_are_named(clues):  # noqa: F811
    found = clues.points.nan_to_num(0.0) + 0.2
    found[3] += 9
    report = dataclasses.replace(clues.report, median=0.01)
    sentence = told(quiet(clues, found=found, report=report))
    assert "whose error is more than 3 times the median" in sentence
    assert "&" not in sentence


def test_points_far_off_are_named(clues):  # noqa: F811
    rows = [
        dict(row, error=error)
        for row, error in zip(clues.report.per_point, (0.1, 0.1, 0.5), strict=True)
    ]
    report = dataclasses.replace(clues.report, per_point=rows)
    assert "Check how <i>seldom</i> was marked" in told(quiet(clues, report=report))


def test_a_gap_asks_for_augmentation_first(clues):  # noqa: F811
    best = dataclasses.replace(
        clues.history.best, train_loss=clues.history.best.validation["loss"] / 2
    )
    wide = quiet(clues, history=dataclasses.replace(clues.history, records=(best,)))
    assert "Add augmentation" in told(wide)
    augmented = dataclasses.replace(wide, recipe=wide.recipe.changed(augment="flip"))
    assert "Collect more pictures" in told(augmented)


def test_few_images_and_a_sealed_test_are_said(clues):  # noqa: F811
    sentences = told(quiet(clues, openings=[]))
    assert f"Measure on more pictures: with {clues.report.measured}" in sentences
    assert "Open the sealed test set" in sentences


def test_large_pictures_may_be_stored_larger(clues, spots):  # noqa: F811
    sizes = torch.full((len(spots.train), 2), 200)
    splits = dataclasses.replace(spots, train=dataclasses.replace(spots.train, sizes=sizes))
    assert "Store the pictures at 25 pixels instead of 17" in told(quiet(clues, splits=splits))
