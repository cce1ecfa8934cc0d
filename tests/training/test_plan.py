import pytest
import torch
from torch import nn
from torch.testing import assert_close

from convscope.data.dataset import Splits
from convscope.data.preprocess import pixel_order
from convscope.errors import BadData, BadModel, BadNetwork, BadValue
from convscope.networks.mlp import MLP
from convscope.training.plan import check_kind, make_plan


def test_only_the_training_part_is_augmented_and_decides_the_preprocessing(bars, recipe):
    plan = make_plan("x", recipe(augment="mixup"), data=bars)
    mean = bars.train.images.double().mean() / 255
    assert plan.preprocessing.mean == pytest.approx((mean.item(),))
    _, targets = next(plan.ingredients.batches.epoch(1))
    assert targets.shape == (13, 2)  # shares of classes: mixed
    _, targets = next(plan.ingredients.validation.epoch(1))
    assert targets.equal(bars.validation.labels)


def test_provenance_names_all_that_decided_the_run(bars, recipe):
    provenance = make_plan("mine", recipe(seed=7), data=bars).provenance()
    assert provenance["recipe"]["name"] == "mine"
    assert provenance["seed"] == 7
    assert provenance["resolved"]["threads"] == 1
    assert provenance["data"]["fingerprint"] == bars.fingerprint
    assert provenance["data"]["source"] is None
    assert provenance["versions"]["torch"] == torch.__version__


def test_balanced_class_weights_reach_the_loss(bars, recipe):
    plan = make_plan("x", recipe(class_weights="balanced"), data=bars)
    weights = plan.ingredients.objective.class_weights
    counts = torch.tensor(bars.train.class_counts())
    assert torch.allclose(weights * counts, torch.full((2,), len(bars.train) / 2))


def few(bars: Splits, k: int) -> Splits:
    names = tuple(f"class {i}" for i in range(k))
    part = bars.train.subset([0, 0])
    part = type(part)(
        images=part.images, targets=torch.zeros(2).long(), names=["a", "b"], target_names=names
    )
    return Splits(name="few", train=part, validation=part, test=part, fingerprint="")  # fmt: skip


@pytest.mark.parametrize(("k", "said"), [(1, "has 1 class:"), (3, "3 classes and 2 training")])
def test_too_few_classes_or_images_are_told(bars, recipe, k, said):
    with pytest.raises(BadData, match=said):
        make_plan("x", recipe(), data=few(bars, k))


def test_a_spec_that_does_not_fit_is_called_in_short(bars, recipe):
    layers = "conv 4 3 padding 1\nrelu\n" * 5
    spec = f"{layers}flatten\nlinear 3"
    with pytest.raises(BadNetwork) as refusal:
        make_plan("x", recipe(network=spec, network_arguments={}), data=bars)
    assert str(refusal.value).startswith(
        "conv 4 3 padding 1; relu; conv 4 3 paddi ... ; relu; flatten; linear 3 "
        "answers two images with (2, 3): (2, 2) is needed, one score per class"
    )
    spec = f"{layers}flatten\nlinear classes"
    fitting = make_plan("x", recipe(network=spec, network_arguments={}), data=bars)
    assert fitting.network == spec


def test_weights_that_are_not_there_and_a_machine_that_is_not_are_told(bars, recipe):
    with pytest.raises(BadModel, match="no run 'nowhere'"):
        make_plan("x", recipe(weights="nowhere"), data=bars)
    resolved = make_plan("x", recipe(), data=bars).resolved.to_json()
    del resolved["kernels"]
    with pytest.raises(BadValue, match="this machine has"):
        make_plan("x", recipe(), data=bars, machine={**resolved, "threads": 9999})


def test_pixels_are_permuted_only_if_asked_and_as_the_seed_says(bars, recipe):
    assert make_plan("x", recipe(), data=bars).preprocessing.permutation is None
    plan = make_plan("x", recipe(permute_pixels=True, seed=7), data=bars)
    order = pixel_order(7, 11 * 13)
    images, _ = next(plan.ingredients.validation.epoch(1))
    plain = make_plan("x", recipe(seed=7), data=bars)
    kept, _ = next(plain.ingredients.validation.epoch(1))
    assert images.flatten(1).equal(kept.flatten(1)[:, order])
    assert_close(plan.net.state_dict(), plain.net.state_dict(), rtol=0, atol=0)


def test_what_is_neither_a_name_nor_of_the_kind_is_refused(bars):
    check_kind("data", None, Splits)
    check_kind("data", "digits", Splits)
    check_kind("data", bars, Splits)
    with pytest.raises(BadValue, match="data is given as Dataset: a name or Splits is needed"):
        check_kind("data", bars.train, Splits)
    with pytest.raises(BadValue, match="network is given as MLP: a name or Module is needed"):
        check_kind("network", MLP, nn.Module)
