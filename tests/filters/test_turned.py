import pytest
import torch
from scipy import ndimage
from torch.testing import assert_close

from convscope.filters.apply import convolve_true, correlate
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.kernels import Kernel
from convscope.filters.turned import turned, turning


def kernel_of(*size: int) -> Kernel:
    values = torch.randn(*size, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    return Kernel(name="own", values=values, about="", finds="")


@pytest.mark.parametrize("border", ["zero", "extend", "mirror", "wrap"])
@pytest.mark.parametrize("size", [(3, 3), (4, 4), (2, 5), (5, 2), (1, 4)])
def test_the_turned_kernel_correlates_to_the_true_convolution(size, border):
    images = torch.randn(2, 3, 11, 13, dtype=torch.float64)
    kernel = kernel_of(*size)
    answer = correlate(images, turned(kernel).values, border)
    assert_close(answer, convolve_true(images, kernel.values, border))


@pytest.mark.parametrize("size", [(3, 5), (4, 2)])
def test_it_is_what_scipy_calls_convolution(size):
    image = torch.randn(11, 13, dtype=torch.float64)
    kernel = kernel_of(*size)
    expected = ndimage.convolve(image.numpy(), kernel.values.numpy(), mode="constant")
    answer = correlate(image[None, None], turned(kernel).values, "zero")[0, 0]
    assert_close(answer, torch.from_numpy(expected))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gaussian-5", "gaussian-5 is the same when turned"),
        ("sobel-x", "sobel-x turned is its negative: every answer changes its sign"),
        ("emboss", "emboss turned is another kernel, with other answers"),
        (
            "course-4x4-1",
            "course-4x4-1 turned is its negative: every answer changes its sign, "
            "one pixel further on (an even side)",
        ),
    ],
)
def test_what_the_turn_changes_is_said(name, said):
    assert turning(CATALOGUE[name]) == said


def test_the_name_says_that_it_is_turned():
    assert turned(CATALOGUE["sobel-x"]).name == "sobel-x turned"
