import json
import shutil
from pathlib import Path

import pytest

from convscope.data.loading import load_data
from convscope.data.pixels import encode_png
from tests.cli.conftest import SURE


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


def test_two_runs_are_compared_on_the_same_test_images(convscope, trained):
    convscope("train", "epochs=1", "seed=1", "--no-report", *SURE)
    outcome = convscope("evaluate", "digits-cnn-1", "digits-cnn-2")
    assert outcome.code == 0
    assert "digits-cnn-1 is right" in outcome.out
    assert "McNemar" in outcome.out
    found = json.loads(convscope("evaluate", "digits-cnn-1", "digits-cnn-2", "--json").out)
    stored = [json.loads(convscope("evaluate", f"digits-cnn-{i}", "--json").out) for i in (1, 2)]
    assert [found["correct_a"], found["correct_b"]] == [report["correct"] for report in stored]
    assert len(json.loads(Path("runs/latest/test_openings.json").read_text())) == 1
    refused = convscope("evaluate", "digits-cnn-1", "digits-cnn-2", "--part", "validation")
    assert refused.code == 2
    assert "leave the options out" in refused.err


def test_a_learning_curve_says_what_more_images_would_buy(convscope, trained):
    outcome = convscope("evaluate", "latest", "--learning-curve")
    assert outcome.code == 0
    assert "1,151" in outcome.out
    assert "The second half of the training images brought" in outcome.out
    told = json.loads(convscope("evaluate", "latest", "--learning-curve", "--json").out)
    assert [point["share"] for point in told["points"]] == [0.25, 0.5, 1.0]


def test_a_folder_is_measured_whole_or_by_its_test_part(convscope, trained, own_place):
    images, labels = load_data("digits").test.images, load_data("digits").test.labels
    for i in range(60):
        folder = own_place / "scans" / str(int(labels[i]))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{i}.png").write_bytes(encode_png(images[i].permute(1, 2, 0).numpy()))
    whole = json.loads(convscope("evaluate", "latest", "--data", "scans", "--json").out)
    assert (whole["data"], whole["part"], whole["total"]) == ("scans", "all", 60)
    logits = json.loads(convscope("evaluate", "latest", "--json").out)
    assert abs(whole["accuracy"] - logits["accuracy"]) < 0.2
    (own_place / "scans").rename(own_place / "test")
    for part in ("train", "test"):
        (own_place / "parted").mkdir(exist_ok=True)
        shutil.copytree(own_place / "test", own_place / "parted" / part)
    tested = json.loads(convscope("evaluate", "latest", "--data", "parted", "--json").out)
    assert (tested["part"], tested["total"]) == ("test", 60)
    refused = convscope("evaluate", "latest", "--data", "parted", "--part", "validation")
    assert refused.code == 2
    assert "has no part 'validation'" in refused.err
