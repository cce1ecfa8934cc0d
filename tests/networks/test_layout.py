import pytest
import torch

from convscope.networks.layout import permuted, reshaped, without
from convscope.networks.receptive_field import Sight, fixed, pixels


def positions(sight: Sight, shape: tuple[int, ...]) -> torch.Tensor:
    """The position along the axis of every value of a tensor: what the sight says of its index."""
    index = torch.arange(shape[sight.dim]) // sight.inner % sight.count
    sides = [1] * len(shape)
    sides[sight.dim] = -1
    return index.view(sides).expand(shape)


CASES = [
    ((2, 3, 5, 7), 2, (2, 3, 35)),
    ((2, 3, 5, 7), 3, (2, 3, 35)),
    ((2, 3, 5, 7), 3, (6, 5, 7)),
    ((2, 3, 5, 7), 2, (2, 15, 7)),
    ((2, 3, 5, 7), 2, (210,)),
    ((2, 5, 12), 2, (2, 5, 1, 12, 1)),
    ((2, 35, 6), 1, (2, 35, 2, 3)),
]


@pytest.mark.parametrize(("old", "dim", "new"), CASES)
def test_every_value_keeps_its_position(old, dim, new):
    sight = pixels(dim, old[dim])
    moved = reshaped(sight, old, new)
    assert torch.equal(positions(moved, new), positions(sight, old).reshape(new))
    assert reshaped(moved, new, old) == sight


def test_of_blocks_the_place_of_the_block_is_followed():
    windows = reshaped(pixels(2, 15), (2, 3, 15, 7), (2, 3, 5, 3, 7))
    assert (windows.dim, windows.count, windows.step) == (2, 5, 3)
    assert [windows.at(block) for block in (0, 4)] == [(0, 2), (12, 14)]


def test_what_fits_no_dimension_is_seen_from_everywhere():
    assert reshaped(pixels(1, 6), (2, 6), (3, 4)) == fixed(0, 5)
    assert reshaped(pixels(2, 1), (2, 3, 1), (2, 3)) == fixed(0, 0)
    assert reshaped(fixed(2, 5), (2, 3), (6,)) == fixed(2, 5)


def test_the_order_of_dimensions_moves_an_axis():
    assert permuted(pixels(2, 5), (0, 2, 3, 1)).dim == 1
    assert permuted(fixed(0, 4), (1, 0)) == fixed(0, 4)


def test_dimensions_that_are_gone_take_their_axis_along():
    assert without(pixels(2, 5), [2]) == fixed(0, 4)
    assert without(pixels(3, 5), [1, 2]).dim == 1
    assert without(pixels(3, 5), [1, 2], kept=True).dim == 3
