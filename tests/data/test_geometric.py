import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy import ndimage
from torch import Tensor
from torch.nn import functional as F
from torch.testing import assert_close

from convscope.data.geometric import Affine, Flip, ResizedCrop, Rotate, Shift

C, H, W = 3, 11, 13
TARGETS = torch.tensor([4])


def picture(h: int = H, w: int = W) -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).random((1, C, h, w), dtype=np.float32))


def changed(change, *draws: float, images: Tensor | None = None) -> Tensor:
    one = picture() if images is None else images
    images, targets = change(one, TARGETS, torch.tensor([draws]))
    assert targets is TARGETS
    return images


def test_a_flip_mirrors_where_the_draw_is_below_its_probability():
    assert_close(changed(Flip(), 0.0), picture().flip(3))
    assert_close(changed(Flip(), 0.499), picture().flip(3))
    assert_close(changed(Flip(), 0.5), picture())
    assert_close(changed(Flip(0.0), 0.0), picture())
    assert_close(changed(Flip(1.0), 0.999), picture().flip(3))


@pytest.mark.parametrize("pixels", [0, 1, 4, 10])
def test_a_shift_is_padding_by_reflection_and_a_crop(pixels):
    padded = F.pad(picture(), [pixels] * 4, mode="reflect")
    places = 2 * pixels + 1
    for down in range(places):
        for right in range(places):
            draws = (down + 0.5) / places, (right + 0.5) / places
            expected = padded[:, :, down : down + H, right : right + W]
            assert torch.equal(changed(Shift(pixels), *draws), expected)


def test_the_ends_of_the_draws_are_the_ends_of_the_shift():
    last = float(np.nextafter(np.float32(1), np.float32(0)))
    padded = F.pad(picture(), [4] * 4, mode="reflect")
    assert torch.equal(changed(Shift(4), 0.0, 0.0), padded[:, :, :H, :W])
    assert torch.equal(changed(Shift(4), last, last), padded[:, :, -H:, -W:])


def test_a_shift_beyond_the_image_is_reflected_again():
    # numpy reflects as often as needed, torch refuses
    small = picture(2, 3)
    padded = np.pad(small.numpy(), [(0, 0), (0, 0), (7, 7), (7, 7)], mode="reflect")
    assert_close(changed(Shift(7), 0.0, 0.0, images=small).numpy(), padded[:, :, :2, :3].copy())
    one = picture(1, 1)
    assert_close(changed(Shift(7), 0.9, 0.1, images=one), one)


@pytest.mark.parametrize(
    ("change", "draws"),
    [
        (Rotate(45.0), (0.5,)),
        (Rotate(0.0), (0.9,)),
        (Affine(), (0.5, 0.5, 0.5, 0.5)),
        (Affine(0.0, 0.0, 0.0), (0.9, 0.1, 0.8, 0.3)),
        (ResizedCrop(1.0), (0.7, 0.1, 0.9)),
    ],
)
def test_a_change_by_nothing_is_the_identity(change, draws):
    assert_close(changed(change, *draws), picture(), atol=2e-6, rtol=0)


@pytest.mark.parametrize(("draw", "quarters"), [(0.0, -1), (0.25, 0), (0.5, 1), (0.75, 2)])
def test_quarter_turns_of_a_square_are_rot90s_counterclockwise_for_larger_draws(draw, quarters):
    square = picture(11, 11)
    # 180 degrees to either side: the draws 0, 1/4, 1/2, 3/4 are -180, -90, 0, 90 degrees
    turned = changed(Rotate(180.0), draw, images=square)
    assert_close(turned, square.rot90(quarters - 1, (2, 3)), atol=1e-5, rtol=0)


@pytest.mark.parametrize("degrees", [-30.0, 7.0, 45.0])
def test_a_turn_of_an_image_that_is_not_square_is_scipys(degrees):
    turned = changed(Rotate(90.0), (degrees / 90 + 1) / 2)
    expected = ndimage.rotate(
        picture().numpy(), degrees, axes=(3, 2), reshape=False, order=1, mode="nearest"
    )
    assert_allclose(turned.numpy(), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("side", "right", "down", "top", "left"),
    [(W, 0.0, 0.5, 3, 0), (W, 1.0, 0.5, 3, 6), (H, 0.5, 0.0, 0, 3), (H, 0.5, 1.0, 6, 3)],
)
def test_an_affine_move_by_three_pixels_repeats_the_edge(side, right, down, top, left):
    padded = F.pad(picture(), [3] * 4, mode="replicate")
    moved = changed(Affine(0.0, 3 / side, 0.0), 0.5, right, down, 0.5)
    expected = padded[:, :, top : top + H, left : left + W]
    assert_close(moved, expected, atol=2e-5, rtol=0)


@pytest.mark.parametrize("draw", [0.0, 0.3, 0.9])
def test_an_affine_scale_is_scipys_zoom_about_the_middle(draw):
    grown = 1 + 0.2 * (2 * draw - 1)
    middle = np.array([0, 0, (H - 1) / 2, (W - 1) / 2])
    matrix = np.array([1, 1, 1 / grown, 1 / grown])
    expected = ndimage.affine_transform(
        picture().numpy(), matrix, middle - matrix * middle, order=1, mode="nearest"
    )
    assert_allclose(changed(Affine(0.0, 0.0, 0.2), 0.5, 0.5, 0.5, draw), expected, atol=1e-5)


@pytest.mark.parametrize(("right", "down"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_a_crop_is_a_corner_blown_up_by_torchs_interpolation(right, down):
    images = picture(22, 26)
    corner = images[:, :, 11 * down : 11 * down + 11, 13 * right : 13 * right + 13]
    cropped = changed(ResizedCrop(0.5), 0.0, float(right), float(down), images=images)
    expected = F.interpolate(corner, (22, 26), mode="bilinear")
    # at the window's rim its neighbours are seen too
    assert_close(cropped[:, :, 1:-1, 1:-1], expected[:, :, 1:-1, 1:-1], atol=1e-5, rtol=0)


def test_a_crop_never_leaves_the_image():
    # a ramp along each side: the window's values stay inside it, and the corners reach its ends
    across = torch.arange(W).expand(1, 1, H, W) / (W - 1.0)
    down = torch.arange(H)[:, None].expand(1, 1, H, W) / (H - 1.0)
    images = torch.cat([across, down], 1)
    for draws in torch.rand(50, 3, generator=torch.Generator().manual_seed(0)).tolist():
        window = changed(ResizedCrop(0.6), *draws, images=images)
        step = window[0, 0, 5].diff()[1:-1]  # an edge repeated outside would be a step of 0
        assert_close(step, torch.full_like(step, (0.6 + 0.4 * draws[0]) / (W - 1)))
