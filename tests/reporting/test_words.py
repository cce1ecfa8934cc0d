import dataclasses

import pytest

from convscope.evaluation.rejection import Answered
from convscope.reporting import words
from tests.reporting.conftest import changed


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.5, "50 %"),
        (0.123, "12.3 %"),
        (0.99312, "99.31 %"),
        (1.0, "100 %"),
        (0.0, "0 %"),
        (0.99999, ">99.99 %"),
        (0.00001, "<0.01 %"),
        (None, "–"),
    ],
)
def test_percent_is_100_or_0_only_where_it_is_exact(share, said):
    assert words.percent(share).replace("\N{NO-BREAK SPACE}", " ") == said


def test_a_probability_is_never_rounded_to_certainty():
    said = [words.percent(share, 0).rstrip("\N{NO-BREAK SPACE}%") for share in (0.42, 0.996, 0.002)]
    assert said == ["42", "99.60", "0.20"]


def test_trust_says_which_way_confidence_errs(calibrated):
    for temperature, said in ((2.0, "too sure of itself"), (0.5, "less sure than it could be")):
        other = dataclasses.replace(calibrated, temperature=temperature)
        assert said in words.trust(other, "the test part")
    steady = dataclasses.replace(calibrated, temperature=1.01)
    assert "would not change that" in words.trust(steady, "the test part")


def test_rejection_says_at_which_confidence_and_what_it_keeps(calibrated):
    kept = Answered(
        threshold=0.83, answered=80, total=100, coverage=0.8, correct=79, accuracy=0.9875,
        interval=(0.93, 0.998),
    )  # fmt: skip
    cases = {
        "below a confidence of 0.83": kept,
        "need not say": dataclasses.replace(kept, threshold=0.0),
        "no image of the test part": dataclasses.replace(
            kept, answered=0, accuracy=None, interval=None
        ),
        "No threshold was found": None,
    }
    for said, answered in cases.items():
        chosen = dataclasses.replace(calibrated, wanted=0.99, answered=answered)
        assert said in words.rejection(chosen, "the test part")
    told = words.rejection(dataclasses.replace(calibrated, wanted=0.99, answered=kept), "test")
    for number in ("right on 99", "answers 80", "98.75", "93", "99.80"):
        assert number in told


def test_every_opening_of_the_test_set_is_told(evidence):
    assert words.seal(evidence).startswith("The test set was opened once: ")
    twice = changed(evidence, openings=evidence.openings * 2)
    assert "opened 2 times" in words.seal(twice)
    assert "never opened" in words.seal(changed(evidence, openings=[]))


def test_provenance_names_network_seed_machine_and_versions(evidence):
    said = words.provenance(evidence)
    parameters = sum(p.numel() for p in evidence.model.net.parameters())
    for part in (
        "cnn",
        f"{parameters:,} parameters",
        "seed 0",
        "3 epochs",
        "cpu, float32",
        "torch",
    ):
        assert part in said


def test_a_doubtful_model_says_so_of_its_suspects():
    assert "look before you change any" in words.how_suspects_were_found("validation", 0.6)
    assert "look before" not in words.how_suspects_were_found("train", 0.99)
