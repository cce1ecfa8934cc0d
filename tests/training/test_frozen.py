"""A run on kept features against the run on images."""

from types import SimpleNamespace

import pytest
from torch.testing import assert_close

from convscope.data.download import cache_folder
from convscope.errors import CannotWrite
from convscope.training import frozen
from convscope.training.frozen import check_disk, count_views
from convscope.training.loop import train_epochs
from convscope.training.plan import make_plan


@pytest.mark.parametrize("fields", [{}, {"augment": "shift:1"}, {"augment": "mixup"}])
@pytest.mark.parametrize("in_file", [False, True])
def test_a_run_on_kept_features_is_the_run_on_images(bars, recipe, fields, in_file, monkeypatch):
    if in_file:
        monkeypatch.setattr(frozen, "MOST_IN_MEMORY", 0)
    chosen = recipe(
        network="cnn", network_arguments={}, freeze="conv1+conv2+conv3", epochs=3, **fields
    )

    def weights(on_features: bool):
        plan = make_plan("x", chosen, data=bars)
        ingredients, state = plan.ingredients, plan.new_state()
        assert ingredients.on_features is not None
        if not on_features:
            ingredients = frozen.replace(ingredients, on_features=None)
        records = list(train_epochs(ingredients, state))
        assert not list(cache_folder().glob("features-*"))  # a kill would leave nothing
        return plan.net.state_dict(), [r.validation["loss"] for r in records]

    (kept, kept_losses), (plain, losses) = weights(True), weights(False)
    assert_close(kept, plain, rtol=1e-4, atol=1e-5)
    assert kept_losses == pytest.approx(losses, rel=1e-4)


def test_the_frozen_part_is_asked_once_for_each_view(bars, recipe, monkeypatch):
    monkeypatch.setattr(frozen, "VIEWS", 2)
    chosen = recipe(
        network="cnn", network_arguments={}, freeze="conv1+conv2+conv3", epochs=5, augment="shift:1"
    )
    plan = make_plan("x", chosen, data=bars)
    asked = 0

    def count(_module, inputs):
        nonlocal asked
        asked += len(inputs[0]) if inputs[0].any() else 0  # black where features are given

    plan.net.get_submodule("conv1").register_forward_pre_hook(count)
    list(train_epochs(plan.ingredients, plan.new_state()))
    train, validation = len(plan.splits.train), len(plan.splits.validation)
    assert asked == 2 * train + validation


def test_views_are_as_many_as_there_is_room_for():
    assert count_views((2, 3), 7, augmented=False) == 1
    assert count_views((2, 3), 7, augmented=True) == frozen.VIEWS
    big = frozen.MOST_KEPT // 4 // 3
    assert count_views((big,), 1, augmented=True) == 3
    assert count_views((big,), 5, augmented=False) == 0


def test_a_disk_without_room_is_told_before_anything_is_written(monkeypatch, own_place):
    monkeypatch.setattr(frozen.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))
    check_disk((10**6,), [60])  # 240 MB are kept in memory
    check_disk((10**6,), [200, 40])
    with pytest.raises(CannotWrite, match="take 1.6 GB and .* has 1.0 left: free some"):
        check_disk((10**6,), [200, 200])


def test_too_much_to_keep_is_computed_anew_and_said(bars, recipe, monkeypatch):
    monkeypatch.setattr(frozen, "MOST_KEPT", 0)
    chosen = recipe(network="cnn", network_arguments={}, freeze="conv1+conv2+conv3")
    plan = make_plan("x", chosen, data=bars)
    assert plan.ingredients.on_features is None
    assert "too much to keep" in plan.notes[0]
