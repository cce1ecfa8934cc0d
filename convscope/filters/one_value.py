"""One value of a filtered image, worked out, whatever lies beyond the image's edge."""

import dataclasses

import torch
from torch import Tensor

from convscope.errors import BadValue
from convscope.filters.borders import pad
from convscope.filters.convolve import explain
from convscope.filters.kernels import check_kernel
from convscope.filters.worked_sum import WorkedSum


def one_value(
    image: Tensor,
    kernel: Tensor,
    border: str = "mirror",
    *,
    at: tuple[int, int],
    channel: int = 0,
) -> WorkedSum:
    """How `correlate` comes to its answer at the pixel `at` (row, column) of `image` (c, h, w).

    Rows and columns are the image's; those below 0 or beyond the last are the border's. `inside` is
    False only where border zero is met. `BadValue` where there is no such pixel, or with border
    crop no answer at it.
    """
    check_kernel(kernel)
    if image.ndim != 3 or not 0 <= channel < len(image):
        raise BadValue(f"an image of shape {tuple(image.shape)} has no channel {channel}")
    (row, column), (kernel_h, kernel_w) = at, kernel.shape
    padded = pad(image[None, channel : channel + 1], (kernel_h, kernel_w), border)
    top, left = row - kernel_h // 2, column - kernel_w // 2  # of the window, in the image
    above, before = (0, 0) if border == "crop" else (kernel_h // 2, kernel_w // 2)
    steps = padded.shape[2] - kernel_h + 1, padded.shape[3] - kernel_w + 1
    if not (0 <= top + above < steps[0] and 0 <= left + before < steps[1]):
        first = kernel_h // 2 - above, kernel_w // 2 - before
        raise BadValue(
            f"pixel {row},{column}: with border {border} there are answers in rows {first[0]} to "
            f"{first[0] + steps[0] - 1} and columns {first[1]} to {first[1] + steps[1] - 1}"
        )
    worked = explain(padded, kernel[None, None], at=(0, 0, top + above, left + before))
    rows, columns = range(top, top + kernel_h), range(left, left + kernel_w)
    inside = _inside(rows, image.shape[1])[:, None] & _inside(columns, image.shape[2])
    return dataclasses.replace(
        worked,
        at=(0, 0, row, column),
        rows=rows,
        columns=columns,
        channels=range(channel, channel + 1),
        inside=inside if border == "zero" else torch.ones_like(inside),
    )


def _inside(places: range, side: int) -> Tensor:
    return torch.tensor([0 <= place < side for place in places])
