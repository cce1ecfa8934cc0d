import math
from dataclasses import replace

import torch

from convscope.training.diagnosis import diagnose, diagnose_points, findings_of
from convscope.training.history import History, Record
from tests.data.marked import spots_in_memory


def history(validation: list[float], train: list[float]) -> History:
    return History(
        tuple(
            Record(
                epoch=epoch,
                step=epoch,
                learning_rate=0.1,
                train_loss=None if epoch == 0 else train[epoch - 1],
                validation={"loss": loss, "accuracy": 0.5},
                seconds=1.0,
                images_per_second=None,
            )
            for epoch, loss in enumerate(validation)
        )
    )


def found(validation, train, counts=(100, 100), ended="finished"):
    names = ["cat", "dog"]
    return {f.name: f.sentence for f in diagnose(history(validation, train), names, counts, ended)}


def test_a_loss_of_ln_k_is_guessing():
    chance = math.log(2)
    assert "ln 2 = 0.693" in found([chance] * 4, [chance] * 3)["guessing"]
    assert "guessing" not in found([chance, 0.5, 0.45, 0.44], [0.6, 0.5, 0.5])


def test_a_rising_validation_loss_under_a_falling_training_loss_is_over_fitting():
    sentence = found([0.7, 0.4, 0.3, 0.35, 0.4, 0.5], [0.5, 0.4, 0.3, 0.2, 0.1])["over-fitting"]
    assert "since epoch 2" in sentence
    assert "0.300 to 0.500" in sentence
    assert "over-fitting" not in found([0.7, 0.4, 0.3, 0.3, 0.3, 0.301], [0.5, 0.4, 0.3, 0.2, 0.1])
    assert "over-fitting" not in found([0.7, 0.4, 0.3, 0.4, 0.4, 0.5], [0.5, 0.4, 0.4, 0.4, 0.5])


def test_a_best_last_epoch_that_still_gains_is_improving():
    assert "0.400 to 0.200" in found([0.7, 0.5, 0.4, 0.3, 0.2], [0.5] * 4)["improving"]
    assert "improving" not in found([0.7, 0.5, 0.4, 0.4, 0.399], [0.5] * 4)


def test_a_diverged_run_and_a_rare_class_are_told():
    assert "learning rate" in found([0.7, 0.5], [0.5], ended="diverged")["diverged"]
    assert "Class dog has 3" in found([0.7, 0.5], [0.5], counts=(50, 3))["few-examples"]


def test_a_good_run_has_no_findings():
    assert found([0.7, 0.3, 0.2, 0.199, 0.199], [0.5, 0.3, 0.2, 0.19]) == {}


def test_an_error_as_large_as_that_of_the_mean_places_is_guessing():
    def told(error: float, ended: str = "finished") -> dict[str, str]:
        records = [
            replace(record, validation={"loss": loss, "error": error})
            for record, loss in zip(history([0.7, 0.5], [0.5]), (0.7, 0.5), strict=True)
        ]
        found = diagnose_points(History(tuple(records)), 0.3, ended)
        return {finding.name: finding.sentence for finding in found}

    assert "its error on validation is 28.0 %" in told(0.28)["guessing"]
    assert "has 30.0 %" in told(0.28)["guessing"]
    assert told(0.2) == {}
    assert set(told(0.2, "diverged")) == {"diverged"}


def test_the_findings_are_those_of_the_task():
    spots = spots_in_memory().train
    records = [
        replace(record, validation={"loss": 0.5, "error": 9.0})
        for record in history([0.7, 0.5], [0.5])
    ]
    (finding,) = findings_of(History(tuple(records)), spots, "finished")
    assert finding.name == "guessing"
    classes = replace(spots, task="classes", targets=torch.arange(len(spots)) % 3, scheme=None)
    told = findings_of(history([0.7, 0.5], [0.5]), classes, "finished")
    assert {finding.name for finding in told} == {"few-examples"}
