import resource
from datetime import UTC, datetime
from pathlib import Path

import pytest
import torch

from convscope.errors import BadModel, CannotWrite
from convscope.evaluation.report import report_on
from convscope.evaluation.test_set import (
    read_answers,
    read_openings,
    read_report,
    record_opening,
    save_answers,
    write_report,
)

LOGITS = torch.arange(35.0).reshape(7, 5).sin()
LABELS = torch.arange(7) % 5
REPORT = report_on(LOGITS, LABELS, ["ant", "bee", "cat", "dog", "eel"], data="noise", part="test")


def test_each_opening_is_added_after_those_before(own_place):
    assert read_openings(own_place) == []
    for by, weights in (("train", "abc"), ("evaluate --part test", "def")):
        record_opening(own_place, by, REPORT, weights)
    first, second = read_openings(own_place)
    assert (first["by"], second["by"]) == ("train", "evaluate --part test")
    assert (first["weights_sha256"], second["weights_sha256"]) == ("abc", "def")
    assert (first["correct"], first["total"]) == (REPORT.correct, 7)
    assert (first["accuracy"], tuple(first["interval"])) == (REPORT.accuracy, REPORT.interval)
    age = datetime.now(UTC) - datetime.fromisoformat(first["when"])
    assert 0 <= age.total_seconds() < 60


def test_the_answers_are_read_back_for_these_very_weights_only(own_place):
    assert read_answers(own_place, "abc") is None
    save_answers(own_place, LOGITS.T.contiguous().T, LABELS, "abc")
    logits, labels = read_answers(own_place, "abc")
    assert torch.equal(logits, LOGITS)
    assert torch.equal(labels, LABELS)
    assert read_answers(own_place, "def") is None


def test_a_report_is_read_back_and_a_sealed_one_is_none(own_place):
    assert read_report(own_place) is None
    write_report(own_place, None)
    assert read_report(own_place) is None
    write_report(own_place, REPORT)
    found = read_report(own_place)
    assert found.accuracy == REPORT.accuracy
    assert found.interval == REPORT.interval
    assert list(found.per_class) == list(REPORT.per_class)


@pytest.mark.parametrize("text", ["", "[]", '{"test": {}}', '{"test": 5}', '{"test": {"a": 5}}'])
def test_a_damaged_report_is_told(own_place, text):
    (own_place / "report.json").write_text(text)
    with pytest.raises(BadModel, match="report.json is damaged"):
        read_report(own_place)


def test_a_damaged_record_is_told_and_not_written_over(own_place):
    (own_place / "test_openings.json").write_text("[")
    with pytest.raises(BadModel, match="test_openings.json is damaged"):
        record_opening(own_place, "train", REPORT, "abc")
    assert (own_place / "test_openings.json").read_text() == "["


def test_damaged_answers_are_told(own_place):
    (own_place / "test_logits.safetensors").write_bytes(b"\x07")
    with pytest.raises(BadModel, match="test_logits.safetensors is damaged"):
        read_answers(own_place, "abc")


def test_answers_that_the_disk_cannot_hold_are_told_and_leave_no_litter(own_place):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (97, limits[1]))
    try:
        with pytest.raises(CannotWrite, match="test_logits.safetensors cannot be written"):
            save_answers(own_place, LOGITS, LABELS, "abc")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(Path(own_place).iterdir()) == []
