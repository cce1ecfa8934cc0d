"""Each change against torch's own roll, rot90, pad and antialiased resizing."""

import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close

from convscope.evaluation.transformations import (
    Change,
    changes,
    paper,
    rotated,
    scaled,
    share_inside,
    shifted,
)

N, C, H, W = 5, 3, 11, 13
IMAGES = torch.rand(N, C, H, W, generator=torch.Generator().manual_seed(0))


def on_paper(images: torch.Tensor, margin: int, value: float = 0.75) -> torch.Tensor:
    return F.pad(images, [margin] * 4, value=value)


@pytest.mark.parametrize(("down", "right"), [(2, 0), (-2, 0), (0, 3), (0, -3), (-1, 2)])
def test_a_shift_is_torchs_roll_of_a_padded_image(down, right):
    framed = on_paper(IMAGES, 3)
    moved = shifted(framed, torch.full((N,), down), torch.full((N,), right), paper(framed))
    assert_close(moved, framed.roll((down, right), (2, 3)), rtol=0, atol=0)


def test_what_comes_in_is_what_was_asked_for_and_what_leaves_is_gone():
    ones = torch.ones(N, C, H, W)
    right = torch.tensor([0, 1, 5, 13, -4])
    around = torch.full((N, C, 1, 1), 0.25)
    moved = shifted(ones, torch.zeros(N, dtype=torch.long), right, around)
    gone = right.abs()[:, None].expand(N, C) * H
    assert torch.equal((moved == 0.25).sum((2, 3)), gone)
    assert torch.equal((moved == 1).sum((2, 3)), H * W - gone)


def test_quarter_turns_are_torchs_rot90():
    square = IMAGES[:, :, :, :11]
    degrees = torch.tensor([0.0, 90.0, 180.0, -90.0, 360.0])
    turned = rotated(square, degrees, paper(square))
    expected = [image.rot90(k, (1, 2)) for image, k in zip(square, (0, 1, 2, 3, 0), strict=True)]
    assert_close(turned, torch.stack(expected), atol=1e-5, rtol=0)


def test_half_a_turn_of_an_image_that_is_not_square_is_both_flips():
    turned = rotated(IMAGES, torch.full((N,), 180.0), paper(IMAGES))
    assert_close(turned, IMAGES.flip(2, 3), atol=1e-5, rtol=0)


def test_a_quarter_turn_of_an_image_that_is_not_square_keeps_its_middle():
    turned = rotated(IMAGES, torch.full((N,), 90.0), torch.full((N, C, 1, 1), 0.5))
    assert_close(turned[..., 1:-1], IMAGES[..., 1:-1].rot90(1, (2, 3)), atol=1e-5, rtol=0)
    assert_close(turned[..., [0, -1]], torch.full((N, C, H, 2), 0.5))


def test_a_small_turn_moves_a_point_as_the_rotation_matrix_says():
    image = torch.zeros(1, 1, 41, 41)
    image[0, 0, 20, 33] = 1  # 13 to the right of the centre
    turned = rotated(image, torch.tensor([30.0]), torch.zeros(1))[0, 0]
    y, x = (turned * torch.arange(41.0)[:, None]).sum(), (turned * torch.arange(41.0)).sum()
    mass = turned.sum()
    assert (x / mass - 20).item() == pytest.approx(13 * 3**0.5 / 2, abs=0.3)
    assert (y / mass - 20).item() == pytest.approx(-13 / 2, abs=0.3)  # anticlockwise: upwards


def test_once_the_size_is_the_image_itself():
    assert_close(scaled(IMAGES, 1.0, paper(IMAGES)), IMAGES)


@pytest.mark.parametrize(("size", "times"), [((12, 20), 1 / 2), ((11, 17), 1 / 3)])
def test_smaller_is_torchs_antialiased_resizing_laid_on_paper(size, times):
    images = on_paper(torch.rand(2, C, *size), 8)  # the margins of the result are whole pixels
    h, w = images.shape[2:]
    resized = F.interpolate(
        images, (round(h * times), round(w * times)), mode="bilinear", antialias=True
    )
    top, left = (h - resized.shape[2]) // 2, (w - resized.shape[3]) // 2
    expected = F.pad(resized, (left, left, top, top), value=0.75)
    assert_close(scaled(images, times, paper(images)), expected, atol=1e-5, rtol=0)


