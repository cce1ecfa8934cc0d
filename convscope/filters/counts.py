"""What a layer costs: parameters, multiply-accumulates and memory, with the formulas filled in."""

from collections.abc import Sequence
from math import prod

from convscope.filters.worked import Worked, at_least, check_groups


def conv_parameters(
    in_channels: int,
    out_channels: int,
    kernel_size: int | Sequence[int],
    bias: bool = True,
    groups: int = 1,
) -> Worked:
    """The learned numbers of a convolution: `10 x (3x3x3) + 10 = 280`.

    That is filters x (rows x columns x channels that one filter reads), and a bias for each
    filter. One number as `kernel_size` means a square; a window in one dimension is `(3,)`.
    """
    check_groups(groups, in_channels, out_channels)
    kernel = _kernel(kernel_size, 2)
    value = out_channels * prod(kernel) * (in_channels // groups) + bias * out_channels
    added = f" + {out_channels}" if bias else ""
    one = _one_filter(kernel, in_channels, groups)
    return Worked(value, f"{out_channels} x {one}{added} = {value:,}")


def linear_parameters(in_features: int, out_features: int, bias: bool = True) -> Worked:
    """The learned numbers of a linear layer: `10 x 5120 + 10 = 51,210`."""
    at_least(1, in_features=in_features, out_features=out_features)
    value = out_features * in_features + bias * out_features
    added = f" + {out_features}" if bias else ""
    return Worked(value, f"{out_features} x {in_features}{added} = {value:,}")


def norm_parameters(channels: int) -> Worked:
    """The learned numbers of a normalisation: a scale and a shift per channel, `2 x 16 = 32`.

    Batch-norm's running mean and variance are measured, not learned, and do not count.
    """
    at_least(1, channels=channels)
    return Worked(2 * channels, f"2 x {channels} = {2 * channels:,}")


def conv_macs(
    in_channels: int,
    out_channels: int,
    kernel_size: int | Sequence[int],
    output_size: Sequence[int],
    groups: int = 1,
) -> Worked:
    """Multiply-accumulates of a convolution for one image: `(128x128) x 10 x (3x3x3) = 4,423,680`.

    That is output positions x filters x products per output value; adding the bias is free.
    `output_size` has a number per axis.
    """
    check_groups(groups, in_channels, out_channels)
    kernel = _kernel(kernel_size, len(output_size))
    value = prod(output_size) * out_channels * prod(kernel) * (in_channels // groups)
    one = _one_filter(kernel, in_channels, groups)
    return Worked(value, f"({_times(output_size)}) x {out_channels} x {one} = {value:,}")


def linear_macs(in_features: int, out_features: int, rows: int = 1) -> Worked:
    """Multiply-accumulates of a linear layer: `10 x 5120 = 51,200`, for each of `rows` inputs."""
    at_least(1, in_features=in_features, out_features=out_features, rows=rows)
    value = rows * out_features * in_features
    repeated = f"{rows} x " if rows > 1 else ""
    return Worked(value, f"{repeated}{out_features} x {in_features} = {value:,}")


def memory(shape: Sequence[int], bytes_per_value: int = 4) -> Worked:
    """The bytes of values of this shape: `20 x 16 x 16 x 4 bytes = 20,480 bytes`."""
    at_least(1, bytes_per_value=bytes_per_value)
    value = prod(shape) * bytes_per_value
    factors = [*map(str, shape), f"{bytes_per_value} bytes"]
    return Worked(value, f"{' x '.join(factors)} = {value:,} bytes")


def _kernel(kernel_size: int | Sequence[int], axes: int) -> tuple[int, ...]:
    """One number is meant for all `axes`; several say themselves how many axes there are."""
    kernel = (kernel_size,) * axes if isinstance(kernel_size, int) else tuple(kernel_size)
    for size in kernel:
        at_least(1, kernel_size=size)
    return kernel


def _one_filter(kernel: Sequence[int], in_channels: int, groups: int) -> str:
    shared = f"/{groups}" if groups > 1 else ""
    return f"({_times([*kernel, in_channels])}{shared})"


def _times(sizes: Sequence[int]) -> str:
    return "x".join(map(str, sizes))
