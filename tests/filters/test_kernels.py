import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy import ndimage
from torch.testing import assert_close

from convscope.errors import BadValue
from convscope.filters.kernels import (
    Kernel,
    box,
    check_kernel,
    derivative,
    gaussian,
    high_pass,
    identity,
    rows,
    unsharp,
)


def kernel(values) -> Kernel:
    return Kernel(name="mine", values=values, about="a trial", finds="nothing")


def impulse(side: int) -> np.ndarray:
    image = np.zeros((side, side))
    image[side // 2, side // 2] = 1
    return image


@pytest.mark.parametrize(
    ("smoothing", "scipys"), [((1, 2, 1), ndimage.sobel), ((1, 1, 1), ndimage.prewitt)]
)
def test_a_derivative_is_scipys(smoothing, scipys):
    # an impulse is answered with the kernel turned about
    answer = scipys(impulse(5), axis=1)[1:4, 1:4]
    assert_allclose(derivative(*smoothing).flip(0, 1), answer)


def test_scharrs_derivative_is_as_published():
    # Jaehne, Scharr, Koerkel 1999: 3 10 3 smooths, -1 0 1 derives
    assert derivative(3, 10, 3).tolist() == [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]]


@pytest.mark.parametrize(("radius", "sigma"), [(1, 0.8), (2, 1.1), (3, 1.4), (5, 7.0)])
def test_a_gaussian_is_scipys(radius, sigma):
    side = 2 * radius + 1
    answer = ndimage.gaussian_filter(impulse(side + 2), sigma, radius=radius)[1:-1, 1:-1]
    assert_allclose(gaussian(side, sigma), answer, atol=1e-15)


def test_an_even_gaussian_is_symmetric_about_its_middle():
    values = gaussian(4, 1.0)
    assert_close(values, values.flip(0))
    assert_close(values, values.flip(1))
    assert values.sum().item() == pytest.approx(1)


def test_a_box_is_a_mean():
    assert_close(box(7), torch.ones(7, 7).double() / 49)


@pytest.mark.parametrize("size", [3, 4, 5])
def test_the_identity_is_one_under_the_anchor(size):
    ones = identity(size).nonzero().tolist()
    assert ones == [[size // 2, size // 2]]


def test_high_pass_and_blur_add_up_to_the_image():
    assert_close(high_pass(5, 1.1) + gaussian(5, 1.1), identity(5))


def test_unsharp_adds_so_much_of_what_the_blur_takes_away():
    assert_close(unsharp(5, 1.1, 0.5), 1.5 * identity(5) - 0.5 * gaussian(5, 1.1))


@pytest.mark.parametrize(
    ("values", "total", "words"),
    [
        (rows([-1, 0, 1]), 0, "0: flat areas vanish"),
        (rows([0.1, 0.2], [0.3, 0.4]), 1, "1: brightness is kept"),
        (rows([1e9, -1e9, 1]), 1, "1: brightness is kept"),
        (rows([1, 2, 1], [2, 4, 2]), 12, "12"),
        (rows([-0.25, -0.5]), -0.75, "-0.75"),
        (torch.full((3, 3), 0.111).double(), 0.999, "0.999"),
        (rows([0.1, 0.2, -0.3]), 0, "0: flat areas vanish"),
        (rows([0.0, 0.0]), 0, "0: flat areas vanish"),
    ],
)
def test_a_kernels_sum_is_told_in_words(values, total, words):
    assert kernel(values).total == pytest.approx(total)
    assert kernel(values).sums_to == words


def test_a_kernels_size_is_its_rows_and_columns():
    assert kernel(rows([1, 2, 3], [4, 5, 6])).size == (2, 3)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (torch.ones(3), "mine is 3: a kernel has rows and columns"),
        (torch.ones(()), "mine is a single number: a kernel has rows"),
        (torch.ones(0, 3), "mine is 0 x 3: a kernel has rows"),
        (torch.ones(1, 2, 3), "mine is 1 x 2 x 3: a kernel has rows"),
        (torch.tensor([[1.0, float("nan")]]), "mine holds nan: a kernel's numbers are finite"),
        (torch.tensor([[1.0, float("-inf")]]), "mine holds -inf: a kernel's numbers are finite"),
        (rows([1.5e12]), "mine holds 1.5e+12: a kernel's numbers are finite, -1e12 to 1e12"),
    ],
)
def test_what_is_no_kernel_is_refused_by_its_name(values, words):
    with pytest.raises(BadValue) as refusal:
        kernel(values)
    assert words in str(refusal.value)


def test_whole_numbers_make_a_kernel_too():
    check_kernel(torch.tensor([[1, -2], [3, 10**12]]))


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: box(0), "size is 0: it must be above 0"),
        (lambda: identity(-1), "size is -1: it must be above 0"),
        (lambda: gaussian(3, 0.0), "sigma is 0.0: it must be above 0"),
        (lambda: high_pass(3, float("nan")), "sigma is nan: it must be above 0"),
    ],
)
def test_a_size_or_sigma_of_nothing_is_refused(build, words):
    with pytest.raises(BadValue) as refusal:
        build()
    assert str(refusal.value) == words
