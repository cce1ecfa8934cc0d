import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F
from torch.testing import assert_close

from convscope.errors import BadValue
from convscope.filters.convolve import convolve, explain
from tests.filters.cases import corners_and_middle, each_axis, images, numbers

TORCHS = {1: F.conv1d, 2: F.conv2d}


@st.composite
def cases(draw):
    """(images, weight, bias, stride, padding, dilation, groups) that torch takes."""
    axes, groups = draw(st.sampled_from([1, 2, 2])), draw(st.integers(1, 3))
    depth, filters = draw(st.integers(1, 2)), groups * draw(st.integers(1, 3))
    pictures = draw(images(depth * groups, axes))
    kernel = draw(each_axis(st.integers(1, 4), axes))
    dilation = draw(each_axis(st.integers(1, 2), axes))
    weight = draw(numbers(filters, depth, *kernel))
    bias = draw(st.none() | numbers(filters))
    stride = draw(st.integers(1, 3) | each_axis(st.integers(1, 3), axes))
    padding = draw(st.integers(0, 3) | each_axis(st.integers(0, 3), axes) | st.just("valid"))
    return pictures, weight, bias, stride, padding, dilation, groups


@given(cases())
def test_it_is_torchs_convolution_and_each_value_the_sum_of_its_products(case):
    pictures, weight, *_ = case
    expected = TORCHS[pictures.ndim - 2](*case)
    assert_close(convolve(*case), expected)
    for at in corners_and_middle(expected.shape):
        worked = explain(*case, at=at)
        assert worked.total == pytest.approx(float(expected[at]), abs=1e-12)
        assert_close(worked.products, worked.patch * worked.filter)
        assert_close(worked.channel_sums, worked.products.flatten(1).sum(1))
        assert float(worked.products.sum()) + worked.bias == pytest.approx(worked.total, abs=1e-12)
        assert_close(worked.filter, weight[at[1]])


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@given(cases())
def test_same_padding_is_torchs(case):
    pictures, weight, bias, _, _, dilation, groups = case
    arguments = (1, "same", dilation, groups)
    expected = TORCHS[pictures.ndim - 2](pictures, weight, bias, *arguments)
    assert expected.shape[2:] == pictures.shape[2:]
    assert_close(convolve(pictures, weight, bias, *arguments), expected)
    at = corners_and_middle(expected.shape)[1]
    worked = explain(pictures, weight, bias, *arguments, at=at)
    assert worked.total == pytest.approx(float(expected[at]), abs=1e-12)


def test_the_gradient_is_torchs():
    pictures, weight, bias = torch.randn(2, 3, 7, 11), torch.randn(5, 3, 3, 2), torch.randn(5)
    given = [t.double().requires_grad_() for t in (pictures, weight, bias)]
    toward = torch.randn(2, 5, 4, 6, dtype=torch.float64)
    own = torch.autograd.grad(convolve(*given, stride=2, padding=1), given, toward)
    assert_close(own, torch.autograd.grad(F.conv2d(*given, stride=2, padding=1), given, toward))


def test_float32_stays_and_whole_numbers_become_floats():
    picture, kernel = torch.arange(35).reshape(1, 1, 5, 7), torch.tensor([[[[0, 1], [1, 0]]]])
    expected = F.conv2d(picture.float(), kernel.float())
    assert_close(convolve(picture.byte(), kernel), expected)
    assert_close(convolve(picture.float(), kernel), expected)


def test_where_the_window_lies():
    pictures, weight = torch.randn(2, 6, 7, 11), torch.randn(4, 3, 3, 2)
    worked = explain(pictures, weight, None, (2, 3), 1, (2, 1), groups=2, at=(1, 2, 1, 3))
    assert worked.rows == range(1, 7, 2)
    assert worked.columns == range(8, 10)
    assert worked.channels == range(3, 6)
    assert_close(worked.patch, pictures[1, 3:6, 1:7:2, 8:10].double())
    assert worked.inside.all()
    assert worked.bias == 0
    line = explain(pictures[:, :, 0], weight[:, :, 0], None, 3, 1, groups=2, at=(1, 1, 0))
    assert line.rows == range(1)
    assert line.columns == range(-1, 1)
    assert line.inside.tolist() == [False, True]


def test_a_value_is_explained_where_float32_has_lost_it():
    """In float32 1e8 + 1 - 1e8 is 0."""
    picture = torch.tensor([1e8, 1.0, -1e8]).reshape(1, 1, 3)
    assert explain(picture, torch.ones(1, 1, 3), at=(0, 0, 0)).total == 1


PICTURES, WEIGHT = torch.zeros(2, 6, 5, 5), torch.zeros(4, 6, 3, 3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"images": torch.zeros(5, 5)}, r"images of shape \(5, 5\) cannot be slid over"),
        ({"weight": WEIGHT[0]}, r"weight of shape \(6, 3, 3\) does not go with images of shape"),
        (
            {"weight": WEIGHT[:, :5]},
            r".* takes images of channels 5, and 6 came: .* \(4, 6, 3, 3\)$",
        ),
        ({"groups": 2}, r".* takes images of channels 12, and 6 came: .* \(4, 3, 3, 3\)$"),
        ({"groups": 4}, "groups 4 does not divide in_channels 6: use 1 or 2$"),
        (
            {"weight": WEIGHT[:3, :3], "groups": 2},
            "groups 2 does not divide out_channels 3: use 1 or 3",
        ),
        ({"bias": torch.zeros(3)}, r"bias of shape \(3,\) does not go with 4 filters"),
        (
            {"weight": torch.zeros(4, 6, 7, 7)},
            "kernel_size 7 does not fit an image of 5x5 with "
            "padding 0: pad by at least 1, or use kernel_size <= 5$",
        ),
        ({"weight": WEIGHT[:, :, :0]}, "kernel_size 0 is too small"),
        ({"stride": 0}, "stride 0 is too small"),
        ({"padding": (0, -1)}, "padding -1 is too small"),
        ({"padding": "mirror"}, "padding 'mirror' is neither a number nor a known word"),
    ],
)
def test_what_does_not_fit_is_answered(arguments, sentence):
    arguments = {"images": PICTURES, "weight": WEIGHT, **arguments}
    with pytest.raises(BadValue, match=f"^{sentence}"):
        convolve(**arguments)
    with pytest.raises(BadValue, match=f"^{sentence}"):
        explain(**arguments, at=(0, 0, 0, 0))


@pytest.mark.parametrize("at", [(0, 4, 0, 0), (0, 0, 3, 0), (0, 0, 0, -1), (0, 0, 0)])
def test_a_place_outside_the_output_is_answered(at):
    with pytest.raises(BadValue, match=r"give \(n, out_channel, row, column\), .* \(2, 4, 3, 3\)$"):
        explain(PICTURES, WEIGHT, at=at)
