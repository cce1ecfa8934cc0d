import dataclasses

import pytest
import torch

from convscope.cli.scores import headline, show_points, watched
from convscope.evaluation.points_report import report_on_points
from convscope.evaluation.report import report_on

ERRORS = torch.tensor([[0.04, 0.06], [0.08, 0.10], [0.10, 0.12]])


@pytest.fixture
def report():
    return report_on_points(
        ERRORS, ERRORS * 3, ["nose", "ear"], unit="a hand", data="dogs", part="test"
    )


def test_the_headline_of_points_has_guessing_beside_it(report):
    told = headline(report)
    assert told.startswith("error 8.33 % of a hand (mean of 3 images, 95 % interval")
    assert told.endswith("always answering the mean places: 25.00 %)")
    assert "mean places" not in headline(dataclasses.replace(report, guess=None))


def test_the_headline_of_classes_is_accuracy():
    logits = torch.eye(3).repeat(7, 1)
    told = report_on(logits, torch.arange(3).repeat(7), ["a", "b", "c"], data="d", part="test")
    assert headline(told) == ("accuracy 100.00 % (21 of 21 right, 95 % interval 84.5 to 100.0 %)")


def test_what_is_watched_is_all_but_the_loss():
    assert watched({"loss": 0.3, "accuracy": 0.91}) == "accuracy 91.00 %"
    assert watched({"loss": 0.3, "error": 0.0812}) == "error 8.12 %"


def test_every_number_is_shown(report, capfd):
    show_points(report)
    told = capfd.readouterr().out
    for words in ("dogs, test", "half of the images are below 9.00 %", "nose", "8 %"):
        assert words in told
    assert [line.split()[:2] for line in told.splitlines() if line.startswith("ear")] == [
        ["ear", "3"]
    ]
