import math

import pytest
import torch

from convscope.training.schedule import SHAPES, Schedule, constant, cosine, one_cycle


def test_constant_stays():
    assert {constant(done / 10, 0.2) for done in range(11)} == {1.0}


def test_cosine_is_half_a_cosine():
    assert [cosine(done, 0.2) for done in (0.0, 0.5, 1.0)] == pytest.approx([1, 0.5, 0])
    assert cosine(1 / 3, 0.0) == pytest.approx((1 + math.cos(math.pi / 3)) / 2)


def test_one_cycle_peaks_once_and_ends_at_zero():
    values = [one_cycle(done / 100, 0.2) for done in range(101)]
    assert values[0] == 0
    assert values[-1] == pytest.approx(0)
    assert max(values) == values[20] == 1
    assert values[10] == pytest.approx(0.5)
    assert values[60] == pytest.approx(0.5)


@pytest.mark.parametrize("warmup", [0.0, 1.0])
def test_one_cycle_without_one_of_its_sides_stays_within_bounds(warmup):
    assert all(0 <= one_cycle((step + 0.5) / 7, warmup) <= 1 for step in range(7))


@pytest.mark.parametrize("name", SHAPES)
def test_a_schedule_sets_every_group_and_depends_on_the_step_alone(name):
    weights = [torch.zeros(2, requires_grad=True), torch.zeros(3, requires_grad=True)]
    optimizer = torch.optim.SGD([{"params": [w]} for w in weights], lr=9.0)
    schedule = Schedule(optimizer, SHAPES[name], highest=0.4, total=10, warmup=0.2)
    schedule.set_for(7)
    schedule.set_for(3)
    expected = 0.4 * SHAPES[name](0.35, 0.2)
    assert [group["lr"] for group in optimizer.param_groups] == [expected, expected]
    assert schedule.at(3) == expected
