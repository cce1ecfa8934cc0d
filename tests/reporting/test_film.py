import shutil

import pytest
from safetensors.torch import load_file
from torch.testing import assert_close

from convscope.evaluation.evaluate import answers_on
from convscope.reporting import film as module
from convscope.reporting.film import film


def test_a_frame_is_what_the_weights_of_its_epoch_answer(run, evidence, splits):
    frames = film(run, evidence.model, splits.validation)
    assert [frame.epoch for frame in frames] == [0, 1, 2, 3]
    total = len(splits.validation)
    for frame in frames:
        assert frame.confusion is not None
        assert sum(map(sum, frame.confusion)) == frame.total == total
        assert sum(frame.confusion[i][i] for i in range(3)) == frame.correct
    best = evidence.history.best
    kept = next(frame for frame in frames if frame.epoch == best.epoch)
    assert kept.accuracy == pytest.approx(best.validation["accuracy"], abs=2 / total)
    assert len({frame.filters for frame in frames}) == 4


def test_the_models_own_weights_stay(run, evidence, splits):
    before = answers_on(evidence.model, splits.validation)
    film(run, evidence.model, splits.validation)
    assert_close(answers_on(evidence.model, splits.validation), before, rtol=0, atol=0)
    assert load_file(run / "snapshots" / "epoch-001.safetensors")


def test_many_epochs_are_thinned_with_the_first_and_the_last_among_them(
    run, evidence, splits, monkeypatch
):
    monkeypatch.setattr(module, "MOST_FRAMES", 5)
    for epoch in (998, 999, 1000, 1001, 1002, 1003, 1004):
        shutil.copy(
            run / "snapshots" / "epoch-001.safetensors",
            run / "snapshots" / f"epoch-{epoch}.safetensors",
        )
    epochs = [frame.epoch for frame in film(run, evidence.model, splits.validation)]
    assert len(epochs) == 5
    assert (epochs[0], epochs[-1]) == (0, 1004)
    assert epochs == sorted(epochs)


def test_without_snapshots_there_is_no_film(run, evidence, splits):
    shutil.rmtree(run / "snapshots")
    assert film(run, evidence.model, splits.validation) == []
