import json
from pathlib import Path

import pytest

from convscope.data.catalogue import load_data
from convscope.data.pixels import encode_png

SURE = ["threads=1", "precision=float32", "memory_format=contiguous"]


@pytest.fixture
def trained(convscope) -> None:
    convscope("train", "epochs=2", *SURE)


def test_without_options_it_shows_what_the_opening_stored(convscope, trained):
    outcome = convscope("evaluate", "latest")
    assert outcome.code == 0
    assert "digits, test: accuracy" in outcome.out
    assert "recall" in outcome.out
    assert "truth \\ answer" in outcome.out
    assert len(json.loads(Path("runs/latest/test_openings.json").read_text())) == 1


def test_measuring_on_test_again_is_on_record(convscope, trained, own_place):
    stored = json.loads(convscope("evaluate", "latest", "--json").out)
    again = json.loads(convscope("evaluate", "latest", "--part", "test", "--json").out)
    assert again["confusion_matrix"] == stored["confusion_matrix"]
    assert again["loss"] == pytest.approx(stored["loss"])
    openings = json.loads((own_place / "runs/latest/test_openings.json").read_text())
    assert [opening["by"] for opening in openings] == ["train", "evaluate"]


def test_both_modes_are_shown_side_by_side(convscope, trained, own_place):
    image = load_data("digits").validation.images[0].permute(1, 2, 0).numpy()
    (own_place / "digit.png").write_bytes(encode_png(image))
    outcome = convscope("evaluate", "latest", "--dropout-demo", "digit.png")
    assert outcome.code == 0
    assert len(outcome.out.splitlines()) == 12
    modes = json.loads(convscope("evaluate", "latest", "--dropout-demo", "digit.png", "--json").out)
    assert len({answer["probability"] for answer in modes["eval"]}) == 1
    assert len({answer["probability"] for answer in modes["train"]}) > 5


def test_the_bundled_model_brings_its_numbers(convscope):
    report = json.loads(convscope("evaluate", "bundled:mnist-cnn", "--json").out)
    assert report["data"] == "mnist"
    assert report["total"] == 10_000
    assert report["accuracy"] > 0.99
