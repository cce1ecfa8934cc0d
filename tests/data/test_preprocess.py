import json

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image as Picture
from torch.nn import functional as F
from torch.testing import assert_close

from convscope.data.catalogue import CATALOGUE
from convscope.data.preprocess import (
    Preprocessing,
    border_brightness,
    fit_preprocessing,
    pixel_order,
)
from convscope.errors import BadData, BadImage, BadValue

N, C, H, W = 5, 3, 11, 13
RNG = np.random.default_rng(0)
IMAGES = torch.from_numpy(RNG.integers(0, 256, (N, C, H, W), dtype=np.uint8))


def preprocessing(size=(H, W), resize=H, channels=C, **fields) -> Preprocessing:
    mean, std = (0.1, 0.3, 0.7)[:channels], (0.5, 0.25, 0.2)[:channels]
    return Preprocessing(size=size, resize=resize, channels=channels, mean=mean, std=std, **fields)


def smooth(h: int, w: int, c: int = 3) -> np.ndarray:
    """Waves along both sides, so that a wrong place or a wrong filter shows."""
    y, x, k = np.mgrid[:h, :w, :c]
    return (127 + 60 * np.sin(y / 3 + k) + 60 * np.cos(x / 5 - k)).astype(np.uint8)


def crop_by_pillow(pixels: np.ndarray, sized: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """`pixels` resized to `sized` (h, w), then the middle `size` of it."""
    resized = Picture.fromarray(pixels).resize(sized[::-1], Picture.Resampling.BILINEAR)
    top, left = (sized[0] - size[0]) // 2, (sized[1] - size[1]) // 2
    return np.asarray(resized)[top : top + size[0], left : left + size[1]]


@pytest.mark.parametrize(
    ("picture", "resize", "size", "sized"),
    [
        ((46, 92), 23, (23, 23), (23, 46)),  # a wide picture
        ((92, 46), 23, (23, 23), (46, 23)),  # a tall one
        ((47, 89), 29, (23, 23), (29, 55)),  # the crop takes off all sides: 89 * 29 / 47 = 54.9
        ((7, 7), 23, (23, 23), (23, 23)),  # enlarged
        ((23, 29), 11, (11, 13), (11, 14)),  # a size that is not square: 29 * 11 / 23 = 13.9
        ((29, 17), 11, (11, 13), (22, 13)),  # 29 * 13 / 17 = 22.2
    ],
)
def test_a_picture_is_resized_and_cropped_as_by_pillow(picture, resize, size, sized):
    pixels = smooth(*picture)
    stored = preprocessing(size, resize).store(pixels)
    assert stored.dtype == torch.uint8
    assert_array_equal(stored.permute(1, 2, 0), crop_by_pillow(pixels, sized, size))


def test_resizing_is_torchs_antialiased_bilinear_one():
    pixels = smooth(47, 94)
    stored = preprocessing((23, 46), 23).store(pixels)
    images = torch.from_numpy(pixels).permute(2, 0, 1)[None].float()
    expected = F.interpolate(images, (23, 46), mode="bilinear", antialias=True)[0]
    assert (stored - expected).abs().max() <= 1


def test_a_picture_of_the_right_size_is_stored_unchanged():
    for image in IMAGES:
        assert_close(preprocessing().store(image.permute(1, 2, 0).numpy()), image)


def test_grey_becomes_three_equal_channels_and_colours_become_their_luma():
    pixels = IMAGES[0].permute(1, 2, 0).numpy()
    tripled = preprocessing().store(pixels[:, :, 1:2])
    assert_close(tripled, IMAGES[0, 1:2].expand(3, H, W))
    grey = preprocessing(channels=1).store(pixels)
    luma = pixels @ np.array([0.299, 0.587, 0.114])  # ITU-R 601
    assert grey.shape == (1, H, W)
    assert np.abs(grey[0].numpy() - luma).max() <= 1


def test_inverting_swaps_dark_and_bright():
    pixels = IMAGES[0].permute(1, 2, 0).numpy()
    assert_close(preprocessing().store(pixels, invert=True), 255 - IMAGES[0])
    assert_close(
        preprocessing()(pixels, invert=True), preprocessing().normalize(255 - IMAGES[:1])[0]
    )


def test_normalising_removes_the_mean_and_divides_by_the_deviation():
    step = preprocessing()
    mean, std = (np.reshape(values, (3, 1, 1)) for values in (step.mean, step.std))
    expected = (IMAGES.numpy() / 255 - mean) / std
    assert_allclose(step.normalize(IMAGES).numpy(), expected, atol=1e-5)
    scaled = IMAGES.float() / 255
    before = scaled.clone()
    assert_allclose(step.normalize(scaled).numpy(), expected, atol=1e-5)
    assert_close(scaled, before)  # what came in is left alone


def test_a_picture_becomes_what_the_data_set_gives_for_it():
    step = preprocessing()
    assert_close(step(IMAGES[2].permute(1, 2, 0).numpy()), step.normalize(IMAGES)[2])


def test_restoring_undoes_normalising():
    step = preprocessing()
    assert_close(step.restore(step.normalize(IMAGES)), IMAGES.float() / 255)


def test_fitted_mean_and_deviation_are_numpys():
    fitted = fit_preprocessing(IMAGES)
    values = IMAGES.numpy() / 255
    assert_allclose(fitted.mean, values.mean((0, 2, 3)))
    assert_allclose(fitted.std, values.std((0, 2, 3)))
    assert (fitted.size, fitted.resize, fitted.channels) == ((H, W), H, C)
    normal = fitted.normalize(IMAGES)
    assert_close(normal.mean((0, 2, 3)), torch.zeros(C), atol=1e-5, rtol=0)
    assert_close(normal.std((0, 2, 3), correction=0), torch.ones(C))


def test_a_channel_that_is_the_same_everywhere_is_only_centred():
    images = IMAGES.clone()
    images[:, 1] = 51
    fitted = fit_preprocessing(images)
    assert fitted.std[1] == 1
    assert fitted.normalize(images)[:, 1].abs().max() < 1e-6


@pytest.mark.parametrize(("named", "low"), [("0..1", 0), ("-1..1", -1)])
def test_a_fixed_range_is_reached_from_end_to_end(named, low):
    ends = torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1).expand(2, C, H, W)
    normal = fit_preprocessing(IMAGES, named).normalize(ends)
    assert_close(normal[0], torch.full((C, H, W), float(low)))
    assert_close(normal[1], torch.ones(C, H, W))


