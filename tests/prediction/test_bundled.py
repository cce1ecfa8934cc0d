"""The model in the box, as a fresh clone has it."""

import json

import pytest
import torch
from safetensors.torch import load_file
from torch.testing import assert_close

from convscope.evaluation.evaluate import evaluate
from convscope.prediction.folder import BUNDLED, find_run, load_model
from convscope.training.catalogue import CATALOGUE
from convscope.training.recipe import recipe_of

NAMES = [path.name for path in BUNDLED.iterdir()]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_small_and_answers_as_it_did_when_it_was_trained(name):
    folder = find_run(f"bundled:{name}")
    assert (folder / "model.safetensors").stat().st_size < 500_000
    model = load_model(folder)
    kept = load_file(folder / "reference" / "validation.safetensors")
    logits = model.logits(model.preprocessing.normalize(kept["pixels"]))
    assert_close(logits, kept["logits"], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_it_brings_its_provenance_and_its_one_opening(name):
    folder = find_run(f"bundled:{name}")
    model = load_model(folder)
    recipe = json.loads(json.dumps(recipe_of(model.provenance).to_json()))
    named = json.loads(json.dumps(CATALOGUE[name].recipe.to_json()))
    assert recipe == named | {"precision": "float32"}
    (opening,) = json.loads((folder / "test_openings.json").read_text())
    assert opening["by"] == "train"
    assert opening["weights_sha256"] == model.provenance["weights_sha256"]
    assert opening["accuracy"] == evaluate(folder).accuracy


@pytest.mark.usefixtures("shared_data")
def test_on_the_real_test_set_it_scores_what_its_report_says():
    stored = evaluate("bundled:mnist-cnn")
    measured = evaluate("bundled:mnist-cnn", part="test")
    assert abs(measured.correct - stored.correct) <= 1  # another processor may round one tie away
    assert torch.tensor(measured.confusion_matrix).sum() == 10_000
