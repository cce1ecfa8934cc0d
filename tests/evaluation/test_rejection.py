import json
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_recall_curve
from torch import Tensor

from convscope.errors import BadValue
from convscope.evaluation.calibration import confidences, right_answers
from convscope.evaluation.metrics import top_k_correct, wilson_interval
from convscope.evaluation.rejection import (
    FEWEST,
    POINTS,
    at_threshold,
    choose_threshold,
    measure_coverage,
)
from convscope.seed import generator


def scores_and_labels(n: int = 997, k: int = 5) -> tuple[Tensor, Tensor]:
    drawn = generator("rejection", n, k)
    logits = 2 * torch.randn(n, k, generator=drawn)
    return logits, torch.multinomial(logits.softmax(1), 1, generator=drawn).squeeze(1)


def of_two(rows: list[tuple[float, int]]) -> tuple[Tensor, Tensor]:
    """Scores of two classes, the first of this probability, and the labels beside them."""
    logits = [[math.log(p), math.log(1 - p)] for p, _ in rows]
    return torch.tensor(logits, dtype=torch.float64), torch.tensor([label for _, label in rows])


def test_where_every_threshold_is_shown_the_accuracies_are_sklearns_precisions():
    logits, labels = scores_and_labels(n=89)
    right, confidence = right_answers(logits, labels), confidences(logits)
    precision, recall, thresholds = precision_recall_curve(right, confidence)
    found = measure_coverage(logits, labels)
    assert found.thresholds == [0.0, *thresholds[1:]]
    assert found.accuracy == pytest.approx(precision[:-1])
    assert [c / right.sum().item() for c in found.correct] == pytest.approx(recall[:-1])


@pytest.mark.parametrize("n", [7, 101, 103, 997])
def test_a_readable_number_of_points_goes_from_everything_to_the_surest(n):
    logits, labels = scores_and_labels(n)
    found = measure_coverage(logits, labels)
    assert len(found.thresholds) == min(n, POINTS)
    assert (found.thresholds[0], found.coverage[0]) == (0.0, 1.0)
    assert found.accuracy[0] == accuracy_score(labels, logits.argmax(1))
    assert (found.thresholds[-1], found.answered[-1]) == (confidences(logits).max(), 1)
    assert list(found.thresholds) == sorted(set(found.thresholds))
    assert list(found.answered) == sorted(set(found.answered), reverse=True)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_each_point_is_what_its_threshold_gives(temperature):
    logits, labels = scores_and_labels(n=211)
    found = measure_coverage(logits, labels, temperature)
    rows = zip(
        found.thresholds, found.answered, found.coverage, found.correct, found.accuracy,
        found.intervals, strict=True,
    )  # fmt: skip
    for threshold, *row in rows:
        at = at_threshold(logits, labels, threshold, temperature)
        assert row == [at.answered, at.coverage, at.correct, at.accuracy, at.interval]
        assert at.total == found.total == 211


def test_of_two_classes_a_temperature_moves_the_thresholds_alone():
    logits, labels = scores_and_labels(k=2)
    plain, hot = measure_coverage(logits, labels), measure_coverage(logits, labels, 3.0)
    assert hot.accuracy == plain.accuracy
    assert all(h < p for h, p in zip(hot.thresholds[1:], plain.thresholds[1:], strict=True))


def test_equally_probable_answers_are_given_together():
    found = measure_coverage(torch.zeros(7, 2), torch.tensor([0, 0, 0, 1, 1, 1, 1]))
    assert (found.thresholds, found.answered, found.correct) == ([0.0], [7], [3])


def test_what_is_below_the_threshold_is_none_of_these():
    logits, labels = of_two([(0.9, 0), (0.8, 1), (0.7, 0), (0.6, 0), (0.55, 1)])
    found = at_threshold(logits, labels, 0.65)
    assert (found.answered, found.total, found.correct) == (3, 5, 2)
    assert (found.coverage, found.accuracy) == (3 / 5, 2 / 3)
    assert found.interval == wilson_interval(2, 3)


