import pytest
import torch
from torch import nn

from convscope.networks.shape_words import in_words, stride_between


def test_shapes_in_words():
    assert in_words((16, 5, 7)) == "16 maps of 5x7"
    assert in_words((1, 5, 7)) == "1 map of 5x7"
    assert in_words((6, 29)) == "6 sequences of 29"
    assert in_words((1024,)) == "1,024 values in a row"
    assert in_words(()) == "1 value"


@pytest.mark.parametrize("stride", [1, 2, 3, 5])
def test_the_stride_between_two_shapes_is_that_of_the_convolution(stride):
    larger = (3, 11, 13)
    smaller = nn.Conv2d(3, 7, 1, stride)(torch.zeros(2, *larger)).shape[1:]
    assert stride_between(larger, tuple(smaller)) == stride


def test_no_stride_lies_between_shapes_that_do_not_fit():
    assert stride_between((3, 11, 13), (3, 6, 4)) is None
    assert stride_between((3, 11), (3, 12)) is None
