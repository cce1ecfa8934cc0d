import re
from fractions import Fraction

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn import functional as F

from convscope.errors import BadValue
from convscope.filters import geometry
from convscope.filters.geometry import (
    decimal,
    output_size,
    padding_sides,
    same_padding,
    transposed_size,
)
from tests.filters.formulas import sides

sizes = st.integers(1, 19)
kernels = st.integers(1, 7)
steps = st.integers(1, 4)
paddings = st.integers(0, 4)


def check(worked, value: int) -> None:
    assert worked.value == value
    assert sides(worked.formula)[-1] == value


def conv_size(size: int, kernel_size: int, **arguments) -> int:
    """What torch gives; `RuntimeError` where the kernel does not fit."""
    return F.conv1d(torch.zeros(1, 1, size), torch.zeros(1, 1, kernel_size), **arguments).shape[-1]


@given(sizes, kernels, steps, paddings, steps)
def test_the_output_size_is_torchs_and_what_torch_refuses_is_refused(size, k, stride, padding, d):
    arguments = {"stride": stride, "padding": padding, "dilation": d}
    try:
        expected = conv_size(size, k, **arguments)
    except RuntimeError:
        with pytest.raises(BadValue, match="does not fit") as refused:
            output_size(size, k, **arguments)
        advice = re.findall(r"at least (\d+).* <= (\d+)", str(refused.value))
        enough, largest = map(int, advice[0])
        output_size(size, k, stride, enough, d)
        output_size(size, largest, **arguments)
        for p, kernel_size in ((enough - 1, k), (padding, largest + 1)):
            with pytest.raises(BadValue, match="does not fit"):
                output_size(size, kernel_size, stride, p, d)
    else:
        check(output_size(size, k, **arguments), expected)