def test_an_unknown_normalisation_or_number_of_channels_is_refused():
    with pytest.raises(BadValue, match=r"'max'.*fitted, 0\.\.1, -1\.\.1"):
        fit_preprocessing(IMAGES, "max")
    with pytest.raises(BadData, match="2 channels"):
        fit_preprocessing(IMAGES[:, :2])


@pytest.mark.parametrize(
    ("name", "mean", "std"),
    [
        ("mnist", [0.1307], [0.3081]),
        ("cifar10", [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]),
    ],
)
def test_mean_and_deviation_are_the_published_ones(name, mean, std, shared_data):
    pool, _ = CATALOGUE[name].read(None)
    fitted = fit_preprocessing(pool.images)
    assert_allclose(fitted.mean, mean, atol=1e-3)
    assert_allclose(fitted.std, std, atol=1e-3)


def test_json_and_back_is_the_same_value():
    for step in (preprocessing(), fit_preprocessing(IMAGES[:, :1])):
        assert Preprocessing.from_json(json.loads(json.dumps(step.to_json()))) == step


def test_border_brightness_is_the_mean_of_the_outermost_pixels():
    inner = np.zeros((H, W), bool)
    inner[1:-1, 1:-1] = True
    assert_allclose(border_brightness(IMAGES), IMAGES.numpy()[:, :, ~inner].mean() / 255)


@pytest.mark.parametrize(
    ("trained_on", "seen", "inverted"),
    [
        (0, 255, True),
        (255, 0, True),
        (0, 0, False),
        (255, 255, False),
        (0, 100, False),
        (127, 255, False),
    ],
)
def test_only_a_border_of_the_other_brightness_looks_inverted(trained_on, seen, inverted):
    fitted = fit_preprocessing(torch.full((N, 1, H, W), trained_on, dtype=torch.uint8))
    picture = torch.full((1, H, W), seen, dtype=torch.uint8)
    picture[:, 3:-3, 3:-3] = 255 - seen  # what is drawn does not count
    assert fitted.looks_inverted(picture) is inverted


def test_without_a_known_border_nothing_looks_inverted():
    assert not preprocessing().looks_inverted(torch.full((C, H, W), 255, dtype=torch.uint8))


def test_a_picture_that_would_blow_up_on_its_way_is_refused():
    thread = np.zeros((1, 1_000_000, 1), np.uint8)
    with pytest.raises(BadImage, match="1000000 x 1 pixels is too long and thin"):
        preprocessing((28, 28), 28, 1).store(thread)


def test_a_permutation_moves_every_pixel_the_same_in_every_image_and_channel():
    plain, moved = preprocessing(), preprocessing(permutation=7)
    order = pixel_order(7, H * W).numpy()
    assert sorted(order) == list(range(H * W))  # each pixel comes to exactly one place
    assert not np.array_equal(order, np.arange(H * W))
    for images in (
        IMAGES,
        IMAGES.float() / 255,
        IMAGES.contiguous(memory_format=torch.channels_last),
    ):
        expected = plain.normalize(images).numpy().reshape(N, C, H * W)[:, :, order]
        assert_array_equal(moved.normalize(images), expected.reshape(N, C, H, W))


def test_a_permutation_is_drawn_from_its_number_alone():
    first = pixel_order(3, 143).clone()
    pixel_order.cache_clear()
    torch.manual_seed(11)
    assert pixel_order(3, 143).equal(first)
    assert not pixel_order(5, 143).equal(first)
    assert first[:7].tolist() == [59, 94, 140, 106, 10, 83, 93]  # models on disk rely on it


def test_a_permuted_image_is_restored_to_its_own_places_and_stored_unpermuted():
    step, pixels = preprocessing(permutation=7), IMAGES[1].permute(1, 2, 0).numpy()
    assert_close(step.restore(step.normalize(IMAGES)), IMAGES.float() / 255)
    assert_close(step.store(pixels), IMAGES[1])  # what is looked at and compared stays a picture
    assert_close(step(pixels), step.normalize(IMAGES)[1])


def test_a_permutation_travels_in_json_and_older_files_have_none():
    step = fit_preprocessing(IMAGES, permutation=5)
    stored = json.loads(json.dumps(step.to_json()))
    assert Preprocessing.from_json(stored) == step
    assert stored.pop("permutation") == 5
    assert Preprocessing.from_json(stored) == fit_preprocessing(IMAGES)
