from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from torch.testing import assert_close

from convscope.errors import BadValue, UnknownName
from convscope.filters.borders import BORDERS, pad

NUMPYS: dict[str, Any] = {
    "zero": "constant",
    "extend": "edge",
    "mirror": "reflect",
    "wrap": "wrap",
}
sides = st.integers(1, 13)


def images(h: int = 11, w: int = 13) -> torch.Tensor:
    return torch.rand(2, 3, h, w, generator=torch.Generator().manual_seed(0))


def test_there_are_five_borders_and_each_says_what_it_does():
    assert list(BORDERS) == ["zero", "extend", "mirror", "wrap", "crop"]
    assert len(set(BORDERS.values())) == 5


@given(st.sampled_from(list(NUMPYS)), sides, sides, sides, sides)
def test_a_border_is_numpys_with_more_before_than_after(border, h, w, rows, columns):
    # sides of 1 and kernels wider than the image are among them
    around = (rows // 2, (rows - 1) // 2), (columns // 2, (columns - 1) // 2)
    expected = np.pad(images(h, w).numpy(), ((0, 0), (0, 0), *around), mode=NUMPYS[border])
    assert_array_equal(pad(images(h, w), (rows, columns), border).numpy(), expected)


def test_a_row_of_letters_shows_each_border():
    row = torch.tensor([[[[1.0, 2.0, 3.0, 4.0]]]])
    seen = {b: pad(row, (1, 6), b).flatten().int().tolist() for b in BORDERS if b != "crop"}
    assert seen == {
        "zero": [0, 0, 0, 1, 2, 3, 4, 0, 0],
        "extend": [1, 1, 1, 1, 2, 3, 4, 4, 4],
        "mirror": [4, 3, 2, 1, 2, 3, 4, 3, 2],
        "wrap": [2, 3, 4, 1, 2, 3, 4, 1, 2],
    }


def test_a_cropped_image_is_left_alone_as_long_as_the_kernel_fits():
    assert_close(pad(images(), (11, 13), "crop"), images())


@pytest.mark.parametrize("size", [(12, 1), (1, 14)])
def test_a_kernel_larger_than_a_cropped_image_is_refused(size):
    with pytest.raises(BadValue) as refusal:
        pad(images(), size, "crop")
    assert str(refusal.value).startswith(
        f"a kernel of {size[0]} x {size[1]} does not fit into an image of 11 x 13"
    )


def test_gradients_pass_through_a_border():
    inputs = images(3, 5).double().requires_grad_()
    for border in BORDERS:
        assert torch.autograd.gradcheck(lambda x, b=border: pad(x, (3, 2), b), inputs)


def test_an_unknown_border_is_answered_with_what_was_probably_meant():
    with pytest.raises(UnknownName) as refusal:
        pad(images(), (3, 3), "miror")
    assert str(refusal.value) == "no border is called 'miror': did you mean mirror?"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (torch.rand(11, 13), r"shape (11, 13) and torch.float32"),
        (torch.ones(1, 1, 5, 7, dtype=torch.uint8), r"shape (1, 1, 5, 7) and torch.uint8"),
        (torch.rand(1, 1, 0, 7), r"shape (1, 1, 0, 7) and torch.float32"),
    ],
)
def test_what_are_no_images_is_refused(wrong, words):
    with pytest.raises(BadValue) as refusal:
        pad(wrong, (3, 3), "mirror")
    assert words in str(refusal.value)
    assert "floats (n, c, h, w) can" in str(refusal.value)
