import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from PIL import Image as Picture
from scipy import ndimage
from torch import Tensor
from torch.nn import functional as F
from torch.testing import assert_close

from convscope.errors import BadValue
from convscope.filters.apply import MOST_SUMMED, chain, clipped, convolve_true, correlate, grey
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.kernels import gaussian, rows

SCIPYS = {"zero": "constant", "extend": "nearest", "mirror": "mirror", "wrap": "wrap"}
borders = st.sampled_from(list(SCIPYS))
sides = st.integers(1, 13)


def numbers(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64).to(
        dtype
    )


def each_channel(function, images: Tensor, kernel: Tensor, mode: str) -> np.ndarray:
    return np.array(
        [[function(c.numpy(), kernel.numpy(), mode=mode) for c in image] for image in images]
    )


@given(borders, sides, sides, sides, sides)
def test_each_border_answers_as_scipys_even_and_non_square_kernels_too(border, h, w, kh, kw):
    images, kernel = numbers(2, 3, h, w), numbers(kh, kw)
    expected = each_channel(ndimage.correlate, images, kernel, SCIPYS[border])
    assert_allclose(correlate(images, kernel, border), expected, atol=1e-11)


@given(borders, sides, sides, sides, sides)
def test_the_true_convolution_is_scipys(border, h, w, kh, kw):
    images, kernel = numbers(2, 3, h, w), numbers(kh, kw)
    expected = each_channel(ndimage.convolve, images, kernel, SCIPYS[border])
    assert_allclose(convolve_true(images, kernel, border), expected, atol=1e-11)


@pytest.mark.parametrize("size", [(3, 3), (2, 5), (7, 7), (8, 7), (31, 29)])
def test_a_cropped_answer_is_torchs_convolution_without_padding(size):
    images, kernel = numbers(2, 3, 37, 41), numbers(*size)
    expected = F.conv2d(images.flatten(0, 1)[:, None], kernel[None, None]).unflatten(0, (2, 3))
    assert_close(correlate(images, kernel, "crop"), expected[:, :, 0])


@pytest.mark.parametrize("size", [(3, 3), (7, 7), (31, 31)])
def test_single_precision_keeps_four_places(size):
    images, kernel = numbers(1, 1, 97, 101).clamp(0, 1), gaussian(size[0], size[0] / 5)
    expected = correlate(images, kernel)
    single = correlate(images.float(), kernel)
    assert single.dtype == torch.float32
    assert_close(single, expected.float(), atol=2e-6, rtol=0)


@pytest.mark.parametrize("size", [7, 8, 31])
def test_both_ways_to_sum_agree_about_where_the_kernel_lies(size):
    # one number at the far corner moves the image; a haze of tiny ones makes the kernel dense
    assert (size**2 > MOST_SUMMED) == (size > 7)
    images, sparse = numbers(1, 1, 37, 41), torch.zeros(size, size).double()
    sparse[0, size - 1] = 1
    assert_close(correlate(images, sparse), correlate(images, sparse + 1e-12), atol=1e-8, rtol=0)
    moved = images[0, 0].roll((size // 2, size // 2 - size + 1), (0, 1))
    assert_close(correlate(images, sparse, "wrap")[0, 0], moved)


def test_a_flat_area_vanishes_to_the_last_bit_under_a_small_kernel():
    flat = torch.full((1, 1, 11, 13), 200.0)
    for name in ("sobel-x", "laplacian", "laplacian-8", "course-4x4-1"):
        assert not correlate(flat, CATALOGUE[name].values).any()


def test_images_stay_as_they_were_and_kernels_of_any_type_do():
    images = numbers(1, 3, 11, 13)
    before = images.clone()
    whole = correlate(images, torch.tensor([[1, 2, 3]]))
    assert_close(whole, correlate(images, rows([1, 2, 3])))
    assert_close(correlate(images, torch.nn.Parameter(torch.tensor([[1.0, 2, 3]]))), whole)
    assert torch.equal(images, before)


def test_correlation_and_true_convolution_agree_where_half_a_turn_changes_nothing():
    images = numbers(1, 1, 11, 13)
    for name in ("gaussian-5", "box-3", "laplacian"):
        kernel = CATALOGUE[name].values
        assert_close(convolve_true(images, kernel), correlate(images, kernel))
    sobel = CATALOGUE["sobel-x"].values
    assert_close(convolve_true(images, sobel), -correlate(images, sobel))


def test_a_chain_is_one_kernel_after_the_other():
    images, blur, edge = numbers(2, 3, 11, 13), gaussian(5, 1.1), rows([-1, 0, 1])
    expected = each_channel(ndimage.correlate, images, blur, "nearest")
    expected = each_channel(ndimage.correlate, torch.from_numpy(expected), edge, "nearest")
    assert_allclose(chain(images, [blur, edge], "extend"), expected, atol=1e-12)
    assert chain(images, []) is images


def test_cropped_chains_shrink_by_every_kernel():
    assert chain(numbers(1, 1, 11, 13), [rows([1, 1], [1, 1])] * 3, "crop").shape == (1, 1, 8, 10)


def test_grey_is_pillows():
    pixels = np.random.default_rng(0).integers(0, 256, (11, 13, 3), dtype=np.uint8)
    images = torch.from_numpy(pixels).permute(2, 0, 1)[None].double()
    expected = np.asarray(Picture.fromarray(pixels).convert("L"), dtype=float)
    assert np.abs(grey(images)[0, 0].numpy() - expected).max() <= 0.501  # Pillow rounds
    assert_close(grey(torch.ones(2, 3, 5, 7)), torch.ones(2, 1, 5, 7))


def test_grey_leaves_grey_alone_and_refuses_other_channels():
    images = numbers(2, 1, 5, 7)
    assert grey(images) is images
    with pytest.raises(BadValue, match="images of 4 channels have no grey: 1 or 3 channels do"):
        grey(numbers(1, 4, 5, 7))


def test_clipped_rounds_half_to_even_and_saturates():
    # OpenCV's saturate_cast<uchar>: cvRound, then the nearest of 0..255
    values = torch.tensor([[[[-300.0, -0.51, -0.5, 0.5, 1.5, 2.5, 127.49, 254.5, 255.5, 1e6]]]])
    assert clipped(values).tolist() == [[[[0, 0, 0, 0, 2, 2, 127, 254, 255, 255]]]]
    assert clipped(values).dtype == torch.uint8


@pytest.mark.parametrize(
    "kernel", [torch.ones(3), torch.ones(0, 3), torch.tensor([[float("nan")]])]
)
def test_what_is_no_kernel_is_refused(kernel):
    with pytest.raises(BadValue, match="the kernel"):
        correlate(numbers(1, 1, 5, 7), kernel)
