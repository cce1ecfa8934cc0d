import pytest
import torch

from convscope.data.dataset import Dataset
from convscope.evaluation.metrics import wilson_interval
from convscope.evaluation.tolerance import Step, curve_of, step_of

NAMES = ("six", "nine", "none")


def dataset(labels: list[int]) -> Dataset:
    return Dataset(
        images=torch.zeros(len(labels), 1, 2, 3, dtype=torch.uint8),
        targets=torch.tensor(labels),
        names=[str(i) for i in range(len(labels))],
        target_names=NAMES,
    )


def step(amount: float, correct: int, total: int = 100) -> Step:
    return Step(
        amount=amount,
        inside=1.0,
        correct=correct,
        total=total,
        accuracy=correct / total,
        interval=wilson_interval(correct, total),
        per_class=(),
    )


def test_a_step_counts_each_class_and_names_its_commonest_mistake():
    answers = torch.tensor([0, 1, 1, 1, 2, 1, 1, 1])
    found = step_of(answers, dataset([0, 0, 0, 0, 0, 1, 1, 1]), 90.0, 0.5)
    assert (found.amount, found.inside, found.correct, found.total) == (90.0, 0.5, 4, 8)
    assert found.accuracy == 0.5
    assert found.interval == wilson_interval(4, 8)
    six, nine, none = found.per_class
    assert (six.correct, six.total, six.recall) == (1, 5, 0.2)
    assert (six.mistaken_for, six.mistaken_share) == ("nine", 0.6)
    assert six.interval == wilson_interval(1, 5)
    assert (nine.recall, nine.mistaken_for, nine.mistaken_share) == (1.0, None, None)
    assert (none.total, none.recall, none.interval, none.mistaken_for) == (0, None, None, None)


def test_a_curve_has_the_unchanged_step_in_its_place():
    curve = curve_of("scale", step(0.0, 99), [step(0.5, 80), step(2.0, 90), step(0.2, 10)], 0.5)
    assert [s.amount for s in curve.steps] == [0.2, 0.5, 1.0, 2.0]
    assert [s.correct for s in curve.steps] == [10, 80, 99, 90]
    assert curve.unit == "times the size"


def test_it_fails_at_the_mildest_change_whose_whole_interval_is_below_half_way():
    sure = next(c for c in range(100, 0, -1) if wilson_interval(c, 100)[1] < 0.5)  # 40 of 100
    steps = [step(0.9, 70), step(0.8, sure + 1), step(0.7, sure), step(0.6, 90), step(0.5, 0)]
    curve = curve_of("scale", step(1.0, 99), [*steps, step(1.5, sure), step(2.0, 0)], 0.5)
    assert sure == 40
    assert (curve.fails_below, curve.fails_above) == (0.7, 1.5)


@pytest.mark.parametrize("half_way", [0.5, None])
def test_where_nothing_is_surely_below_it_does_not_fail(half_way):
    correct = 45 if half_way else 0
    curve = curve_of("rotate", step(0.0, 99), [step(90.0, correct)], half_way)
    assert (curve.fails_below, curve.fails_above) == (None, None)


def test_the_worst_step_of_a_class_is_where_it_is_surest_taken_for_one_other():
    data = dataset([0, 0, 0, 0, 1])
    given = {15.0: [0, 0, 0, 0, 1], 90.0: [1, 1, 2, 2, 1], 165.0: [1, 1, 1, 0, 1]}
    given[180.0] = given[165.0]
    steps = [step_of(torch.tensor(a), data, amount, 1.0) for amount, a in given.items()]
    curve = curve_of("rotate", step_of(torch.tensor([0, 0, 0, 0, 1]), data, 0.0, 1.0), steps, 0.5)
    worst = curve.worst(0)
    assert worst.amount == 165.0  # 90 has the lower recall, 180 is as bad but further
    assert curve.brief(0)["mistaken_for"] == "nine"
    assert curve.brief(0)["amount"] == 165.0
    assert curve.worst(1).amount == 0.0  # never taken for anything else
