import numpy as np
import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close

from convscope.data.coordinates import as_answers
from convscope.data.scheme import Scheme
from convscope.evaluation.points import (
    LOSSES,
    measure_points,
    point_errors,
    points_loss,
    points_task,
    units,
    wing,
)

SIZE = (41, 53)
NAN = float("nan")


def points(n: int = 5, p: int = 3) -> torch.Tensor:
    draw = torch.rand(n, p, 2, generator=torch.Generator().manual_seed(n))
    return draw * torch.tensor([52.0, 40.0])


def test_a_wing_is_the_papers_formula():
    """Feng et al. 2018, equation 5, with w = 10 and epsilon = 2 in pixels of an image of 256."""
    pixels = np.array([-40.0, -10.5, -9.5, -1.0, 0.0, 0.3, 9.999, 10.0, 77.0])
    constant = 10 - 10 * np.log(1 + 10 / 2)
    size = np.abs(pixels)
    expected = np.where(size < 10, 10 * np.log(1 + size / 2), size - constant) / 256
    assert_close(wing(torch.from_numpy(pixels / 256)), torch.from_numpy(expected))


def test_smooth_l1_is_torchs():
    errors = torch.linspace(-0.1, 0.1, 41)
    expected = F.smooth_l1_loss(errors, torch.zeros(41), beta=0.01, reduction="none")
    assert_close(LOSSES["smooth-l1"](errors), expected)


@pytest.mark.parametrize("kind", LOSSES)
def test_a_loss_is_of_errors_as_fractions_of_the_sides(kind):
    true, off = (
        points(),
        torch.tensor([2.65, -4.1]),
    )  # a twentieth of the width, a tenth of the height
    answers = as_answers(true + off, SIZE)
    expected = LOSSES[kind](torch.tensor([0.05, 0.1], dtype=torch.float64)).mean().float()
    inside = true[:, :, :].clone()
    assert_close(points_loss(answers, inside, SIZE, kind), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", LOSSES)
def test_points_that_are_not_known_cost_nothing_and_pull_nowhere(kind):
    true = points()
    true[1, 2] = NAN
    true[3, 0] = torch.tensor([-7.0, 3.0])  # outside
    answers = (as_answers(points() + 3, SIZE)).requires_grad_()
    loss = points_loss(answers, true, SIZE, kind)
    loss.backward()
    assert loss.isfinite()
    gradient = answers.grad.view(5, 3, 2)
    pulled = gradient.abs().sum(2) > 0
    assert not pulled[1, 2]
    assert not pulled[3, 0]
    assert pulled.sum() == 13
    kept = torch.ones(5, 3, dtype=torch.bool)
    kept[1, 2] = kept[3, 0] = False
    each = points_loss(answers.view(5, 3, 2)[kept].flatten()[None], true[kept][None], SIZE, kind)
    assert_close(loss, each)


def test_a_batch_without_any_point_has_no_loss():
    answers = torch.zeros(2, 6, requires_grad=True)
    loss = points_loss(answers, torch.full((2, 3, 2), NAN), SIZE, "wing")
    loss.backward()
    assert loss == 0
    assert not answers.grad.any()


def test_units_are_a_distance_a_diagonal_or_the_side():
    true = torch.tensor(
        [[[10.0, 10.0], [13.0, 14.0], [10.0, 34.0]], [[1.0, 1.0], [NAN, NAN], [4.0, 5.0]]]
    )
    assert_close(
        units(true, Scheme(measure=(0, 1)), SIZE), torch.tensor([5.0, NAN]), equal_nan=True
    )
    assert_close(units(true, Scheme(), SIZE), torch.tensor([(9 + 576) ** 0.5, 5.0]))
    assert units(true[:, :1], Scheme(), SIZE).tolist() == [53, 53]
    same = torch.ones(1, 3, 2)
    assert units(same, Scheme(), SIZE).isnan().all()
    assert units(same * NAN, Scheme(), SIZE).isnan().all()


def test_errors_are_distances_over_the_unit():
    true = points()
    true[2, 1] = NAN
    found = true.nan_to_num(7.0) + torch.tensor([3.0, -4.0])
    errors = point_errors(found, true, Scheme(measure=(0, 2)), SIZE)
    for i in range(5):
        for j in range(3):
            if (i, j) == (2, 1):
                assert errors[i, j].isnan()
            else:
                expected = 5 / np.linalg.norm((true[i, 0] - true[i, 2]).numpy())
                assert errors[i, j].item() == pytest.approx(expected, rel=1e-5)


def test_the_task_watches_the_loss_and_tells_the_mean_of_the_images_means():
    true, scheme = points(), Scheme(measure=(0, 1))
    true[0, 2] = NAN
    found = points() + torch.rand(5, 3, 2, generator=torch.Generator().manual_seed(9))
    task = points_task(scheme, SIZE, "smooth-l1")
    measured = task.measure(as_answers(found, SIZE), true)
    assert task.monitored == "loss"
    assert tuple(measured) == task.metrics == ("loss", "error")
    errors = point_errors(found, true, scheme, SIZE)
    means = [np.nanmean(row) for row in errors.numpy()]
    assert measured["error"] == pytest.approx(np.mean(means), rel=1e-4)
    expected = measure_points(
        as_answers(found, SIZE), true, scheme=scheme, image_size=SIZE, loss="smooth-l1"
    )
    assert measured == expected
