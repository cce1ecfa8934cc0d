"""What is frozen stays, what thaws learns at its share, and a run goes on across a thaw."""

import itertools
from collections import OrderedDict

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from convscope.errors import BadValue, UnknownName
from convscope.networks.build import build_network
from convscope.training.loop import train_epochs
from convscope.training.optimizer import build_optimizer
from convscope.training.plan import make_plan
from convscope.training.run import resume, train, train_watched
from convscope.training.running import Nobody
from convscope.training.schedule import SHAPES, Schedule
from convscope.training.transfer import Freezing, find_freezing, told_freezing

INFINITY = float("inf")


def conv_net() -> nn.Module:
    """Two convolutions with norms, then two layers; takes (n, 1, 11, 13)."""
    torch.manual_seed(5)
    body = [nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Conv2d(3, 5, 3), nn.ReLU()]
    head = [nn.Dropout(0.3), nn.Linear(5 * 7 * 9, 7), nn.ReLU(), nn.Linear(7, 2)]
    parts = {"features": nn.Sequential(*body), "flat": nn.Flatten(), "head": nn.Sequential(*head)}
    return nn.Sequential(OrderedDict(parts))


def weights_of(net: nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in net.state_dict().items()}


def unchanged(net: nn.Module, before: dict[str, torch.Tensor]) -> set[str]:
    return {name for name, tensor in net.state_dict().items() if torch.equal(tensor, before[name])}


def test_with_nothing_frozen_there_are_no_parts(recipe):
    net = conv_net()
    assert find_freezing(recipe(), net) == Freezing()
    assert not Freezing().holds_all(1)
    Freezing().set_learning(net.eval(), 1)
    assert all(module.training for module in net.modules())


def test_frozen_layers_are_divided_from_the_end_of_the_net(recipe):
    net = build_network("squeezenet1_1", num_classes=2, in_channels=3, input_size=(64, 64))
    freezing = find_freezing(recipe(freeze="features", thaw="2+5+5", epochs=7, rate_decay=0.3), net)
    assert freezing.modules == ("features",)
    assert [part.modules for part in freezing.parts] == [
        tuple(f"features.{i}" for i in (10, 11, 12)),
        tuple(f"features.{i}" for i in (6, 7, 8, 9)),
        tuple(f"features.{i}" for i in range(6)),
    ]
    assert [part.opens_after for part in freezing.parts] == [2, 5, 5]
    assert [part.share for part in freezing.parts] == pytest.approx([0.3, 0.09, 0.027])
    assert [freezing.holds_all(epoch) for epoch in (1, 2, 3, 7)] == [True, True, False, False]
    names = {name for part in freezing.parts for name in part.parameters}
    assert names == {n for n, _ in net.named_parameters() if n.startswith("features.")}


def test_head_freezes_all_but_the_last_layer(recipe):
    for net in (
        build_network("resnet18", num_classes=3, in_channels=3, input_size=(32, 32)),
        conv_net(),
    ):
        (part,) = find_freezing(recipe(freeze="head"), net).parts
        left = [name for name, _ in net.named_parameters() if name not in part.parameters]
        assert left == [name for name, _ in net.named_parameters()][-2:]
        assert part.opens_after == INFINITY


def test_modules_within_modules_count_once(recipe):
    freezing = find_freezing(recipe(freeze="features.3+features"), conv_net())
    assert freezing.modules == ("features",)


def test_a_name_that_is_not_there_is_told_with_those_that_are(recipe):
    with pytest.raises(UnknownName, match=r"freeze=feature: .*did you mean features"):
        find_freezing(recipe(freeze="feature"), conv_net())
    with pytest.raises(UnknownName, match=r"flat.*weights"):
        find_freezing(recipe(freeze="flat"), conv_net())


@pytest.mark.parametrize("freeze", ["features+head.1+head.3", "head.3+head.1+features"])
def test_freezing_everything_is_refused(recipe, freeze):
    with pytest.raises(BadValue, match="leaves nothing that learns"):
        find_freezing(recipe(freeze=freeze), conv_net())


