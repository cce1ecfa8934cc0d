import json

import pytest
import torch
from sklearn.metrics import confusion_matrix
from torch import Tensor

from convscope.evaluation.metrics import top_k_correct
from convscope.evaluation.mistakes import images_in_cells, most_confident_mistakes
from convscope.evaluation.report import report_on
from convscope.seed import generator


def scores_and_labels(n: int = 211, k: int = 5) -> tuple[Tensor, Tensor]:
    drawn = generator("mistakes", n, k)
    return torch.randn(n, k, generator=drawn), torch.randint(0, k, (n,), generator=drawn)


def test_the_mistakes_are_all_wrong_answers_the_surest_first():
    logits, labels = scores_and_labels()
    chances, answers = logits.double().softmax(1), logits.argmax(1)
    wrong = [i for i in range(211) if answers[i] != labels[i]]
    expected = sorted(wrong, key=lambda i: -chances[i].max().item())
    found = most_confident_mistakes(logits, labels, 211)
    assert [mistake.index for mistake in found] == expected
    for mistake in found:
        i = mistake.index
        assert (mistake.truth, mistake.answer) == (labels[i], answers[i])
        assert mistake.probability == pytest.approx(chances[i].max().item())
        assert mistake.probability_of_truth == pytest.approx(chances[i, labels[i]].item())


@pytest.mark.parametrize("count", [0, 1, 17])
def test_so_many_are_told_as_were_asked_for(count):
    logits, labels = scores_and_labels()
    found = most_confident_mistakes(logits, labels, count)
    assert found == most_confident_mistakes(logits, labels, 211)[:count]
    assert len(found) == count


def test_mistakes_and_right_answers_are_all_images():
    logits, labels = scores_and_labels()
    assert (
        len(most_confident_mistakes(logits, labels, 211)) + top_k_correct(logits, labels, 1) == 211
    )


def test_equally_sure_mistakes_come_by_their_number():
    logits = torch.tensor([[0.0, 2.0, 0.0]]).repeat(97, 1)
    labels = torch.tensor([1, 2, 0]).repeat(33)[:97]
    found = [mistake.index for mistake in most_confident_mistakes(logits, labels, 97)]
    assert found == [i for i in range(97) if i % 3]


def test_of_equal_scores_the_lower_class_is_the_answer():
    logits = torch.zeros(3, 3)
    found = most_confident_mistakes(logits, torch.tensor([0, 1, 2]), 3)
    assert [(mistake.truth, mistake.answer) for mistake in found] == [(1, 0), (2, 0)]


def test_the_cells_are_those_of_sklearns_confusion_matrix():
    logits, labels = scores_and_labels()
    expected = confusion_matrix(labels, logits.argmax(1), labels=range(5))
    found = images_in_cells(logits, labels)
    for truth in range(5):
        for answer in range(5):
            assert len(found.get((truth, answer), [])) == expected[truth, answer]
    assert list(found) == sorted(found)


def test_a_cell_holds_its_images_the_surest_first():
    logits, labels = scores_and_labels()
    found = images_in_cells(logits, labels)
    for (truth, answer), images in found.items():
        assert set(labels[images].tolist()) == {truth}
        assert set(logits[images].argmax(1).tolist()) == {answer}
        sure = logits[images].double().softmax(1).amax(1).tolist()
        assert sure == sorted(sure, reverse=True)
    assert sorted(i for images in found.values() for i in images) == list(range(211))


def test_equally_sure_images_of_a_cell_come_by_their_number():
    found = images_in_cells(torch.zeros(97, 3), torch.arange(97) % 2)
    assert found == {(0, 0): list(range(0, 97, 2)), (1, 0): list(range(1, 97, 2))}


def test_scores_that_are_no_numbers_are_mistakes_in_the_cell_where_the_report_has_them():
    logits, labels = scores_and_labels(n=31, k=3)
    logits[:5] = torch.nan
    logits[5:7, 2] = torch.nan
    report = report_on(logits, labels, ["ant", "bee", "cat"], data="noise", part="test")
    mistakes = most_confident_mistakes(logits, labels, 31)
    assert len(mistakes) == report.total - report.correct
    assert {mistake.index for mistake in mistakes[-7:]} == set(range(7))
    assert {mistake.probability for mistake in mistakes[-7:]} == {0.0}
    cells = images_in_cells(logits, labels)
    for truth, row in enumerate(report.confusion_matrix):
        assert [len(cells.get((truth, answer), [])) for answer in range(3)] == row


def test_its_json_is_strict():
    logits, labels = scores_and_labels(n=7)
    logits[0] = torch.nan
    found = most_confident_mistakes(logits, labels, 7)
    for mistake in found:
        stored = json.loads(json.dumps(mistake.to_json(), allow_nan=False))
        assert stored == vars(mistake)
