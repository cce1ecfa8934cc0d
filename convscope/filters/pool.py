"""Pooling, written out: the largest or the mean pixel under a sliding window."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import inf, isnan, nan, prod

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
from convscope.filters.worked_pool import WorkedPool
from convscope.lookup import suggestion

KINDS = ("max", "average")
ONE_ROW = Slide(size=1, cells=1, stride=1, before=0, after=0, dilation=1, steps=1)


@dataclass(frozen=True, eq=False)
class Pooled:
    """Feature maps after pooling."""

    values: Tensor
    """(n, c, map_h, map_w), or (n, c, map_length)."""
    places: Tensor | None
    """Where each maximum was found: row * width + column in its map; None for means.

    The first of equals; -1 where a window with gaps met no pixel at all.
    """


def pool(
    images: Tensor,
    kind: str = "max",
    kernel_size: int | Sequence[int] = 2,
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil: bool = False,
    count_include_pad: bool = True,
) -> Pooled:
    """The largest ("max") or mean ("average") pixel of each window, each channel for itself.

    `images` are (n, c, h, w), or (n, c, length). `stride` is the kernel's size unless given.
    `ceil` keeps a last window that the image's edge cuts. Padding is never a maximum; in a mean
    it counts as 0, or with `count_include_pad=False` not at all. Equal to torch's `max_pool2d`,
    `avg_pool2d` and their namesakes in one dimension; `BadValue` says what does not fit.
    """
    axes = _check(images, kind, kernel_size, stride, padding, dilation, ceil)
    flat = len(axes) == 1
    maps, axes = (images.unsqueeze(2), (ONE_ROW, *axes)) if flat else (images, axes)
    if kind == "average":
        values = _means(as_floats(maps), axes, count_include_pad)
        return Pooled(values.squeeze(2) if flat else values, None)
    values, places = _largest(as_floats(maps), axes)
    return Pooled(values.squeeze(2), places.squeeze(2)) if flat else Pooled(values, places)


def explain_pool(  # noqa: PLR0913 - the arguments of `pool`, and the place
    images: Tensor,
    kind: str = "max",
    kernel_size: int | Sequence[int] = 2,
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil: bool = False,
    count_include_pad: bool = True,
    *,
    at: Sequence[int],
) -> WorkedPool:
    """How `pool` comes to its value `at` (n, channel, row, column), or (n, channel, position)."""
    axes = _check(images, kind, kernel_size, stride, padding, dilation, ceil)
    check_place(at, (*images.shape[:2], *(axis.steps for axis in axes)), "channel")
    n, channel, *steps = at
    covered = [axis.covers(step) for axis, step in zip(axes, steps, strict=True)]
    outside = -inf if kind == "max" else 0.0
    patch, inside = read_window(images[n, channel : channel + 1], covered, outside)
    rows, columns = covered if len(covered) == 2 else (range(1), *covered)
    width = images.shape[-1]
    divisor = place = None
    if kind == "max":
        pixels = [row * width + column for row in rows for column in columns]
        value, place = _first_largest(patch.flatten().tolist(), inside.flatten().tolist(), pixels)
    else:
        divisor = prod(
            axis.counted(step, count_include_pad) for axis, step in zip(axes, steps, strict=True)
        )
        value = float(patch.sum()) / divisor if divisor else nan
    return WorkedPool(
        at=tuple(at),
        window=patch[0],
        inside=inside,
        value=value,
        place=place,
        divisor=divisor,
        rows=rows,
        columns=columns,
        width=width,
    )


def _largest(maps: Tensor, axes: Sequence[Slide]) -> tuple[Tensor, Tensor]:
    """The maxima and their places: the window's cells are met one by one, the largest is kept."""
    values = maps.new_full((*maps.shape[:2], *(axis.steps for axis in axes)), -inf)
    places = torch.full(values.shape, -1, device=maps.device)
    for cells in product(*(range(axis.cells) for axis in axes)):
        met, inside, place = _under(maps, axes, cells)
        # as in torch, NaN is larger than any number
        better = inside & ((met > values) | met.isnan() | (places < 0))
        values = torch.where(better, met, values)
        places = torch.where(better, place, places)
    return values, places


def _means(maps: Tensor, axes: Sequence[Slide], count_include_pad: bool) -> Tensor:
    """The sums of the pixels under each window, divided by how many there are."""
    sums = maps.new_zeros((*maps.shape[:2], *(axis.steps for axis in axes)))
    for cells in product(*(range(axis.cells) for axis in axes)):
        met, inside, _ = _under(maps, axes, cells)
        sums = sums + torch.where(inside, met, 0)
    rows, columns = (
        torch.tensor([axis.counted(step, count_include_pad) for step in range(axis.steps)])
        for axis in axes
    )
    return sums / (rows[:, None] * columns).to(maps.device)


def _under(
    maps: Tensor, axes: Sequence[Slide], cells: Sequence[int]
) -> tuple[Tensor, Tensor, Tensor]:
    """What one cell of the window meets at each step: the pixels, if they are any, their places."""
    h, w = maps.shape[2:]
    rows, columns = (
        torch.tensor(axis.meets(cell), device=maps.device)
        for axis, cell in zip(axes, cells, strict=True)
    )
    inside = ((rows >= 0) & (rows < h))[:, None] & ((columns >= 0) & (columns < w))
    met = maps.index_select(2, rows.clamp(0, h - 1)).index_select(3, columns.clamp(0, w - 1))
    return met, inside, rows[:, None] * w + columns


def _first_largest(
    pixels: Sequence[float], inside: Sequence[bool], places: Sequence[int]
) -> tuple[float, int]:
    """The largest of the `pixels` that are `inside`, and its place; NaN is larger than any."""
    value, found = -inf, -1
    for pixel, real, place in zip(pixels, inside, places, strict=True):
        if real and (found < 0 or pixel > value or isnan(pixel)):
            value, found = pixel, place
    return value, found


def _check(
    images: Tensor,
    kind: str,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None,
    padding: int | Sequence[int],
    dilation: int | Sequence[int],
    ceil: bool,
) -> tuple[Slide, ...]:
    """The window's way along each axis; `BadValue` says what does not fit."""
    if kind not in KINDS:
        raise BadValue(f"no pooling is called {kind!r}: {suggestion(kind, KINDS)}")
    check_images(images)
    stride = kernel_size if stride is None else stride
    axes = slides(images.shape[2:], kernel_size, stride, padding, dilation, ceil)
    for axis in axes:
        if axis.before > axis.cells // 2:
            raise BadValue(
                f"padding {axis.before} is more than half of kernel_size {axis.cells}: "
                f"use {axis.cells // 2} or less"
            )
    return axes