def test_a_head_without_numbers_that_learn_is_told(recipe):
    net = build_network("lenet5", num_classes=10, in_channels=1, input_size=(28, 28))
    with pytest.raises(BadValue, match="the last layer of this net has no numbers that learn"):
        find_freezing(recipe(freeze="head"), net)


def test_more_parts_than_layers_are_refused(recipe):
    with pytest.raises(BadValue, match="4 parts, and features has 3 layers"):
        find_freezing(recipe(freeze="features", thaw="1+1+1+1"), conv_net())


@pytest.mark.parametrize(
    ("epochs", "thaw"), [(1, "never"), (2, "1+1"), (3, "1+2"), (16, "4+8"), (40, "10+20")]
)
def test_weights_that_were_brought_thaw_in_halves_by_themselves(recipe, epochs, thaw):
    chosen = recipe(freeze="features", weights="some.pt", epochs=epochs)
    assert find_freezing(chosen, conv_net()).thaw == thaw
    assert find_freezing(chosen.changed(weights=None), conv_net()).thaw == "never"
    assert find_freezing(chosen.changed(thaw="never"), conv_net()).thaw == "never"


def test_a_single_layer_thaws_once(recipe):
    chosen = recipe(freeze="features.3", weights="some.pt", epochs=8)
    assert find_freezing(chosen, conv_net()).thaw == "2"


class Scaled(nn.Sequential):
    """Has a number of its own, and none in what it holds."""

    def __init__(self) -> None:
        super().__init__(nn.ReLU())
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, images):
        return super().forward(images) * self.scale


def test_a_sequential_with_numbers_of_its_own_is_one_layer(recipe):
    net = nn.Sequential(OrderedDict(features=Scaled(), flat=nn.Flatten(), head=nn.Linear(143, 2)))
    (part,) = find_freezing(recipe(freeze="features"), net).parts
    assert (part.modules, part.parameters) == (("features",), ("features.scale",))


def test_dropout_and_norms_without_parameters_are_frozen_with_their_layer(recipe):
    parts = [nn.Dropout(0.5), nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3, affine=False), nn.Dropout(0.5),
             nn.Conv2d(3, 5, 3), nn.Dropout(0.5)]  # fmt: skip
    net = nn.Sequential(
        OrderedDict(features=nn.Sequential(*parts), flat=nn.Flatten(), head=nn.Linear(5 * 7 * 9, 2))
    )
    images = torch.randn(7, 1, 11, 13)
    freezing = find_freezing(recipe(freeze="features", thaw="1+2", epochs=3), net)
    freezing.set_learning(net, 1)
    assert torch.equal(net(images), net(images))
    assert net.get_buffer("features.2.running_mean").count_nonzero() == 0
    freezing.set_learning(net, 2)
    assert [part.training for part in net.get_submodule("features")] == [False] * 4 + [True] * 2
    freezing.set_learning(net, 3)
    assert all(module.training for module in net.modules())


def test_what_never_learned_does_not_thaw_either(recipe):
    net = conv_net()
    net.get_submodule("features.0").requires_grad_(False)
    freezing = find_freezing(recipe(freeze="features", thaw="1"), net)
    freezing.set_learning(net, 2)
    assert not net.get_parameter("features.0.weight").requires_grad
    assert net.get_parameter("features.3.weight").requires_grad


def test_frozen_modules_answer_as_in_use_and_have_no_gradients_not_even_biases(recipe):
    net = conv_net()
    freezing = find_freezing(recipe(freeze="features", thaw="1", epochs=3), net)
    freezing.set_learning(net, 1)
    assert not net.get_submodule("features.0").training
    assert not net.get_submodule("features.1").training
    assert net.get_submodule("head.0").training
    learning = [name for name, p in net.named_parameters() if p.requires_grad]
    assert all(name.startswith("head.") for name in learning)
    freezing.set_learning(net, 2)
    assert net.get_submodule("features.1").training
    assert all(p.requires_grad for p in net.parameters())


