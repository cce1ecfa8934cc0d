import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn import metrics as sklearn_metrics
from sklearn.metrics import top_k_accuracy_score
from torch.nn import functional as F

from convscope.evaluation.metrics import (
    NORMAL_QUANTILE,
    confusion_matrix,
    cross_entropy,
    per_class,
    top_k_correct,
    wilson_interval,
)
from convscope.seed import generator

NAMES = ("ant", "bee", "cat", "dog", "eel")


def scores_and_labels(n: int = 211, k: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    drawn = generator("scores", n, k)
    return torch.randn(n, k, generator=drawn), torch.randint(0, k, (n,), generator=drawn)


def test_the_quantile_is_the_normal_distributions():
    assert pytest.approx(norm.ppf(0.975), rel=1e-14) == NORMAL_QUANTILE


@pytest.mark.parametrize(
    ("correct", "total", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_has_the_published_values(correct, total, low, high):
    assert wilson_interval(correct, total) == pytest.approx((low, high), abs=5e-5)


counts = st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_at_its_ends_the_share_lies_just_one_quantile_away(case):
    correct, total = case
    for end in wilson_interval(correct, total):
        distance = (correct / total - end) ** 2
        allowed = NORMAL_QUANTILE**2 * end * (1 - end) / total
        assert math.isclose(distance, allowed, rel_tol=1e-6, abs_tol=1e-14)


@given(counts)
def test_the_interval_holds_the_share_within_0_and_1_and_mirrors(case):
    correct, total = case
    low, high = wilson_interval(correct, total)
    assert 0 <= low <= correct / total <= high <= 1
    assert wilson_interval(total - correct, total) == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_none_right_begins_at_0_and_all_right_ends_at_1_exactly():
    z2 = NORMAL_QUANTILE**2
    assert wilson_interval(0, 17) == (0.0, pytest.approx(z2 / (17 + z2)))
    assert wilson_interval(17, 17) == (pytest.approx(17 / (17 + z2)), 1.0)
    assert wilson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_the_top_k_are_sklearns(k):
    logits, labels = scores_and_labels()
    expected = top_k_accuracy_score(labels, logits.numpy(), k=k, normalize=False, labels=range(5))
    assert top_k_correct(logits, labels, k) == expected


def test_of_equal_scores_the_lower_class_comes_first():
    logits = torch.tensor([[1.0, 3.0, 3.0]]).expand(3, 3)
    labels = torch.tensor([0, 1, 2])
    assert [top_k_correct(logits, labels, k) for k in (1, 2, 3)] == [1, 2, 3]
    assert (logits.argmax(1) == labels).sum() == 1


def test_scores_that_are_no_numbers_are_never_right():
    logits = torch.full((7, 5), torch.nan)
    assert top_k_correct(logits, torch.arange(7) % 5, 3) == 0


def test_the_confusion_matrix_is_sklearns():
    logits, labels = scores_and_labels()
    answers = logits.argmax(1)
    expected = sklearn_metrics.confusion_matrix(labels, answers, labels=range(5))
    assert confusion_matrix(labels, answers, 5).tolist() == expected.tolist()


def test_rows_are_the_truth_even_of_classes_that_never_come():
    found = confusion_matrix(torch.tensor([0, 0, 2]), torch.tensor([1, 1, 0]), 4)
    assert found.tolist() == [[0, 2, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


def test_precision_recall_and_f1_are_sklearns():
    logits, labels = scores_and_labels()
    answers = logits.argmax(1)
    rows = per_class(confusion_matrix(labels, answers, 5), NAMES)
    precision, recall, f1, support = sklearn_metrics.precision_recall_fscore_support(
        labels, answers, labels=range(5)
    )
    assert [row["name"] for row in rows] == list(NAMES)
    assert [row["precision"] for row in rows] == pytest.approx(precision)
    assert [row["recall"] for row in rows] == pytest.approx(recall)
    assert [row["f1"] for row in rows] == pytest.approx(f1)
    assert [row["total"] for row in rows] == support.tolist()
    for row in rows:
        assert row["recall_interval"] == list(wilson_interval(row["correct"], row["total"]))


def test_where_there_is_nothing_to_divide_by_there_is_no_number():
    # ant: 3 right of 5; bee: never there, answered twice; cat: there once, never answered
    confusion = torch.tensor([[3, 2, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]])
    ant, bee, cat, dog = per_class(confusion, NAMES[:4])
    assert (ant["precision"], ant["recall"], ant["f1"]) == (3 / 4, 3 / 5, 6 / 9)
    assert (bee["precision"], bee["recall"], bee["recall_interval"], bee["f1"]) == (
        0.0, None, None, 0.0,
    )  # fmt: skip
    assert (cat["precision"], cat["recall"], cat["f1"]) == (None, 0.0, 0.0)
    assert {dog[key] for key in ("precision", "recall", "recall_interval", "f1")} == {None}


def test_the_cross_entropy_is_sklearns_and_torchs():
    logits, labels = scores_and_labels()
    expected = sklearn_metrics.log_loss(labels, logits.double().softmax(1), labels=range(5))
    assert cross_entropy(logits, labels) == pytest.approx(expected, rel=1e-9)
    assert cross_entropy(logits, labels) == pytest.approx(
        F.cross_entropy(logits, labels).item(), rel=1e-5
    )


def test_the_cross_entropy_of_knowing_nothing_is_the_logarithm_of_the_classes():
    assert cross_entropy(torch.zeros(3, 7), torch.tensor([0, 3, 6])) == pytest.approx(math.log(7))
