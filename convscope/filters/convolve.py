"""The sliding window, written out: what a convolution layer computes, and one value of it.

As in every network library the window is not turned round, which makes this a cross-correlation;
the convolution of mathematics is the same with the filter flipped along each of its axes.
"""

from collections.abc import Sequence
from itertools import product

import torch
from torch import Tensor

from convscope.errors import BadValue
from convscope.filters.window import (
    Slide,
    as_floats,
    check_images,
    check_place,
    read_window,
    slides,
)
from convscope.filters.worked import check_groups
from convscope.filters.worked_sum import WorkedSum


def convolve(
    images: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | str | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """The feature maps of a convolution layer: `torch.nn.functional.conv2d`, or `conv1d`.

    `images` (n, c, h, w) and `weight` (out, c / groups, kernel_h, kernel_w) give (n, out, map_h,
    map_w); `images` (n, c, length) and `weight` (out, c / groups, kernel) give (n, out,
    map_length). `bias` (out,) is added to each map. `padding` is pixels of 0 on each side, or
    "same" or "valid". `BadValue` says what does not fit.
    """
    axes = _check(images, weight, bias, stride, padding, dilation, groups)
    dtype = torch.promote_types(as_floats(images).dtype, weight.dtype)
    padded = _padded(images.to(dtype), axes).unflatten(1, (groups, -1))  # (n, g, c / g, h, w)
    cells = weight.to(dtype).unflatten(0, (groups, -1))  # (g, out / g, c / g, kernel_h, kernel_w)
    maps = torch.zeros((), dtype=dtype, device=images.device)
    for offset in product(*(range(axis.cells) for axis in axes)):
        met = padded[(..., *map(_reach, axes, offset))]  # under this cell of the window, each step
        maps = maps + torch.einsum("ngi...,goi->ngo...", met, cells[(..., *offset)])
    maps = maps.flatten(1, 2)  # (n, out, map_h, map_w)
    return maps if bias is None else maps + bias.to(dtype).view(-1, *[1] * len(axes))


def explain(
    images: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | str | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    *,
    at: Sequence[int],
) -> WorkedSum:
    """How `convolve` comes to its value `at` (n, out_channel, row, column), down to each product.

    In one dimension `at` is (n, out_channel, position). All is computed in float64.
    """
    axes = _check(images, weight, bias, stride, padding, dilation, groups)
    shape = (len(images), len(weight), *(axis.steps for axis in axes))
    check_place(at, shape, "out_channel")
    n, out_channel, *steps = at
    depth = weight.shape[1]
    first = out_channel // (len(weight) // groups) * depth
    channels = range(first, first + depth)
    covered = [axis.covers(step) for axis, step in zip(axes, steps, strict=True)]
    patch, inside = read_window(images[n, first : channels.stop], covered, outside=0.0)
    filter_ = weight[out_channel].detach().to("cpu", torch.float64)
    products = patch * filter_
    channel_sums = products.flatten(1).sum(1)
    added = 0.0 if bias is None else float(bias[out_channel])
    return WorkedSum(
        at=tuple(at),
        patch=patch,
        filter=filter_,
        products=products,
        channel_sums=channel_sums,
        bias=added,
        total=float(channel_sums.sum()) + added,
        rows=covered[0] if len(covered) == 2 else range(1),
        columns=covered[-1],
        channels=channels,
        inside=inside,
    )


def _check(
    images: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: int | Sequence[int],
    padding: int | str | Sequence[int],
    dilation: int | Sequence[int],
    groups: int,
) -> tuple[Slide, ...]:
    """The window's way along each axis; `BadValue` unless everything fits together."""
    check_images(images)
    if weight.ndim != images.ndim:
        raise BadValue(
            f"weight of shape {tuple(weight.shape)} does not go with images of shape "
            f"{tuple(images.shape)}: give (out, in / groups, *kernel), a kernel size for each axis"
        )
    check_groups(groups, images.shape[1], len(weight))
    if weight.shape[1] * groups != images.shape[1]:
        raise BadValue(
            f"weight of shape {tuple(weight.shape)} with groups {groups} takes images of channels "
            f"{weight.shape[1] * groups}, and {images.shape[1]} came: give a weight of shape "
            f"{(len(weight), images.shape[1] // groups, *weight.shape[2:])}"
        )
    if bias is not None and bias.shape != weight.shape[:1]:
        raise BadValue(
            f"bias of shape {tuple(bias.shape)} does not go with {len(weight)} filters: "
            f"give ({len(weight)},), one number for each"
        )
    return slides(images.shape[2:], weight.shape[2:], stride, padding, dilation)


def _padded(images: Tensor, axes: Sequence[Slide]) -> Tensor:
    """`images` with zeros around them."""
    sizes = [axis.before + axis.size + axis.after for axis in axes]
    padded = images.new_zeros(*images.shape[:2], *sizes)
    padded[(..., *(slice(axis.before, axis.before + axis.size) for axis in axes))] = images
    return padded


def _reach(axis: Slide, cell: int) -> slice:
    """The pixels of the padded image that `cell` meets while the window slides."""
    met = axis.meets(cell)
    return slice(met[0] + axis.before, met[-1] + axis.before + 1, axis.stride)
