import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy import stats
from torch import Tensor
from torch.testing import assert_close

from convscope.data.photometric import Colour, Cutout, Mixup, shares_of

N, C, H, W = 2, 3, 11, 13
IMAGES = torch.from_numpy(np.random.default_rng(0).random((N, C, H, W), dtype=np.float32))
TARGETS = torch.tensor([1, 0])


def changed(change, *rows: tuple[float, ...], images: Tensor = IMAGES) -> Tensor:
    result, targets = change(images, TARGETS, torch.tensor(rows))
    assert targets is TARGETS
    return result


def test_draws_in_the_middle_leave_the_colours_alone():
    assert_close(changed(Colour(), *[(0.5, 0.5, 0.5)] * N), IMAGES)
    assert_close(changed(Colour(0.0), (0.1, 0.7, 0.9), (0.0, 0.3, 0.6)), IMAGES)


def test_brightness_contrast_and_saturation_are_scaled_in_turn():
    rows = [(0.1, 0.8, 0.3), (0.6, 0.05, 0.95)]
    expected = []
    for image, row in zip(IMAGES.numpy().astype(np.float64), np.array(rows), strict=True):
        brightness, contrast, saturation = 1 + 0.4 * (2 * row - 1)
        bright = image * brightness
        contrasted = bright.mean() + contrast * (bright - bright.mean())
        grey = contrasted.mean(0)
        expected.append(np.clip(grey + saturation * (contrasted - grey), 0, 1))
    assert_allclose(changed(Colour(0.4), *rows), np.stack(expected), atol=1e-6)


def test_a_grey_picture_stays_grey_whatever_its_saturation():
    grey = IMAGES[:, :1].repeat(1, 3, 1, 1)
    result = changed(Colour(1.0), (0.5, 0.5, 0.9), (0.5, 0.5, 0.0), images=grey)
    assert_close(result, grey)


@pytest.mark.parametrize("pixels", [1, 4, 5])
def test_cutouts_square_has_the_asked_size_and_the_mean_of_each_channel(pixels):
    # row 5 of 11, column 6 of 13: the middle of the picture
    result = changed(Cutout(pixels), (5.5 / H, 6.5 / W), (5.5 / H, 6.5 / W))
    top, left = 5 - pixels // 2, 6 - pixels // 2
    expected = IMAGES.numpy().copy()
    means = IMAGES.numpy().mean((2, 3), keepdims=True)
    expected[:, :, top : top + pixels, left : left + pixels] = means
    assert_allclose(result, expected, rtol=1e-6)
    assert ((result != IMAGES).sum((2, 3)) == pixels**2).all()


def test_cutouts_square_hangs_over_the_edge():
    last = 0.999
    result = changed(Cutout(4), (0.0, 0.0), (last, last))
    where = result != IMAGES
    assert where[0].nonzero().amax(0).tolist() == [C - 1, 1, 1]
    assert where[0].sum() == C * 2 * 2
    assert where[1].nonzero().amin(0).tolist() == [0, H - 3, W - 3]
    assert where[1].sum() == C * 3 * 3


def test_every_pixel_can_be_cut_out():
    everywhere = [((i + 0.5) / H, (j + 0.5) / W) for i in range(H) for j in range(W)]
    images = IMAGES[:1].expand(len(everywhere), C, H, W)
    result, _ = Cutout(1)(images, torch.zeros(len(images), dtype=int), torch.tensor(everywhere))
    assert ((result != images)[:, 0].int().sum(0) == 1).all()


def test_partners_are_spread_evenly_over_the_training_part():
    draws = torch.stack([torch.arange(700) / 700, torch.zeros(700)], 1)
    assert torch.bincount(Mixup().partners(draws, 7)).tolist() == [100] * 7
    last = torch.tensor([[float(np.nextafter(np.float32(1), np.float32(0))), 0.0]])
    assert Mixup().partners(last, 50_000).tolist() == [49_999]


def test_with_an_even_share_mixup_is_the_weighted_mean():
    # Beta(1, 1) is even: the draw is the partner's share
    partner = IMAGES.flip(0)
    draws = torch.tensor([[0.0, 0.25], [0.0, 0.9]])
    mixed, shares = Mixup(1.0).mix(draws, (IMAGES, TARGETS), (partner, TARGETS.flip(0)), 3)
    assert_close(mixed[0], 0.75 * IMAGES[0] + 0.25 * IMAGES[1])
    assert_close(mixed[1], 0.1 * IMAGES[1] + 0.9 * IMAGES[0])
    assert_close(shares, torch.tensor([[0.25, 0.75, 0.0], [0.1, 0.9, 0.0]]))


@pytest.mark.parametrize("alpha", [0.2, 1.0, 3.0])
def test_shares_follow_the_beta_distribution(alpha):
    draws = torch.stack([torch.zeros(499), (torch.arange(499) + 0.5) / 499], 1)
    black, white = torch.zeros(499, 1, 1, 1), torch.ones(499, 1, 1, 1)
    targets = torch.zeros(499, dtype=torch.long)
    mixed, _ = Mixup(alpha).mix(draws, (black, targets), (white, targets), 2)
    assert stats.kstest(mixed.flatten().numpy(), stats.beta(alpha, alpha).cdf).statistic < 0.02


def test_classes_become_shares_and_shares_stay():
    shares = shares_of(TARGETS, 3)
    assert_close(shares, torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]))
    assert shares_of(shares, 3) is shares
