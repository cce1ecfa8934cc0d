import json
import math
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from convscope.data.loading import load_data
from convscope.data.pixels import encode_png
from convscope.prediction.folder import BUNDLED, load_model
from convscope.training.one_step import take_one_step

EXAMPLES = Path(__file__).parents[2] / "examples" / "digits"
SEVEN = str(EXAMPLES / "seven.png")
WEIGHTS = BUNDLED / "mnist-cnn" / "model.safetensors"


def test_one_step_of_the_bundled_model_is_written_out(convscope):
    before = sha256(WEIGHTS.read_bytes()).hexdigest()
    outcome = convscope("learn", "step", "bundled:mnist-cnn", SEVEN, "--label", "7")
    assert outcome.code == 0
    assert outcome.err == ""
    for said in ("class ", "p - y", "softmax ", "loss ", "gradient ", "weight ", "step ", "after "):
        assert said in outcome.out
    assert "the model on disk is unchanged" in outcome.out
    assert sha256(WEIGHTS.read_bytes()).hexdigest() == before


def test_the_printed_numbers_are_those_of_the_json_object(convscope):
    words = ["learn", "step", "bundled:mnist-cnn", SEVEN, "--label", "3"]
    words += ["--weight", "conv1.weight[0,0,1,2]", "--learning-rate", "0.05"]
    printed, told = convscope(*words).out, json.loads(convscope(*words, "--json").out)
    assert (told["run"], told["image"]) == ("bundled:mnist-cnn", SEVEN)
    assert told["class_names"][told["label"]] == "3"
    weight = told["weight"]
    assert (weight["name"], weight["index"]) == ("conv1.weight", [0, 0, 1, 2])
    assert f"conv1.weight[0,0,1,2] = {weight['before']:.9g}" in printed
    assert f"- 0.05 x {weight['gradient']:.9g} = {weight['after']:.9g}" in printed
    assert f"= {told['loss']:.9g}" in printed
    assert f"0.05 x {told['squared_gradient']:.6g} = {told['expected_fall']:.6g}" in printed
    assert told["loss"] == pytest.approx(-math.log(told["probabilities"][3]), rel=1e-4)


@pytest.mark.parametrize(
    ("rise", "said"),
    [(0.25, "it rose by 0.25"), (0.0, "it stayed as it was"), (-0.5, "it fell by")],
)
def test_which_way_the_loss_went_is_said(convscope, monkeypatch, rise, said):
    taken = take_one_step(load_model("bundled:mnist-cnn"), SEVEN, "7")
    moved = replace(taken, loss=1.0, loss_after=1.0 + rise)
    monkeypatch.setattr("convscope.training.one_step.take_one_step", lambda *_, **__: moved)
    assert said in convscope("learn", "step", "bundled:mnist-cnn", SEVEN, "--label", "7").out


def test_a_run_of_ones_own_and_dark_ink_on_white(convscope, own_place):
    convscope("train", "epochs=1", "--no-report", "--no-test", "threads=1", "precision=float32")
    pixels = load_data("digits").validation.images[0].permute(1, 2, 0).numpy()
    (own_place / "inked.png").write_bytes(encode_png(255 - pixels))
    words = ["learn", "step", "latest", "inked.png", "--label", "0"]
    assert "inked.png looks inverted: --invert" in convscope(*words).err
    assert convscope(*words, "--invert").err == ""
    (own_place / "digit.png").write_bytes(encode_png(pixels))
    turned = json.loads(convscope(*words, "--invert", "--json").out)
    plain = json.loads(convscope(*[*words[:3], "digit.png", *words[4:]], "--json").out)
    assert turned["logits"] == plain["logits"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([SEVEN, "--label", "77"], "no class of the model is called '77': did you mean 7?"),
        ([SEVEN, "--label", "7", "--weight", "con1.weight"], "did you mean conv1.weight"),
        ([SEVEN, "--label", "7", "--weight", "fc2.weight[10,0]"], "shape 10 x 100"),
        ([SEVEN, "--label", "7", "--learning-rate", "0"], "a number above 0 is needed"),
        (["none.png", "--label", "7"], "none.png does not exist"),
        ([SEVEN], "Missing option '--label'"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(convscope, words, said):
    outcome = convscope("learn", "step", "bundled:mnist-cnn", *words)
    assert outcome.code == 2
    assert outcome.out == ""
    assert said in outcome.err
    assert len(outcome.err.splitlines()) == 1