def test_each_part_learns_at_its_share_of_the_rate(recipe):
    net, chosen = conv_net(), recipe(freeze="features", thaw="0+0+0", rate_decay=0.5)
    optimizer = build_optimizer(chosen, net, find_freezing(chosen, net))
    schedule = Schedule(optimizer, SHAPES["cosine"], 0.4, 10, 0.2)
    schedule.set_for(3)
    rates = {
        id(p): group["lr"] / schedule.at(3) for g in [optimizer] for group in g.param_groups
        for p in group["params"]
    }  # fmt: skip
    named = dict(net.named_parameters())
    assert len(rates) == len(named)
    expected = {"features.0": 0.125, "features.1": 0.25, "features.3": 0.5, "head.3": 1.0}
    for module, share in expected.items():
        for kind in ("weight", "bias"):
            assert rates[id(named[f"{module}.{kind}"])] == pytest.approx(share)


def test_a_run_leaves_frozen_weights_and_statistics_as_they_were(bars, recipe):
    net = conv_net()
    before = weights_of(net)
    train(recipe(freeze="features", optimizer="adamw", weight_decay=0.5), data=bars, network=net)
    assert unchanged(net, before) == {name for name in before if name.startswith("features.")}


def test_parts_thaw_one_after_the_other(bars, recipe):
    net = conv_net()
    plan = make_plan("x", recipe(freeze="features", thaw="1+2", epochs=3), data=bars, network=net)
    before, changed = weights_of(net), []
    for _ in train_epochs(plan.ingredients, plan.new_state()):
        changed.append(set(before) - unchanged(net, before))
    head = {name for name in before if name.startswith("head.")}
    last = {name for name in before if name.startswith("features.3")}
    assert changed[0] == set()
    assert changed[1] == head
    assert changed[2] == head | last
    assert changed[3] >= set(before) - {"features.0.bias"}  # which the norm takes away


class StopsAfter(Nobody):
    """Takes the batches away after `steps`, as Ctrl-C would."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def batches(self, batches):
        for batch in itertools.islice(batches, max(0, self._left)):
            self._left -= 1
            yield batch


@pytest.mark.parametrize("steps", [1, 4, 8, 11])
def test_a_run_cut_off_goes_on_as_if_nothing_had_happened(bars, recipe, steps, own_place):
    chosen = recipe(
        freeze="features", thaw="1+2", epochs=4, optimizer="adamw", augment="shift:1", ema=0.9,
        batch_size=29,
    )  # fmt: skip
    whole = train(chosen, data=bars, network=conv_net(), out="whole")
    cut_off = StopsAfter(steps)
    train_watched(chosen, data=bars, network=conv_net(), out="cut", onlooker=cut_off)
    again = resume("cut", data=bars, network=conv_net())
    assert_close(again.model.net.state_dict(), whole.model.net.state_dict(), rtol=0, atol=0)
    assert [r.train_loss for r in again.history] == [r.train_loss for r in whole.history]
    assert again.ended == "finished"


def test_what_is_frozen_is_told(bars, recipe):
    run = train(recipe(freeze="features", thaw="1"), data=bars, network=conv_net())
    note = next(note for note in run.notes if "frozen" in note)
    assert note.startswith("176 of 2,404 parameters are frozen until after epoch 1: what they give")
    assert not any("random" in note for note in run.notes)  # a net from Python brings its own
    assert told_freezing(Freezing(), conv_net(), "", drawn=True) == ()


def test_a_run_writes_down_when_its_parts_open(bars, recipe):
    begun = train(recipe(freeze="features", epochs=1), data=bars, network=conv_net())
    chosen = recipe(freeze="features", weights=str(begun.folder), epochs=4)
    plan = make_plan("x", chosen, data=bars, network=conv_net())
    assert plan.recipe.thaw == "1+2"
    assert make_plan("x", recipe(), data=bars).recipe.thaw == "auto"


def test_parts_that_open_together_are_told_once(recipe):
    freezing = find_freezing(recipe(freeze="features", thaw="2+2", epochs=3), conv_net())
    (note,) = told_freezing(freezing, conv_net(), "kept", drawn=False)
    assert "frozen until after epoch 2: kept" in note


def test_freezing_what_was_never_learned_is_told(bars, recipe):
    run = train(recipe(freeze="head"), data=bars)
    assert any(note.startswith("what is frozen is random") for note in run.notes)
