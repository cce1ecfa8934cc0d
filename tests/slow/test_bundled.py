"""The model in the box can be made again by its own recipe."""

import pytest

from convscope.evaluation.evaluate import evaluate
from convscope.prediction.folder import find_run, load_model
from convscope.training.history import read_history
from convscope.training.recipe import recipe_of
from convscope.training.run import train


@pytest.mark.slow
@pytest.mark.usefixtures("shared_data")
def test_training_it_again_gives_the_same_model_but_for_the_last_bits():
    folder = find_run("bundled:mnist-cnn")
    provenance = load_model(folder).provenance
    run = train(recipe_of(provenance).changed(precision="float32"))
    stored, again = evaluate(folder), run.report
    assert again is not None
    assert again.accuracy == pytest.approx(stored.accuracy, abs=0.003)
    first = read_history(folder / "history.csv")["validation_loss"]
    assert run.history["validation_loss"] == pytest.approx(first, rel=0.25)
    assert run.model.provenance["data"]["fingerprint"] == provenance["data"]["fingerprint"]