def test_larger_is_torchs_bilinear_resizing_cut_to_the_window():
    resized = F.interpolate(IMAGES, (3 * H, 3 * W), mode="bilinear")
    expected = resized[:, :, H : 2 * H, W : 2 * W]
    assert_close(scaled(IMAGES, 3.0, paper(IMAGES)), expected, atol=1e-5, rtol=0)


def test_an_empty_sheet_stays_empty_whatever_is_done_to_it():
    sheet = torch.tensor([0.1, 0.5, 1.0]).view(1, 3, 1, 1).expand(N, C, H, W)
    for kind in ("shift", "scale", "rotate"):
        for change in changes(kind, 11):
            assert_close(change(sheet, paper(sheet)), sheet)


def test_paper_is_the_middle_of_the_outermost_pixels_of_each_channel():
    images = torch.zeros(2, 3, 5, 7)
    images[0] = 1
    images[0, :, 1:-1, 1:-1] = 0  # white paper, black inside
    images[1, 1, 0, :3] = 0.5  # a few that are not
    expected = torch.tensor([[1.0, 1, 1], [0, 0, 0]])
    assert torch.equal(paper(images)[:, :, 0, 0], expected)


def test_amounts_rise_and_reach_as_far_as_they_say():
    for kind, first, last in (("shift", 1, 14), ("scale", 0.2, 2.0), ("rotate", 15, 180)):
        amounts = [change.amount for change in changes(kind, 28)]
        assert amounts == sorted(set(amounts))
        assert (amounts[0], amounts[-1]) == (first, last)
    assert 1.0 not in [change.amount for change in changes("scale", 28)]
    assert [change.amount for change in changes("shift", 8)] == [1, 2, 3, 4]
    assert [change.amount for change in changes("shift", 224)][:2] == [8, 16]


def test_images_go_to_all_sides_and_the_same_ones_at_every_amount():
    spot = torch.zeros(200, 1, 9, 9)
    spot[:, :, 4, 4] = 1
    sides = {}
    for amount in (1.0, 3.0):
        where = Change("shift", amount)(spot, torch.zeros(1)).flatten(1).argmax(1)
        rows, columns = where // 9 - 4, where % 9 - 4
        assert set((rows.abs() + columns.abs()).tolist()) == {int(amount)}
        sides[amount] = torch.stack([rows, columns], 1) / amount
    assert torch.equal(sides[1.0], sides[3.0])
    counts = sides[1.0].unique(dim=0, return_counts=True)[1]
    assert len(counts) == 4
    assert counts.min() > 30
    turned = Change("rotate", 90.0)(torch.eye(9)[None, None].repeat(200, 1, 1, 1), torch.zeros(1))
    assert_close(turned[0], turned[1], atol=1e-5, rtol=0)  # a diagonal's turns are alike
    bar = torch.zeros(200, 1, 9, 9)
    bar[:, :, 4, 6] = 1
    where = Change("rotate", 90.0)(bar, torch.zeros(1)).flatten(1).argmax(1)
    assert sorted(set(where.tolist())) == [2 * 9 + 4, 6 * 9 + 4]


def test_what_is_inside_is_counted_by_contrast_not_by_area():
    images = torch.full((1, 1, 20, 20), 0.75)
    images[:, :, 5:15, 5:15] = 0.25  # dark on bright
    assert share_inside(images, Change("shift", 5.0)) == pytest.approx(1)
    assert share_inside(images, Change("shift", 7.0)) == pytest.approx(0.8)
    assert share_inside(images, Change("scale", 0.5)) == pytest.approx(1, abs=1e-3)
    assert share_inside(images, Change("scale", 4.0)) == pytest.approx(0.25, abs=0.05)
    assert share_inside(images, Change("rotate", 45.0)) == pytest.approx(1, abs=0.01)
    assert share_inside(torch.ones(1, 1, 20, 20), Change("shift", 9.0)) == 1  # nothing to lose
