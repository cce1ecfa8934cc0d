"""Windows of every kind against the extent of the gradient, for several positions of the output."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convscope.networks.trace import trace

SIZE = (37, 41)


class Written(nn.Module):
    """A net whose forward is that function."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def forward(self, images):
        return self.function(images)


def ones(*shape: int) -> torch.Tensor:
    return torch.ones(shape, dtype=torch.float64)


def reach_of(function):
    found = trace(Written(function), (3, *SIZE))
    assert found.error is None
    assert not found.unknown
    return found.steps[-1].reach


def extent(function, position: tuple[int, int], axis: int) -> tuple[int, int]:
    image = torch.rand(1, 3, *SIZE, dtype=torch.float64).add(1).requires_grad_()
    answer = function(image)[(0, slice(None), *position)].sum()
    reached = torch.autograd.grad(answer, image)[0][0].sum(0).nonzero()[:, axis]
    return int(reached.min()), int(reached.max())


WINDOWS = {
    "two kernels of two shapes": lambda x: F.conv2d(
        F.conv2d(x, ones(2, 3, 5, 2), padding=(2, 0)), ones(1, 2, 1, 4), stride=(1, 2)
    ),
    "even kernel, same padding": lambda x: F.conv2d(x, ones(2, 3, 4, 4), padding="same"),
    "dilation": lambda x: F.conv2d(
        F.conv2d(x, ones(2, 3, 3, 3), padding=2, dilation=2), ones(2, 2, 2, 2), dilation=(3, 5)
    ),
    "groups": lambda x: F.conv2d(x, ones(6, 1, 3, 3), groups=3, stride=2),
    "pooling with its own stride": lambda x: F.avg_pool2d(F.avg_pool2d(x, 3), (2, 5), (1, 3)),
    "pooling, last window cut": lambda x: F.avg_pool2d(x, 4, 3, ceil_mode=True),
    "adaptive pooling": lambda x: F.adaptive_avg_pool2d(F.avg_pool2d(x, 2), (7, 5)),
    "transposed": lambda x: F.conv_transpose2d(
        F.avg_pool2d(x, 3), ones(3, 2, 4, 4), stride=(2, 3), padding=1
    ),
    "transposed, with gaps": lambda x: F.conv_transpose2d(
        F.avg_pool2d(x, 3), ones(3, 2, 3, 3), stride=2, dilation=2, output_padding=1
    ),
    "convolution behind transposed": lambda x: F.conv2d(
        F.conv_transpose2d(F.avg_pool2d(x, 2), ones(3, 2, 2, 2), stride=2), ones(1, 2, 3, 3)
    ),
    "nearest, then convolution": lambda x: F.conv2d(
        F.interpolate(F.avg_pool2d(x, 3), scale_factor=2), ones(1, 3, 3, 3)
    ),
    "linear, then pooling": lambda x: F.avg_pool2d(
        F.interpolate(F.avg_pool2d(x, 2), (45, 31), mode="bilinear"), 3
    ),
    "enlarged by a part": lambda x: F.interpolate(x, (53, 59), mode="nearest"),
    "pixel shuffle": lambda x: F.pixel_shuffle(F.conv2d(x, ones(8, 3, 3, 3), stride=3), 2),
    "pixel unshuffle": lambda x: F.conv2d(
        F.pixel_unshuffle(x[:, :, :36, :36], 2), ones(1, 12, 3, 3)
    ),
    "asymmetric padding": lambda x: F.conv2d(F.pad(x, (0, 3, 2, 0)), ones(1, 3, 3, 3), stride=2),
    "cropping": lambda x: F.conv2d(F.pad(x, (-2, -3, -5, 0)), ones(1, 3, 3, 3)),
    "reflected": lambda x: F.conv2d(F.pad(x, (2, 2, 1, 1), mode="reflect"), ones(1, 3, 5, 5)),
    "circular": lambda x: F.conv2d(F.pad(x, (2, 2, 1, 1), mode="circular"), ones(1, 3, 5, 3)),
    "smoothed": lambda x: F.avg_pool2d(F.conv2d(x, ones(1, 3, 3, 3), padding=1), 3, 1, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("axis", [0, 1])
def test_what_positions_in_the_middle_see(name, axis):
    function = WINDOWS[name]
    reach = reach_of(function)
    with torch.no_grad():
        sides = function(torch.ones(1, 3, *SIZE, dtype=torch.float64)).shape[2:]
    assert [sight.count for sight in reach] == list(sides)
    other = seeing(reach[1 - axis])
    middle, checked = reach[axis].count // 2, 0
    for position in range(max(middle - 2, 0), min(middle + 3, sides[axis])):
        low, high = reach[axis].at(position)
        place = (position, other) if axis == 0 else (other, position)
        if 0 <= low <= high < SIZE[axis]:
            assert extent(function, place, axis) == (low, high)
            assert reach[axis].field(SIZE[axis]) >= high - low + 1
            checked += 1
    assert checked


def seeing(sight) -> int:
    """A position near the middle that sees something."""
    return next(p for p in range(sight.count // 2, sight.count) if sight.at(p)[0] <= sight.at(p)[1])


def test_a_transposed_convolution_whose_stride_is_larger_leaves_positions_that_see_nothing():
    sight = reach_of(lambda x: F.conv_transpose2d(x, ones(3, 2, 2, 2), stride=3))[0]
    assert [sight.at(p)[0] <= sight.at(p)[1] for p in range(3, 9)] == [True, True, False] * 2
    assert sight.field(37) == 1


def test_columns_of_patches_see_the_window_of_a_convolution():
    numbers = {"stride": (2, 1), "padding": 1}
    rows, columns = reach_of(lambda x: F.unfold(x, (3, 5), **numbers))
    expected_rows, expected_columns = reach_of(lambda x: F.conv2d(x, ones(1, 3, 3, 5), **numbers))
    counts = (expected_rows.count, expected_columns.count)
    assert (rows.lows, rows.highs, rows.step) == ((-1,), (1,), 2)
    assert (columns.lows, columns.highs, columns.step) == ((-1,), (3,), 1)
    assert (rows.dim, rows.inner, rows.count) == (2, counts[1], counts[0])
    assert (columns.dim, columns.inner, columns.count) == (2, 1, counts[1])
