import json

import pytest
import torch
from torch import Tensor

from convscope.evaluation.suspects import Suspect, find_suspects
from convscope.seed import generator


def scores_of(chances: list[list[float]]) -> Tensor:
    return torch.tensor(chances, dtype=torch.float64).log()


def good_answers(n: int = 997, k: int = 7) -> tuple[Tensor, Tensor]:
    """Scores that mostly know the true classes, and these."""
    drawn = generator("suspects", n, k)
    truth = torch.arange(n) % k
    return 7 * torch.eye(k)[truth] + torch.randn(n, k, generator=drawn), truth


def test_a_small_case_worked_by_hand():
    # thresholds: class 0 (0.9 + 0.7 + 0.2) / 3 = 0.6, class 1 (0.8 + 0.6 + 0.3) / 3 = 0.5667
    chances = [
        [0.90, 0.05, 0.05],  # sure of its label
        [0.70, 0.20, 0.10],  # too
        [0.20, 0.70, 0.10],  # called 0, reaches the threshold of 1: ahead by 0.5
        [0.10, 0.80, 0.10],
        [0.20, 0.60, 0.20],
        [0.65, 0.30, 0.05],  # called 1, reaches the threshold of 0: ahead by 0.35
    ]
    found = find_suspects(scores_of(chances), torch.tensor([0, 0, 0, 1, 1, 1]))
    assert [(s.index, s.label, s.likely) for s in found] == [(2, 0, 1), (5, 1, 0)]
    assert [s.probability for s in found] == pytest.approx([0.7, 0.65])
    assert [s.probability_of_label for s in found] == pytest.approx([0.2, 0.3])


def test_a_wrong_answer_that_is_not_sure_enough_is_no_suspect():
    chances = [[0.9, 0.1], [0.45, 0.55], [0.1, 0.9], [0.2, 0.8]]  # class 1 begins at 0.85
    assert find_suspects(scores_of(chances), torch.tensor([0, 0, 1, 1])) == []


def test_of_a_class_that_is_hard_an_answer_needs_less():
    # class 0 begins at 0.5: the last image reaches it, with its label still ahead but below 0.875
    chances = [[0.5, 0.5], [0.5, 0.5], [0.05, 0.95], [0.02, 0.98], [0.2, 0.8], [0.49, 0.51]]
    labels = torch.tensor([0, 0, 1, 1, 1, 1])
    assert find_suspects(scores_of(chances), labels) == []
    chances[0] = [0.46, 0.54]
    (found,) = find_suspects(scores_of(chances), labels)
    assert (found.index, found.label, found.likely) == (5, 1, 0)
    assert found.probability < found.probability_of_label


def test_a_class_is_counted_to_the_most_probable_of_those_reached():
    # class 0 begins at 0.3, class 1 at 0.4, class 2 at 0.55
    chances = [[0.3, 0.3, 0.4], [0.3, 0.4, 0.3], [0.1, 0.0, 0.9], [0.3, 0.5, 0.2]]
    (found,) = find_suspects(scores_of(chances), torch.tensor([0, 1, 2, 2]))
    assert (found.index, found.likely, found.probability) == (3, 1, pytest.approx(0.5))


def test_planted_wrong_labels_come_first():
    logits, labels = good_answers()
    planted = torch.randperm(997, generator=generator("planted"))[:31]
    labels[planted] = (labels[planted] + 3) % 7
    found = find_suspects(logits, labels, count=31)
    hits = [s for s in found if s.index in planted]
    assert len(hits) >= 29
    assert all(s.likely == s.index % 7 for s in hits)


def test_where_every_label_has_the_highest_score_nothing_is_suspect():
    logits, labels = good_answers()
    logits += 9 * torch.eye(7)[labels]
    assert find_suspects(logits, labels) == []


def test_they_are_ranked_by_how_far_the_likely_class_is_ahead_and_cut_at_the_count():
    drawn = generator("noise")
    logits = torch.randn(211, 5, generator=drawn)
    labels = torch.randint(0, 5, (211,), generator=drawn)
    found = find_suspects(logits, labels, count=211)
    ahead = [s.probability - s.probability_of_label for s in found]
    assert ahead == sorted(ahead, reverse=True)
    assert len(found) > 17
    assert find_suspects(logits, labels, count=17) == found[:17]


def test_the_paper_written_as_loops_finds_the_same():
    drawn = generator("loops")
    logits = torch.randn(211, 5, generator=drawn)
    labels = torch.randint(0, 5, (211,), generator=drawn)
    chances, given = logits.double().softmax(1).tolist(), labels.tolist()
    begins = []
    for j in range(5):
        own = [row[j] for row, label in zip(chances, given, strict=True) if label == j]
        begins.append(sum(own) / len(own))
    expected = {}
    for i, row in enumerate(chances):
        reached = [j for j in range(5) if row[j] >= begins[j]]
        if reached and (counted := max(reached, key=lambda j: row[j])) != given[i]:
            expected[i] = counted
    assert {s.index: s.likely for s in find_suspects(logits, labels, count=211)} == expected


def test_a_class_without_images_is_never_suggested():
    logits = torch.randn(211, 5, generator=generator("noise"))
    labels = torch.arange(211) % 3
    found = find_suspects(logits, labels, count=211)
    assert {s.likely for s in found} == {0, 1, 2}


def test_scores_that_are_no_numbers_neither_count_nor_are_suspect():
    logits, labels = good_answers()
    labels[7:38] = (labels[7:38] + 1) % 7
    rest = find_suspects(logits[7:], labels[7:])
    logits[:7] = torch.nan
    found = find_suspects(logits, labels)
    assert found == [Suspect(**{**vars(s), "index": s.index + 7}) for s in rest]


def test_equally_suspicious_labels_come_by_their_number():
    chances = [[0.9, 0.1]] * 47 + [[0.1, 0.9]] * 53
    labels = torch.tensor([0] * 43 + [1] * 57)
    found = find_suspects(scores_of(chances), labels)
    assert [s.index for s in found] == [43, 44, 45, 46]


def test_its_json_is_strict():
    logits, labels = good_answers(n=31)
    labels[3] = (labels[3] + 1) % 7
    first = find_suspects(logits, labels)[0]
    assert json.loads(json.dumps(first.to_json(), allow_nan=False)) == vars(first)
