import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from convscope.errors import BadValue
from convscope.filters.counts import (
    conv_macs,
    conv_parameters,
    linear_macs,
    linear_parameters,
    memory,
    norm_parameters,
)
from tests.filters.formulas import sides

small = st.integers(1, 5)


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@st.composite
def convs(draw):
    groups = draw(st.integers(1, 3))
    kernel = tuple(draw(st.lists(small, min_size=1, max_size=3)))
    return draw(small) * groups, draw(small) * groups, kernel, groups


@given(convs(), st.booleans())
def test_a_convolutions_parameters_are_those_of_torchs_layer(case, bias):
    in_channels, out_channels, kernel, groups = case
    kind = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[len(kernel) - 1]
    layer = kind(in_channels, out_channels, kernel, groups=groups, bias=bias, device="meta")
    worked = conv_parameters(in_channels, out_channels, kernel, bias, groups)
    assert worked.value == count(layer)
    assert set(sides(worked.formula)) == {worked.value}


def test_one_kernel_size_means_a_square():
    assert conv_parameters(3, 10, 3).formula == "10 x (3x3x3) + 10 = 280"
    assert conv_parameters(10, 20, 5).formula == "20 x (5x5x10) + 20 = 5,020"
    assert conv_parameters(8, 16, 3, groups=4).formula == "16 x (3x3x8/4) + 16 = 304"


@pytest.mark.parametrize("bias", [True, False])
def test_a_linear_layers_parameters_are_those_of_torchs(bias):
    worked = linear_parameters(5120, 11, bias)
    assert worked.value == count(nn.Linear(5120, 11, bias, device="meta"))
    assert set(sides(worked.formula)) == {worked.value}


@pytest.mark.parametrize("layer", [nn.BatchNorm2d(13), nn.LayerNorm(13), nn.GroupNorm(1, 13)])
def test_a_normalisation_learns_a_scale_and_a_shift(layer):
    assert norm_parameters(13).value == count(layer)
    assert norm_parameters(13).formula == "2 x 13 = 26"


def products(layer: nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.Linear, images: torch.Tensor) -> int:
    """One for each weight of the filter behind each value of the output."""
    return layer(images).numel() * layer.weight[0].numel()


@given(convs(), st.data())
def test_a_convolutions_macs_are_those_of_each_output_value(case, data):
    in_channels, out_channels, kernel, groups = case
    output = data.draw(st.lists(small, min_size=len(kernel), max_size=len(kernel)))
    kind = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[len(kernel) - 1]
    layer = kind(in_channels, out_channels, kernel, groups=groups)
    sizes = [steps + k - 1 for steps, k in zip(output, kernel, strict=True)]
    worked = conv_macs(in_channels, out_channels, kernel, output, groups)
    assert worked.value == products(layer, torch.zeros(1, in_channels, *sizes))
    assert set(sides(worked.formula)) == {worked.value}


def test_published_macs():
    """The first layer of AlexNet: 105,415,200 (Krizhevsky's 55 x 55 x 96 x 363)."""
    worked = conv_macs(3, 96, 11, (55, 55))
    assert worked.formula == "(55x55) x 96 x (11x11x3) = 105,415,200"


def test_a_linear_layers_macs_are_its_weights_for_each_input():
    layer = nn.Linear(5120, 11)
    assert linear_macs(5120, 11, 7).value == products(layer, torch.zeros(7, 5120))
    assert linear_macs(5120, 11).formula == "11 x 5120 = 56,320"
    assert linear_macs(5120, 11, rows=7).formula == "7 x 11 x 5120 = 394,240"


def test_memory_is_values_times_their_bytes():
    assert memory((20, 16, 16)).formula == "20 x 16 x 16 x 4 bytes = 20,480 bytes"
    assert memory((3, 5, 7), 2).value == 210


def test_what_cannot_be_counted():
    with pytest.raises(BadValue, match="groups 2 does not divide in_channels 3"):
        conv_parameters(3, 4, 3, groups=2)
    with pytest.raises(BadValue, match="kernel_size 0 is too small"):
        conv_macs(3, 4, 0, (5, 5))
    with pytest.raises(BadValue, match="in_features 0 is too small"):
        linear_parameters(0, 5)
