import json
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from torch import Tensor

from convscope.errors import BadData, BadValue
from convscope.evaluation.calibration import (
    TEMPERATURES,
    confidences,
    fit_temperature,
    measure_reliability,
    probabilities,
    right_answers,
)
from convscope.evaluation.metrics import cross_entropy, top_k_correct, wilson_interval
from convscope.seed import generator

temperatures = st.floats(0.05, 20.0)
weird = st.sampled_from([0.0, 1.0, -3.0, math.nan, math.inf, -math.inf])


def scores_and_labels(n: int = 997, k: int = 5, true: float = 1.0) -> tuple[Tensor, Tensor]:
    """Scores whose labels are drawn from softmax(scores / `true`)."""
    drawn = generator("calibration", n, k)
    logits = 2 * torch.randn(n, k, generator=drawn)
    chances = (logits / true).softmax(1)
    return logits, torch.multinomial(chances, 1, generator=drawn).squeeze(1)


def of_two(probability: float) -> list[float]:
    """Scores of two classes, the first of this probability."""
    return [math.log(probability), math.log(1 - probability)]


@pytest.mark.parametrize("bins", [3, 15, 17])
def test_confidence_and_accuracy_of_each_bin_are_sklearns(bins):
    logits, labels = scores_and_labels()
    right, confidence = right_answers(logits, labels), confidences(logits)
    accuracy, mean = calibration_curve(right, confidence, n_bins=bins)
    found = measure_reliability(logits, labels, bins=bins).bins
    assert [part.accuracy for part in found] == pytest.approx(accuracy)
    assert [part.confidence for part in found] == pytest.approx(mean)


def test_bins_share_all_images_hold_their_confidence_and_tell_their_interval():
    found = measure_reliability(*scores_and_labels()).bins
    assert sum(part.count for part in found) == 997
    for part in found:
        assert part.low < part.confidence <= part.high
        assert part.high - part.low == pytest.approx(1 / 15)
        correct = round(part.accuracy * part.count)
        assert part.interval == wilson_interval(correct, part.count)


def test_the_error_is_the_mean_distance_of_confidence_and_accuracy():
    # of 5 bins: two answers of 0.7, one right; three answers of 0.9, all right
    logits = torch.tensor([of_two(p) for p in (0.7, 0.7, 0.9, 0.9, 0.9)], dtype=torch.float64)
    measured = measure_reliability(logits, torch.tensor([0, 1, 0, 0, 0]), bins=5)
    assert [(part.count, part.accuracy) for part in measured.bins] == [(2, 0.5), (3, 1.0)]
    assert [part.confidence for part in measured.bins] == pytest.approx([0.7, 0.9])
    expected = 2 / 5 * (0.7 - 0.5) + 3 / 5 * (1 - 0.9)
    assert measured.expected_calibration_error == pytest.approx(expected)


def test_a_confidence_on_an_edge_belongs_to_the_bin_below_it():
    only = measure_reliability(torch.zeros(7, 2), torch.zeros(7).long(), bins=2).bins
    assert [(part.low, part.high) for part in only] == [(0.0, 0.5)]


def test_bins_are_left_out_where_nothing_is():
    measured = measure_reliability(torch.zeros(7, 5), torch.arange(7) % 5)
    assert [part.count for part in measured.bins] == [7]
    assert measured.expected_calibration_error == pytest.approx(2 / 7 - 1 / 5)


def test_labels_drawn_from_the_probabilities_are_calibrated_and_from_others_are_not():
    drawn, other = scores_and_labels(n=5003), scores_and_labels(n=5003, true=3.0)
    assert measure_reliability(*drawn).expected_calibration_error < 0.02
    assert measure_reliability(*other).expected_calibration_error > 0.2
    assert measure_reliability(*other, temperature=3.0).expected_calibration_error < 0.03


def test_its_json_is_strict():
    logits, labels = scores_and_labels()
    logits[3] = torch.nan
    measured = measure_reliability(logits, labels)
    stored = json.loads(json.dumps(measured.to_json(), allow_nan=False))
    assert stored["expected_calibration_error"] == measured.expected_calibration_error
    assert [part["count"] for part in stored["bins"]] == [part.count for part in measured.bins]


@pytest.mark.parametrize("true", [0.4, 1.0, 2.5])
def test_the_temperature_that_drew_the_labels_is_found(true):
    assert fit_temperature(*scores_and_labels(n=20011, true=true)) == pytest.approx(true, rel=0.05)


