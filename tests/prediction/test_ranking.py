import numpy as np
import pytest
import torch
from scipy.special import softmax

from convscope.prediction.ranking import rank

NAMES = ("ant", "bee", "cat", "dog", "eel")


def test_classes_are_ordered_by_their_softmax():
    scores = torch.tensor([0.3, 2.0, -1.0, 5.0, 1.0])
    ranking = rank(scores, NAMES)
    assert ranking.class_names == ("dog", "bee", "eel", "ant", "cat")
    assert ranking.best == "dog"
    expected = np.sort(softmax(scores.double().numpy()))[::-1]
    assert ranking.probabilities == pytest.approx(expected, rel=1e-12)


def test_equal_scores_keep_the_order_of_the_classes():
    assert rank(torch.tensor([1.0, 3.0, 3.0, 1.0, 3.0]), NAMES).class_names == (
        "bee", "cat", "eel", "ant", "dog",
    )  # fmt: skip


def test_the_best_is_the_highest_score_even_where_probabilities_round_to_the_same():
    assert rank(torch.tensor([0.0, 1e-20]), NAMES[:2]).best == "bee"
    tail = rank(torch.tensor([0.0, 5.0, 2000.0]), NAMES[:3])
    assert tail.class_names == ("cat", "bee", "ant")
    assert tail.probabilities == (1.0, 0.0, 0.0)


def test_the_top_k_are_the_first_k_and_no_more_than_there_are():
    ranking = rank(torch.tensor([0.0, 1.0, 2.0]), NAMES[:3])
    assert [name for name, _ in ranking.top(2)] == ["cat", "bee"]
    assert len(ranking.top(7)) == 3
    assert ranking.to_json(1) == [{"class": "cat", "probability": ranking.probabilities[0]}]
