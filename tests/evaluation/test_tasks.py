import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss

from convscope.evaluation.tasks import TASKS
from convscope.seed import generator


def test_every_task_monitors_one_of_its_own_metrics():
    for task in TASKS.values():
        assert task.monitored in task.metrics


def test_classes_are_measured_by_loss_and_accuracy_and_chosen_by_loss():
    logits = torch.randn(211, 5, generator=generator("scores"))
    labels = torch.arange(211) % 5
    measured = TASKS["classes"].measure(logits, labels)
    assert tuple(measured) == TASKS["classes"].metrics
    assert TASKS["classes"].monitored == "loss"
    assert measured["loss"] == pytest.approx(log_loss(labels, logits.double().softmax(1)))
    assert measured["accuracy"] == accuracy_score(labels, logits.argmax(1))


def test_the_right_answer_makes_the_monitored_number_lower():
    labels = torch.arange(7) % 5
    right = torch.eye(5)[labels] * 3
    measure = TASKS["classes"].measure
    assert measure(right, labels)["loss"] < measure(-right, labels)["loss"]
