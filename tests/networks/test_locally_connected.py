import pytest
import torch
from torch import nn

from convscope.errors import BadValue
from convscope.networks.locally_connected import (
    LocallyConnected,
    as_dense,
    as_locally_connected,
    three_ways,
)

MAPS = torch.randn(2, 3, 11, 13, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("stride", [1, 2])
def test_a_locally_connected_layer_that_shares_its_weights_is_a_convolution(stride):
    conv = nn.Conv2d(3, 5, 3, stride)
    local = as_locally_connected(conv, (11, 13))
    torch.testing.assert_close(local(MAPS), conv(MAPS))
    assert torch.equal(local.weight[0], local.weight[-1])


def test_a_position_that_has_weights_of_its_own_changes_alone():
    local = as_locally_connected(nn.Conv2d(3, 5, 3), (11, 13))
    before = local(MAPS)
    with torch.no_grad():
        local.weight[4 * 11 + 7] += 1
    changed = (local(MAPS) != before).any(0).any(0).nonzero()
    assert changed.tolist() == [[4, 7]]


@pytest.mark.parametrize("kind", [nn.Conv2d, "local"])
def test_a_dense_layer_with_zeros_outside_of_the_windows_answers_the_same(kind):
    layer = LocallyConnected(3, 5, (11, 13), 3, 2) if kind == "local" else nn.Conv2d(3, 5, 3)
    dense = as_dense(layer, (3, 11, 13))
    torch.testing.assert_close(dense(MAPS.flatten(1)), layer(MAPS).flatten(1), atol=1e-5, rtol=1e-5)
    assert int((dense.weight[0].abs() > 1e-6).sum()) == 3 * 3 * 3


def test_its_weights_are_drawn_as_wide_as_torchs():
    local = LocallyConnected(3, 5, (11, 13), 3)
    limit = (3 * 3 * 3) ** -0.5
    assert limit * 0.99 < float(local.weight.detach().abs().max()) <= limit


def test_the_three_ways_count_what_the_modules_have():
    dense, local, shared = three_ways((3, 11, 13), 5, 3)
    layer = LocallyConnected(3, 5, (11, 13), 3)
    conv = nn.Conv2d(3, 5, 3)
    assert dense.parameters.value == sum(
        p.numel() for p in as_dense(conv, (3, 11, 13)).parameters()
    )
    assert local.parameters.value == sum(p.numel() for p in layer.parameters())
    assert local.parameters.formula == "(9x11) x (5 x (3x3x3) + 5) = 13,860"
    assert shared.parameters.value == sum(p.numel() for p in conv.parameters())
    assert dense.macs.value == 3 * 11 * 13 * 5 * 9 * 11
    assert local.macs == shared.macs
    assert shared.macs.value == 9 * 11 * 5 * 27


def test_a_kernel_larger_than_the_image_is_refused():
    with pytest.raises(BadValue, match="kernel_size 7 does not fit an image of 5x11"):
        three_ways((3, 5, 11), 5, 7)
    with pytest.raises(BadValue, match="kernel_size 7 does not fit"):
        LocallyConnected(3, 5, (5, 11), 7)
