import json
import math
from pathlib import Path

import pytest

from convscope.errors import BadModel
from convscope.training.history import History, Record
from convscope.training.recipe import Recipe
from convscope.training.run import train
from convscope.training.trials import Outcome, Trial, ranked, read_outcome, winner_of


def outcome(number: int, losses: list[float], ended: str = "finished", **values) -> Outcome:
    """A run whose validation losses were these."""
    records = [
        Record(
            epoch=epoch,
            step=7 * epoch,
            learning_rate=0.1,
            train_loss=None,
            validation={"loss": float(loss), "accuracy": 1 / (1 + loss)},
            seconds=2.0 * epoch,
            images_per_second=None,
        )
        for epoch, loss in enumerate(losses)
    ]
    trial = Trial(number=number, values=values, recipe=Recipe(), folder=Path(f"run-{number}"))
    return Outcome(trial=trial, ended=ended, history=History(tuple(records)))


def test_the_lowest_validation_loss_of_any_epoch_wins():
    outcomes = [outcome(1, [2, 0.5, 0.4], lr=1), outcome(2, [2, 0.3, 0.9], lr=2)]
    choices = ranked(outcomes)
    assert [choice.words for choice in choices] == ["lr=2", "lr=1"]
    assert winner_of(choices) is outcomes[1]
    best = choices[0].best.best
    assert best is not None
    assert (choices[0].value, best.epoch) == (0.3, 1)


def test_runs_that_differ_in_the_seed_alone_are_chosen_by_their_mean():
    outcomes = [
        outcome(1, [0.1], lr=1, seed=1),
        outcome(2, [0.9], lr=1, seed=2),
        outcome(3, [0.3], lr=2, seed=1),
        outcome(4, [0.2], lr=2, seed=2),
    ]
    first, second = ranked(outcomes)
    assert first.words == "lr=2"
    assert first.value == pytest.approx(0.25)
    assert first.spread == (0.2, 0.3)
    assert second.spread == (0.1, 0.9)
    assert first.mean("accuracy") == pytest.approx((1 / 1.3 + 1 / 1.2) / 2)
    assert winner_of([first, second]) is outcomes[3]  # the best run of the best choice


def test_of_equals_the_first_wins():
    outcomes = [outcome(1, [0.3], lr=1), outcome(2, [0.2], lr=2), outcome(3, [0.2], lr=3)]
    assert winner_of(ranked(outcomes)) is outcomes[1]
    twins = [outcome(1, [0.2], seed=1), outcome(2, [0.2], seed=2)]
    assert winner_of(ranked(twins)) is twins[0]


@pytest.mark.parametrize(
    "lost",
    [
        outcome(2, [0.01], "diverged", lr=2),
        outcome(2, [math.nan], lr=2),
        Outcome(trial=outcome(2, [1], lr=2).trial, ended="diverged", history=None),
    ],
    ids=["diverged", "never a number", "nothing kept"],
)
def test_what_diverged_comes_last_and_never_wins(lost):
    good = outcome(1, [0.7], lr=1)
    choices = ranked([lost, good])
    assert winner_of(choices) is good
    assert choices[1].mean("loss") is None
    assert choices[1].to_json()["mean"] is None
    assert winner_of(ranked([lost])) is None
    json.dumps(lost.to_json(), allow_nan=False)


def test_one_diverged_seed_costs_a_choice_its_place():
    outcomes = [
        outcome(1, [0.1], lr=1, seed=1),
        outcome(2, [0.1], "diverged", lr=1, seed=2),
        outcome(3, [0.8], lr=2, seed=1),
        outcome(4, [0.8], lr=2, seed=2),
    ]
    assert [choice.words for choice in ranked(outcomes)] == ["lr=2", "lr=1"]


def test_a_choice_of_nothing_but_seeds_has_no_words():
    (choice,) = ranked([outcome(1, [0.3], seed=1), outcome(2, [0.2], seed=2)])
    assert choice.words == ""
    assert choice.to_json() == {
        "values": {}, "runs": ["run-1", "run-2"], "mean": 0.25, "spread": [0.2, 0.3]
    }  # fmt: skip


def test_an_outcome_is_read_from_its_runs_folder(bars, recipe, own_place):
    made = train(recipe(), data=bars, out="run")
    trial = Trial(number=1, values={}, recipe=recipe(), folder=own_place / "run")
    found = read_outcome(trial)
    assert found is not None
    assert found.ended == "finished"
    assert found.history is not None
    assert found.history.records == made.history.records
    assert found.seconds == made.history.records[-1].seconds
    assert found.to_json()["validation"] == dict(made.history.best.validation)
    other = Trial(number=1, values={}, recipe=recipe(epochs=3), folder=trial.folder)
    with pytest.raises(BadModel, match="other values than its sweep's"):
        read_outcome(other)
    (trial.folder / "config.json").unlink()
    assert read_outcome(trial) is None