def test_at_the_temperature_found_the_scores_are_worth_what_they_promise():
    # the derivative of the cross-entropy is 0 where the labels' scores are the expected ones
    logits, labels = scores_and_labels(true=2.0)
    chances = probabilities(logits, fit_temperature(logits, labels))
    expected = (chances * logits).sum(1).mean().item()
    assert logits.gather(1, labels[:, None]).mean().item() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("right", "margin"), [(7, 3.0), (10, 0.5), (6, 1.7)])
def test_of_answers_that_are_all_alike_it_is_a_closed_form(right, margin):
    logits = torch.tensor([[margin, 0.0]]).repeat(11, 1)
    labels = (torch.arange(11) >= right).long()
    expected = margin / math.log(right / (11 - right))
    assert fit_temperature(logits, labels) == pytest.approx(expected, rel=1e-3)


def test_no_other_temperature_gives_a_lower_cross_entropy():
    logits, labels = scores_and_labels(true=1.7)
    best = cross_entropy(logits.double() / fit_temperature(logits, labels), labels)
    low, high = TEMPERATURES
    for other in torch.logspace(math.log10(low), math.log10(high), 97):
        assert best <= cross_entropy(logits.double() / other, labels) + 1e-9


def test_scores_twice_as_large_want_twice_the_temperature():
    logits, labels = scores_and_labels()
    once, twice = fit_temperature(logits, labels), fit_temperature(2 * logits, labels)
    assert twice == pytest.approx(2 * once, rel=1e-3)


@pytest.mark.parametrize("margin", [0.01, 1.0, 1000.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_answers_all_right_or_all_wrong_stay_within_bounds(margin, sign):
    labels = torch.arange(11) % 3
    low, high = TEMPERATURES
    assert low <= fit_temperature(sign * margin * torch.eye(3)[labels], labels) <= high


def test_rows_that_are_not_finite_do_not_count():
    logits, labels = scores_and_labels()
    expected = fit_temperature(logits[5:], labels[5:])
    logits[:3], logits[3:5, 1] = torch.nan, torch.inf
    assert fit_temperature(logits, labels) == expected
    with pytest.raises(BadData, match="none of 3 answers is a number: a temperature needs"):
        fit_temperature(logits[:3], labels[:3])


@given(temperatures)
def test_a_temperature_never_changes_an_answer(temperature):
    logits, labels = scores_and_labels(n=31)
    scaled = probabilities(logits, temperature)
    assert (scaled.gather(1, logits.argmax(1)[:, None]).squeeze(1) == scaled.amax(1)).all()
    measured = measure_reliability(logits, labels, temperature)
    correct = sum(part.accuracy * part.count for part in measured.bins)
    assert correct == pytest.approx(top_k_correct(logits, labels, 1))


@given(temperatures)
def test_probabilities_are_shares_in_double_precision(temperature):
    found = probabilities(scores_and_labels(n=31)[0].half(), temperature)
    assert found.dtype == torch.float64
    torch.testing.assert_close(found.sum(1), torch.ones(31, dtype=torch.float64))


@given(st.lists(st.tuples(weird, weird, weird), min_size=1, max_size=7))
def test_right_answers_are_those_the_report_counts_whatever_the_scores(rows):
    logits, labels = torch.tensor(rows), torch.arange(len(rows)) % 3
    assert right_answers(logits, labels).sum() == top_k_correct(logits, labels, 1)
    assert confidences(logits).isfinite().all()


def test_what_is_no_number_has_probability_0():
    logits = torch.tensor([[1.0, torch.nan, 3.0], [0.0, 0.0, 0.0]])
    assert confidences(logits).tolist() == [0.0, pytest.approx(1 / 3)]
    (lowest, other) = measure_reliability(logits, torch.tensor([1, 0]), bins=7).bins
    assert (lowest.low, lowest.confidence, lowest.accuracy) == (0.0, 0.0, 0.0)
    assert other.accuracy == 1.0


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan, math.inf])
def test_a_temperature_that_is_not_positive_is_refused(temperature):
    with pytest.raises(BadValue, match=r"temperature .*: it must be a positive number"):
        measure_reliability(*scores_and_labels(n=7), temperature=temperature)


def test_without_bins_nothing_can_be_measured():
    with pytest.raises(BadValue, match="bins 0: at least 1 is needed"):
        measure_reliability(*scores_and_labels(n=7), bins=0)
