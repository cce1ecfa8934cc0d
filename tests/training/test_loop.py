"""The loop against the same steps written by hand, and against its own past."""

import itertools
import math

import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close

from convscope.data.split import Splits
from convscope.errors import Diverged
from convscope.seed import seeded
from convscope.training.history import Record
from convscope.training.loop import keep_best, train_epochs, until_no_better
from convscope.training.plan import make_plan

GOLDEN = [
    0.811191, 0.793822, 0.703797, 0.750017, 0.719915, 0.543823, 0.612872, 0.512709, 0.419820,
    0.508265,
    0.452275, 0.303965, 0.344040, 0.366244, 0.229351, 0.200993, 0.229196, 0.368638, 0.284064,
    0.452929,
]  # fmt: skip
"""Losses of the first steps of `plan`; a refactoring must not change them."""


def losses_of(plan, steps: int) -> list[float]:
    seen, state = [], plan.new_state()
    total = 0.0

    def watch(batches):
        nonlocal total
        for batch in batches:
            before = state.position.loss.total
            yield batch
            seen.append((state.position.loss.total - before) / len(batch[0]))

    for _ in train_epochs(plan.ingredients, state, watch):
        if len(seen) >= steps:
            break
    return seen[:steps]


def test_the_first_steps_have_the_losses_they_always_had(bars, recipe):
    plan = make_plan("golden", recipe(epochs=4), data=bars)
    assert losses_of(plan, 20) == pytest.approx(GOLDEN, abs=2e-4)


def test_a_run_is_the_six_steps_written_by_hand(bars, recipe):
    chosen = recipe(momentum=0.0, nesterov=False, schedule="constant", epochs=2)
    plan = make_plan("by hand", chosen, data=bars)
    twin = make_plan("by hand", chosen, data=bars)
    state = plan.new_state()
    records = list(train_epochs(plan.ingredients, state))

    optimizer, step = torch.optim.SGD(twin.net.parameters(), lr=0.05), itertools.count()
    means = []
    for epoch in (1, 2):
        twin.net.train()
        total, images_seen = 0.0, 0
        for images, labels in twin.ingredients.batches.epoch(epoch):
            with seeded(chosen.seed, "step", next(step)):
                optimizer.zero_grad()
                loss = F.cross_entropy(twin.net(images), labels)
                loss.backward()
                optimizer.step()
            total, images_seen = total + loss.item() * len(images), images_seen + len(images)
        means.append(total / images_seen)
    assert_close(plan.net.state_dict(), twin.net.state_dict())
    assert [record.train_loss for record in records[1:]] == pytest.approx(means)
    assert [record.epoch for record in records] == [0, 1, 2]
    assert records[0].train_loss is None


def test_equal_seeds_give_equal_weights_and_another_seed_others(bars, recipe):
    def weights(seed: int):
        plan = make_plan("seeds", recipe(seed=seed, network_arguments={"dropout": 0.5}), data=bars)
        list(train_epochs(plan.ingredients, plan.new_state()))
        return plan.net.state_dict()

    torch.manual_seed(1)
    first = weights(0)
    torch.manual_seed(2)  # what the user does with the global generator changes nothing
    assert_close(weights(0), first, rtol=0, atol=0)
    assert not torch.equal(weights(1)["fc1.weight"], first["fc1.weight"])


def test_a_watch_that_stops_giving_ends_the_run_after_that_step(bars, recipe):
    plan = make_plan("stopped", recipe(), data=bars)
    state = plan.new_state()
    records = list(
        train_epochs(plan.ingredients, state, lambda batches: itertools.islice(batches, 2))
    )
    assert [record.epoch for record in records] == [0]
    assert (state.position.epoch, state.position.batch, state.position.step) == (0, 2, 2)


def test_a_loss_that_is_no_number_stops_within_one_step(bars, recipe):
    plan = make_plan("diverged", recipe(learning_rate=1e6, momentum=0.0, nesterov=False), data=bars)
    state = plan.new_state()
    with torch.no_grad():
        plan.net.get_submodule("fc1").weight.fill_(math.inf)
    with pytest.raises(Diverged, match="in epoch 1, step 1.*learning rate of 1e\\+06"):
        list(keep_best(train_epochs(plan.ingredients, state), state, "loss"))
    assert state.position.step == 1
    assert state.best.epoch == -1  # its NaN of epoch 0 was not taken for the best


def test_an_average_is_validated_if_the_recipe_says_so(bars, recipe):
    plan = make_plan("ema", recipe(ema=0.9, validated="ema"), data=bars)
    state = plan.new_state()
    assert state.validated is state.average.net is not plan.net
    plan = make_plan("ema", recipe(ema=0.9, validated="net"), data=bars)
    state = plan.new_state()
    assert state.validated is state.net is plan.net


def records_of(losses):
    return [
        Record(
            epoch=epoch, step=epoch, learning_rate=0.1, train_loss=1.0,
            validation={"loss": float(loss)}, seconds=0.0, images_per_second=None,
        )
        for epoch, loss in enumerate(losses)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("losses", "patience", "last"),
    [
        ([3, 2, 1, 1, 1, 1], 2, 4),
        ([3, 2, 1, 1, 0.5, 1, 1, 1], 2, 6),
        ([3, 2, 1, 1, 1], 0, 4),
        ([3, math.nan, math.nan, 1], 2, 2),
        ([3, 2, 1], 2, 2),
    ],
)
def test_stopping_early_counts_epochs_without_a_new_lowest(losses, patience, last):
    records = records_of(losses)
    assert list(until_no_better(records, "loss", patience))[-1].epoch == last
    for cut in range(last):  # an interruption anywhere changes nothing
        rest = until_no_better(records[cut:], "loss", patience, before=records[:cut])
        assert list(rest)[-1].epoch == last


def test_epochs_before_the_last_part_has_thawed_do_not_count():
    records = records_of([3, 3, 3, 3, 3, 3, 3, 3])
    assert list(until_no_better(records, "loss", 2, waits_for=4.0))[-1].epoch == 6


def test_a_run_that_was_already_tired_gives_nothing_more():
    records = records_of([1, 2, 3])
    assert list(until_no_better(records_of([0]), "loss", 2, before=records)) == []


def test_splits_are_used_only_as_they_are_meant(bars: Splits, recipe):
    plan = make_plan("parts", recipe(augment="flip"), data=bars)
    seen = torch.cat([images for images, _ in plan.ingredients.validation.epoch(1)])
    assert_close(seen, plan.preprocessing.normalize(bars.validation.images))
