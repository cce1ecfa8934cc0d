"""One layer three ways: dense, locally connected, and a convolution, which shares its weights.

A dense layer joins every value to every output value. A locally connected one lets an output value
see its window only; a convolution lets all positions use the same window of weights. Each is a
special case of the one before, as `as_dense` and `as_locally_connected` show.

LeCun: "Generalization and network design strategies", 1989, compares the three.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from convscope.filters.geometry import (
    Worked,
    conv_macs,
    conv_parameters,
    linear_macs,
    linear_parameters,
    output_size,
)
from convscope.shapes import FeatureMaps


class LocallyConnected(nn.Module):
    """Maps (n, in_channels, h, w) -> (n, out_channels, h', w'), each position with its own filters.

    A window moves as in a convolution of this kernel and stride, without padding.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        input_size: tuple[int, int],
        kernel_size: int,
        stride: int = 1,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, stride
        self.output_size = tuple(output_size(n, kernel_size, stride).value for n in input_size)
        inputs, positions = in_channels * kernel_size**2, prod(self.output_size)
        self.weight = nn.Parameter(torch.empty(positions, out_channels, inputs))
        self.bias = nn.Parameter(torch.empty(positions, out_channels))
        for numbers in (self.weight, self.bias):  # as torch draws a convolution's
            nn.init.uniform_(numbers, -(inputs**-0.5), inputs**-0.5)

    def forward(self, maps: FeatureMaps) -> Tensor:
        windows = F.unfold(maps, self.kernel_size, stride=self.stride)  # (n, inputs, positions)
        values = torch.einsum("nip,poi->nop", windows, self.weight) + self.bias.T
        return values.unflatten(2, self.output_size)


def as_locally_connected(conv: nn.Conv2d, input_size: tuple[int, int]) -> LocallyConnected:
    """The locally connected layer that answers as `conv`: a copy of its filters everywhere.

    `conv` has a square kernel, one stride, a bias, and neither padding, dilation nor groups.
    """
    size, stride = conv.kernel_size[0], conv.stride[0]
    layer = LocallyConnected(conv.in_channels, conv.out_channels, input_size, size, stride)
    with torch.no_grad():
        layer.weight.copy_(conv.weight.flatten(1).expand_as(layer.weight))
        if conv.bias is not None:
            layer.bias.copy_(conv.bias.expand_as(layer.bias))
    return layer


def as_dense(layer: nn.Module, input_shape: Sequence[int]) -> nn.Linear:
    """The dense layer that answers as `layer` does, on flattened maps: what is not seen weighs 0.

    `layer` is linear in its maps (n, *input_shape), such as a convolution.
    """
    with torch.no_grad():
        unit_maps = torch.eye(prod(input_shape)).unflatten(1, tuple(input_shape))
        bias = layer(torch.zeros(1, *input_shape)).flatten()
        weight: Tensor = layer(unit_maps).flatten(1) - bias  # (inputs, outputs)
        dense = nn.Linear(weight.shape[0], weight.shape[1])
        dense.weight.copy_(weight.T)
        dense.bias.copy_(bias)
    return dense


@dataclass(frozen=True)
class Way:
    """One way to make a layer of the same inputs and outputs, and what it costs."""

    name: str
    about: str
    parameters: Worked
    macs: Worked


def three_ways(input_shape: tuple[int, int, int], filters: int, kernel_size: int) -> list[Way]:
    """A layer from images (c, h, w) to `filters` maps: dense, locally connected, convolution.

    The maps are as large as a window of `kernel_size` without padding leaves them. `BadValue` if it
    does not fit the image.
    """
    channels, *sides = input_shape
    size = [
        output_size(side, kernel_size, name=f"an image of {sides[0]}x{sides[1]}").value
        for side in sides
    ]
    inputs, outputs, positions = prod(input_shape), filters * prod(size), prod(size)
    shared = conv_parameters(channels, filters, kernel_size)
    own = positions * shared.value
    macs = conv_macs(channels, filters, kernel_size, size)
    one, _, _ = shared.formula.partition(" = ")
    return [
        Way(
            "dense",
            "every output value sees all of the image, with weights of its own",
            linear_parameters(inputs, outputs),
            linear_macs(inputs, outputs),
        ),
        Way(
            "locally connected",
            f"every output value sees a window of {kernel_size}x{kernel_size}, "
            "with weights of its own",
            Worked(own, f"({size[0]}x{size[1]}) x ({one}) = {own:,}"),
            macs,
        ),
        Way(
            "convolution",
            f"every output value sees a window of {kernel_size}x{kernel_size}, "
            "and all of a map use the same weights",
            shared,
            macs,
        ),
    ]
