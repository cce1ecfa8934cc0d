import torch
from safetensors.torch import load_file
from torch.testing import assert_close

from convscope.evaluation.test_set import read_openings, read_report
from convscope.prediction.folder import read_config
from convscope.training.finish import leave, save_snapshot
from convscope.training.loop import keep_best, train_epochs
from convscope.training.plan import make_plan


def trained(bars, recipe):
    plan = make_plan("x", recipe(), data=bars)
    state = plan.new_state()
    list(keep_best(train_epochs(plan.ingredients, state), state, "loss"))
    return plan, state


def test_a_run_cut_off_between_opening_and_config_has_one_opening(bars, recipe, tmp_path):
    plan, state = trained(bars, recipe)
    _, first = leave(plan, state, tmp_path, "finished", open_test=True)
    (tmp_path / "config.json").unlink()
    (tmp_path / "report.json").unlink()
    _, second = leave(plan, state, tmp_path, "finished", open_test=True)
    assert second == first == read_report(tmp_path)
    assert len(read_openings(tmp_path)) == 1
    assert read_config(tmp_path)["ended"] == "finished"


def test_references_are_pixels_and_the_answers_to_them(bars, recipe, tmp_path):
    plan, state = trained(bars, recipe)
    model, _ = leave(plan, state, tmp_path, "finished", open_test=False)
    kept = load_file(tmp_path / "reference" / "validation.safetensors")
    assert kept["pixels"].equal(bars.validation.images[:8])
    assert_close(kept["logits"], model.logits(model.preprocessing.normalize(kept["pixels"])))


def test_a_snapshot_is_half_as_large_and_nearly_the_weights(bars, recipe, tmp_path):
    plan, _ = trained(bars, recipe)
    save_snapshot(tmp_path, 3, plan.net)
    halves = load_file(tmp_path / "snapshots" / "epoch-003.safetensors")
    assert {tensor.dtype for tensor in halves.values()} == {torch.float16}
    floats = {name: tensor.float() for name, tensor in halves.items()}
    assert_close(floats, dict(plan.net.state_dict()), atol=1e-3, rtol=1e-3)