@given(sizes, kernels, steps, paddings, steps)
def test_with_ceil_it_is_the_size_of_torchs_pooling(size, k, stride, padding, d):
    assume(padding <= k // 2)  # as torch demands
    signal = torch.zeros(1, 1, 1, size)
    try:
        maps = F.max_pool2d(signal, (1, k), (1, stride), (0, padding), (1, d), ceil_mode=True)
    except RuntimeError:
        with pytest.raises(BadValue, match="does not fit"):
            output_size(size, k, stride, padding, d, ceil=True)
    else:
        check(output_size(size, k, stride, padding, d, ceil=True), maps.shape[-1])


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@given(sizes, kernels, steps)
def test_same_padding_keeps_the_size(size, k, d):
    check(output_size(size, k, padding="same", dilation=d), size)
    before, after = padding_sides("same", k, 1, d)
    assert same_padding(k, d).value == before
    padded = F.pad(torch.zeros(1, 1, size), (before, after))
    assert F.conv1d(padded, torch.zeros(1, 1, k), dilation=d).shape[-1] == size
    weight = torch.arange(1.0, k + 1)[None, None]
    signal = torch.arange(1.0, size + 1)[None, None]
    own = F.conv1d(F.pad(signal, (before, after)), weight, dilation=d)
    torch.testing.assert_close(own, F.conv1d(signal, weight, padding="same", dilation=d))


@given(sizes, kernels, steps, paddings, st.integers(0, 3), steps)
def test_the_transposed_size_is_torchs(size, k, stride, padding, output_padding, d):
    arguments = (size, k, stride, padding, output_padding, d)
    try:
        maps = F.conv_transpose1d(
            torch.zeros(1, 1, size),
            torch.zeros(1, 1, k),
            stride=stride,
            padding=padding,
            output_padding=output_padding,
            dilation=d,
        )
    except RuntimeError:
        with pytest.raises(BadValue, match="is too large for|nothing is left"):
            transposed_size(*arguments)
    else:
        check(transposed_size(*arguments), maps.shape[-1])


def test_formulas_as_they_are_read():
    assert output_size(130, 3).formula == "(130 - 3 + 2*0)/1 + 1 = 128"
    assert output_size(128, 4, 4).formula == "(128 - 4 + 2*0)/4 + 1 = 32"
    assert output_size(10, 3, 2).formula == "floor((10 - 3 + 2*0)/2) + 1 = floor(3.5) + 1 = 4"
    assert (
        output_size(10, 3, 2, ceil=True).formula == "ceil((10 - 3 + 2*0)/2) + 1 = ceil(3.5) + 1 = 5"
    )
    assert output_size(10, 3, 3, dilation=2).formula == (
        "effective kernel 2*(3 - 1) + 1 = 5: floor((10 - 5 + 2*0)/3) + 1 = floor(1.66...) + 1 = 2"
    )
    assert output_size(10, 4, padding="same").formula == "(10 - 4 + 1 + 2)/1 + 1 = 10"
    assert output_size(10, 4, padding="valid").formula == "(10 - 4 + 2*0)/1 + 1 = 7"
    assert transposed_size(16, 3, 2, 1, 1).formula == "(16 - 1)*2 - 2*1 + 3 + 1 = 32"


def test_a_last_window_beyond_the_image_is_taken_away_and_said():
    assert output_size(5, 2, 3, 1, ceil=True).formula == (
        "ceil((5 - 2 + 2*1)/3) + 1 - 1 = ceil(1.66...) + 1 - 1 = 2 "
        "(one more window would start beyond the image)"
    )


def test_an_even_kernel_is_told_what_to_do():
    assert same_padding(3).formula == "(3 - 1)/2 = 1"
    assert same_padding(3, 2).formula == "effective kernel 2*(3 - 1) + 1 = 5: (5 - 1)/2 = 2"
    assert same_padding(4).formula == (
        "(4 - 1)/2 = 1.5, which cannot be halved: 1 before and 2 after (padding='same'), "
        "or use kernel_size 3 or 5"
    )


@given(st.fractions(-3, 40, max_denominator=3000))
def test_a_decimal_keeps_the_floor_and_the_ceiling_of_its_fraction(fraction):
    text = decimal(fraction)
    shown = Fraction(text.rstrip(".")) if text.endswith("...") else Fraction(text)
    assert (shown == fraction) == (not text.endswith("..."))
    assert abs(shown) <= abs(fraction) < abs(shown) + Fraction(1, 100)
    assert shown // 1 == fraction // 1
    assert -(-shown // 1) == -(-fraction // 1)


def test_decimals_as_they_are_read():
    shown = [
        decimal(Fraction(*f)) for f in [(7, 2), (7, 3), (-1, 3), (6, 2), (1, 700), (1999, 2000)]
    ]
    assert shown == ["3.5", "2.33...", "-0.33...", "3", "0.001...", "0.99..."]


def test_what_does_not_fit_is_answered_with_what_would():
    with pytest.raises(BadValue) as refused:
        output_size(5, 7, name="an image of 5x5")
    assert str(refused.value) == (
        "kernel_size 7 does not fit an image of 5x5 with padding 0: "
        "pad by at least 1, or use kernel_size <= 5"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"stride": 0}, "stride 0 is too small: use 1 or more"),
        ({"dilation": 0}, "dilation 0 is too small: use 1 or more"),
        ({"kernel_size": 0}, "kernel_size 0 is too small: use 1 or more"),
        ({"padding": -1}, "padding -1 is too small: use 0 or more"),
        ({"padding": "some"}, "padding 'some' is neither a number .*: did you mean same"),
        (
            {"padding": "same", "stride": 2},
            "padding 'same' keeps .* stride 2 does not: use stride 1",
        ),
        ({"dilation": 5}, r"kernel_size 3 with dilation 5 \(11 wide\) does not fit a size of 7"),
    ],
)
def test_impossible_numbers(arguments, sentence):
    with pytest.raises(BadValue, match=f"^{sentence}"):
        output_size(**{"size": 7, "kernel_size": 3, **arguments})


def test_every_formula_is_at_hand_here():
    assert geometry.conv_parameters(3, 10, 3).value == 280
    assert geometry.linear_parameters(3, 5).value == 20
    assert geometry.norm_parameters(3).value == 6
    assert geometry.conv_macs(3, 10, 3, (5, 7)).value == 9450
    assert geometry.linear_macs(3, 5).value == 15
    assert geometry.memory((3, 5)).value == 60
    assert geometry.receptive_field([(3, 1, 1)]).field.value == 3
