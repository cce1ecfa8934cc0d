"""How a window slides over an image: which pixels each of its cells meets at each step."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from convscope.errors import BadValue
from convscope.filters.geometry import output_size, padding_sides
from convscope.filters.worked import per_axis


@dataclass(frozen=True)
class Slide:
    """A window's way along one axis."""

    size: int
    """Pixels of the image, padding left out."""
    cells: int
    """Cells of the window: its kernel_size."""
    stride: int
    before: int
    """Pixels of padding before the image."""
    after: int
    dilation: int
    steps: int
    """Places at which the window stops: the size of the output."""

    def meets(self, cell: int) -> range:
        """The image's pixels that `cell` of the window lies on, one for each step.

        Those below 0, or at `size` and beyond, are padding.
        """
        first = cell * self.dilation - self.before
        return range(first, first + self.steps * self.stride, self.stride)

    def covers(self, step: int) -> range:
        """The image's pixels that the window reads at `step`, one for each cell."""
        first = step * self.stride - self.before
        return range(first, first + self.cells * self.dilation, self.dilation)

    def counted(self, step: int, padding_too: bool) -> int:
        """How many cells lie on the image at `step`, or on it and its padding.

        A window that the last step carries beyond the padding has cells on neither.
        """
        first, end = (-self.before, self.size + self.after) if padding_too else (0, self.size)
        return sum(first <= position < end for position in self.covers(step))


def slides(
    sizes: Sequence[int],
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] = 1,
    padding: int | str | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil: bool = False,
) -> tuple[Slide, ...]:
    """A window's way along each axis of an image of `sizes`; `BadValue` says what does not fit."""
    axes = len(sizes)
    name = f"an image of {'x'.join(map(str, sizes))}" if axes > 1 else f"a length of {sizes[0]}"
    paddings = (padding,) * axes if isinstance(padding, str) else per_axis(padding, axes, "padding")
    found = []
    for size, k, s, p, d in zip(
        sizes,
        per_axis(kernel_size, axes, "kernel_size"),
        per_axis(stride, axes, "stride"),
        paddings,
        per_axis(dilation, axes, "dilation"),
        strict=True,
    ):
        steps = output_size(size, k, s, p, d, ceil, name).value
        before, after = padding_sides(p, k, s, d)
        found.append(Slide(size, k, s, before, after, d, steps))
    return tuple(found)


def check_images(images: Tensor) -> None:
    """`BadValue` unless `images` are (n, c, h, w), or (n, c, length) in one dimension."""
    if images.ndim not in (3, 4):
        raise BadValue(
            f"images of shape {tuple(images.shape)} cannot be slid over: "
            "give (n, c, h, w), or (n, c, length) in one dimension"
        )


def check_place(at: Sequence[int], shape: Sequence[int], channel: str) -> None:
    """`BadValue` unless `at` is an index into an output of `shape`; `channel` is what axis 1 is."""
    if len(at) == len(shape) and all(0 <= i < size for i, size in zip(at, shape, strict=True)):
        return
    places = "position" if len(shape) == 3 else "row, column"
    raise BadValue(
        f"at {tuple(at)} is no place in the output: give (n, {channel}, {places}), "
        f"each 0 or more and less than {tuple(shape)}"
    )


def read_window(image: Tensor, covered: Sequence[range], outside: float) -> tuple[Tensor, Tensor]:
    """The pixels of `image` (c, *sizes) under the window in float64, and where they are pixels.

    `covered` are the positions on each axis. The first answer is (c, *kernel), `outside` standing
    for what lies outside the image; the second, (*kernel) of bool, is False there.
    """
    patch = image.detach()
    inside = torch.ones((), dtype=torch.bool)
    for axis, positions in enumerate(covered, start=1):
        size = patch.shape[axis]
        at = torch.tensor(positions)
        inside = inside[..., None] & (at >= 0) & (at < size)
        patch = patch.index_select(axis, at.clamp(0, size - 1).to(patch.device))
    return torch.where(inside, patch.to("cpu", torch.float64), outside), inside


def as_floats(values: Tensor) -> Tensor:
    """Whole numbers as torch's default float; floats as they are."""
    return values if values.is_floating_point() else values.to(torch.get_default_dtype())
