import json

import pytest
import torch
from sklearn import metrics

from convscope.evaluation.metrics import wilson_interval
from convscope.evaluation.report import Report, report_on
from convscope.seed import generator


def make_report(n: int = 211, k: int = 7, **fields) -> tuple[Report, torch.Tensor, torch.Tensor]:
    drawn = generator("report", n, k)
    logits, labels = torch.randn(n, k, generator=drawn), torch.randint(0, k, (n,), generator=drawn)
    names = [f"class {i}" for i in range(k)]
    return report_on(logits, labels, names, data="noise", part="test", **fields), logits, labels


def test_its_numbers_are_sklearns():
    report, logits, labels = make_report()
    answers = logits.argmax(1)
    assert report.accuracy == metrics.accuracy_score(labels, answers)
    assert report.correct == metrics.accuracy_score(labels, answers, normalize=False)
    assert report.total == 211
    assert report.loss == pytest.approx(metrics.log_loss(labels, logits.double().softmax(1)))
    assert report.confusion_matrix == metrics.confusion_matrix(labels, answers).tolist()


def test_its_accuracy_has_its_interval():
    report, _, _ = make_report()
    assert report.interval == wilson_interval(report.correct, 211)


def test_its_counts_agree_with_each_other():
    report, _, _ = make_report()
    assert sum(row["correct"] for row in report.per_class) == report.correct
    assert [sum(row) for row in report.confusion_matrix] == [r["total"] for r in report.per_class]
    assert report.top_k["1"] == report.accuracy


@pytest.mark.parametrize(
    ("k", "told"), [(2, ["1"]), (3, ["1"]), (5, ["1", "3"]), (7, ["1", "3", "5"])]
)
def test_a_top_k_that_every_answer_reaches_is_not_told(k, told):
    report, logits, labels = make_report(k=k)
    assert list(report.top_k) == told
    for j in told:
        expected = (logits.topk(int(j)).indices == labels[:, None]).any(1).double().mean()
        assert report.top_k[j] == pytest.approx(expected.item())


def test_it_is_read_back_from_its_json():
    report, _, _ = make_report(notes=["a subset"])
    stored = json.loads(json.dumps(report.to_json()))
    found = Report.from_json(stored)
    assert json.loads(json.dumps(found.to_json())) == stored
    assert (found.accuracy, found.interval) == (report.accuracy, report.interval)
    assert found.class_names == [f"class {i}" for i in range(7)]
    assert list(found.notes) == ["a subset"]