def test_where_nothing_is_answered_there_is_no_accuracy():
    found = at_threshold(*scores_and_labels(n=7), 1.0)
    assert (found.answered, found.coverage, found.correct) == (0, 0.0, 0)
    assert found.accuracy is found.interval is None


@given(st.floats(0, 1))
def test_answered_images_are_counted_one_by_one(threshold):
    logits, labels = scores_and_labels(n=31)
    found = at_threshold(logits, labels, threshold)
    rows = zip(logits.double().softmax(1), labels.tolist(), strict=True)
    given = [row.argmax() == label for row, label in rows if row.max() >= threshold]
    assert (found.answered, found.correct) == (len(given), sum(given))


def test_a_score_that_is_no_number_is_answered_at_0_alone_and_wrongly():
    logits, labels = scores_and_labels(n=31)
    logits[:3] = torch.nan
    labels[:3] = 0  # the place of the first score that is no number
    for threshold, answered in ((0.0, 31), (1e-9, 28)):
        found = at_threshold(logits, labels, threshold)
        assert (found.answered, found.correct) == (answered, top_k_correct(logits, labels, 1))
    assert measure_coverage(logits, labels).answered[:2] == [31, 28]


def test_the_lowest_threshold_that_reaches_an_accuracy_is_chosen():
    # the surest 23 are right, then every second is wrong: 24 of 25 is the last share above 0.95
    rows = [(0.99 - i / 1000, 0) for i in range(23)] + [
        (0.9 - i / 1000, (i + 1) % 2) for i in range(40)
    ]
    logits, labels = of_two(rows)
    chosen = choose_threshold(logits, labels, 0.95)
    assert chosen == pytest.approx(rows[24][0])
    assert at_threshold(logits, labels, chosen).correct == 24
    assert choose_threshold(logits, labels, 1.0) == pytest.approx(rows[22][0])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("accuracy", [0.0, 0.6, 0.8, 0.9])
def test_no_lower_threshold_would_reach_it(accuracy, temperature):
    logits, labels = scores_and_labels(n=211)
    chosen = choose_threshold(logits, labels, accuracy, temperature)
    kept = at_threshold(logits, labels, chosen, temperature)
    assert kept.accuracy >= accuracy
    assert kept.answered >= FEWEST
    lower = [p for p in confidences(logits, temperature).tolist() if p < chosen]
    for threshold in (0.0, *lower) if chosen else ():
        assert at_threshold(logits, labels, threshold, temperature).accuracy < accuracy


def test_an_accuracy_that_is_there_already_needs_no_threshold():
    logits, labels = scores_and_labels()
    assert choose_threshold(logits, labels, accuracy_score(labels, logits.argmax(1))) == 0.0


def test_few_right_answers_are_no_ground_for_a_threshold():
    rows = [(0.99 - i / 1000, 0) for i in range(19)] + [(0.9 - i / 1000, 1) for i in range(19)]
    logits, labels = of_two(rows)
    assert choose_threshold(logits, labels, 0.96) is None
    labels[19] = 0
    assert choose_threshold(logits, labels, 0.96) == pytest.approx(0.9)


def test_its_json_is_strict_with_columns_of_one_length():
    logits, labels = scores_and_labels(n=211)
    stored = json.loads(json.dumps(measure_coverage(logits, labels).to_json(), allow_nan=False))
    assert {len(column) for key, column in stored.items() if key != "total"} == {POINTS}
    at = at_threshold(logits, labels, 1.0)
    assert json.loads(json.dumps(at.to_json(), allow_nan=False))["accuracy"] is None


@pytest.mark.parametrize("value", [-0.1, 97.0, math.nan])
def test_what_is_no_fraction_is_refused(value):
    logits, labels = scores_and_labels(n=7)
    with pytest.raises(BadValue, match=r"accuracy .*: it is a fraction, such as 0\.99 for 99 %"):
        choose_threshold(logits, labels, value)
    with pytest.raises(BadValue, match=r"threshold .*: it is a probability, from 0 to 1"):
        at_threshold(logits, labels, value)
