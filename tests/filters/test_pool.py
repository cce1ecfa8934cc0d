import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F
from torch.testing import assert_close

from convscope.errors import BadValue
from convscope.filters.pool import explain_pool, pool
from tests.filters.cases import corners_and_middle, each_axis, images

MAXIMA = {1: F.max_pool1d, 2: F.max_pool2d}
MEANS = {1: F.avg_pool1d, 2: F.avg_pool2d}


@st.composite
def cases(draw, most_dilation: int = 1):
    """(images, kernel_size, stride, padding, dilation, ceil) that torch takes."""
    axes = draw(st.sampled_from([1, 2, 2]))
    kernel = draw(each_axis(st.integers(1, 4), axes))
    stride = draw(st.none() | each_axis(st.integers(1, 4), axes))
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    dilation = draw(each_axis(st.integers(1, most_dilation), axes))
    return draw(images(3, axes)), kernel, stride, padding, dilation, draw(st.booleans())


@given(cases(most_dilation=2), st.booleans())
def test_maxima_and_their_places_are_torchs(case, with_ties):
    pictures, kernel, stride, padding, dilation, ceil = case
    pictures = pictures.round() if with_ties else pictures
    arguments = (kernel, stride, padding, dilation, ceil)
    torchs = MAXIMA[pictures.ndim - 2]
    values, places = torchs(pictures, *arguments, return_indices=True)
    pooled = pool(pictures, "max", *arguments)
    assert_close(pooled.values, values)
    assert pooled.places is not None
    assert_close(pooled.places, places)
    for at in corners_and_middle(values.shape):
        worked = explain_pool(pictures, "max", *arguments, at=at)
        assert worked.value == worked.window.max() == values[at]
        assert worked.place == places[at]
        assert pictures[at[:2]].flatten()[worked.place] == values[at]


@given(cases(), st.booleans())
def test_means_are_torchs(case, count_include_pad):
    pictures, kernel, stride, padding, _, ceil = case
    expected = MEANS[pictures.ndim - 2](pictures, kernel, stride, padding, ceil, count_include_pad)
    arguments = (kernel, stride, padding, 1, ceil, count_include_pad)
    pooled = pool(pictures, "average", *arguments)
    assert_close(pooled.values, expected)
    assert pooled.places is None
    for at in corners_and_middle(expected.shape):
        worked = explain_pool(pictures, "average", *arguments, at=at)
        assert worked.value == pytest.approx(float(expected[at]), abs=1e-12)
        assert worked.place is None


def test_a_dilated_mean_is_a_convolution_of_equal_weights():
    picture = torch.randn(2, 1, 11, 13, dtype=torch.float64)
    weight = torch.full((1, 1, 3, 2), 1 / 6, dtype=torch.float64)
    expected = F.conv2d(picture, weight, None, (2, 1), 1, (2, 3))
    assert_close(pool(picture, "average", (3, 2), (2, 1), 1, (2, 3)).values, expected)


@pytest.mark.parametrize("kind", ["max", "average"])
def test_the_stride_is_the_kernel_and_the_kernel_2_unless_given(kind):
    picture = torch.randn(2, 3, 8, 12)
    assert_close(pool(picture, kind).values, pool(picture, kind, 2, 2).values)
    assert pool(picture, kind, (2, 3)).values.shape == (2, 3, 4, 4)


def test_the_last_window_is_kept_only_if_asked_for():
    signal = torch.tensor([[[1.0, 5, 2, 3, 4]]])
    assert pool(signal).values.tolist() == [[[5, 3]]]
    kept = pool(signal, ceil=True)
    assert kept.values.tolist() == [[[5, 3, 4]]]
    assert kept.places is not None
    assert kept.places.tolist() == [[[1, 3, 4]]]
    assert pool(signal, "average", ceil=True).values.tolist() == [[[3, 2.5, 4]]]


def test_nan_and_minus_infinity_as_in_torch():
    signal = torch.tensor([[[1.0, math.nan, 2, -math.inf, -math.inf, 3, math.nan, math.nan]]])
    values, places = F.max_pool1d(signal, 2, 1, return_indices=True)
    pooled = pool(signal, "max", 2, 1)
    assert_close(pooled.values, values, equal_nan=True)
    assert_close(pooled.places, places)
    for position in range(7):
        worked = explain_pool(signal, "max", 2, 1, at=(0, 0, position))
        assert worked.place == places[0, 0, position]
        assert worked.value == values[0, 0, position] or math.isnan(worked.value)


def test_a_window_with_gaps_may_meet_no_pixel():
    """Its two cells lie to the left and to the right of the only pixel."""
    pixel = torch.ones(1, 1, 1)
    pooled = pool(pixel, "max", 2, 1, 1, dilation=2)
    assert pooled.values.tolist() == [[[-math.inf]]]
    assert pooled.places is not None
    assert pooled.places.tolist() == [[[-1]]]
    assert explain_pool(pixel, "max", 2, 1, 1, 2, at=(0, 0, 0)).place == -1
    average = pool(pixel, "average", 2, 1, 1, 2, count_include_pad=False)
    assert average.values.isnan().all()
    worked = explain_pool(pixel, "average", 2, 1, 1, 2, count_include_pad=False, at=(0, 0, 0))
    assert math.isnan(worked.value)


@pytest.mark.parametrize("kind", ["max", "average"])
def test_the_gradient_is_torchs(kind):
    picture = torch.randn(2, 3, 7, 11, dtype=torch.float64, requires_grad=True)
    torchs = F.max_pool2d if kind == "max" else F.avg_pool2d
    own, expected = pool(picture, kind, 3, 2, 1).values, torchs(picture, 3, 2, 1)
    toward = torch.randn_like(expected)
    own, expected = (torch.autograd.grad(maps, picture, toward)[0] for maps in (own, expected))
    assert_close(own, expected)


def test_whole_numbers_are_pooled_as_floats():
    picture = torch.arange(35, dtype=torch.uint8).reshape(1, 1, 5, 7)
    assert_close(pool(picture).values, F.max_pool2d(picture.float(), 2))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"kind": "maximum"}, "no pooling is called 'maximum': "),
        ({"kernel_size": 7}, "kernel_size 7 does not fit an image of 5x11 with padding 0"),
        ({"padding": 2}, "padding 2 is more than half of kernel_size 2: use 1 or less"),
        ({"stride": 0}, "stride 0 is too small"),
        ({"kernel_size": (2, 2, 2)}, r"kernel_size \(2, 2, 2\) has 3 numbers for 2 axes"),
        ({"images": torch.zeros(5, 11)}, r"images of shape \(5, 11\) cannot be slid over"),
    ],
)
def test_what_does_not_fit_is_answered(arguments, sentence):
    arguments = {"images": torch.zeros(2, 3, 5, 11), **arguments}
    with pytest.raises(BadValue, match=f"^{sentence}"):
        pool(**arguments)
    with pytest.raises(BadValue, match=f"^{sentence}"):
        explain_pool(**arguments, at=(0, 0, 0, 0))


def test_a_place_outside_the_output_is_answered():
    with pytest.raises(BadValue, match=r"give \(n, channel, row, column\), .* \(2, 3, 2, 5\)$"):
        explain_pool(torch.zeros(2, 3, 5, 11), at=(0, 0, 2, 0))
