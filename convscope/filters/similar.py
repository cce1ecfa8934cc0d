"""Learned filters that look like a kernel made by hand."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from convscope.errors import BadValue
from convscope.filters.kernels import check_kernel

AT_ONCE = 10_000_000
"""Products of filters and shifts that are held together: 80 MB."""


@dataclass(frozen=True, kw_only=True)
class Similar:
    """How much one learned filter, seen in one channel or in all, is like the kernel."""

    filter: int
    channel: int | None
    """The input channel, or none: the mean over the channels."""
    cosine: float
    """-1..1; below 0 the filter is like the kernel's negative, and finds the same places."""
    shift: tuple[int, int]
    """Rows down and columns right from the filter's first number to the kernel's, at its best."""


def similar(weight: Tensor, kernel: Tensor, most: int = 10) -> list[Similar]:
    """The `most` filters of `weight` (out, in, h, w) that are most like `kernel`, best first.

    Filter and kernel are laid over each other, zeros filling what the smaller lacks. The cosine is
    the sum of products where they overlap, over the lengths of both, whole; nothing is subtracted
    first. So 1 is a filter that is the kernel, scaled, and zero elsewhere. The smaller lies fully
    inside the larger, in height and in width, at the shift where the cosine is furthest from 0:
    equal sizes leave one. Every filter counts once for each channel, and for the mean over them;
    one of zeros is like nothing, its cosine 0. `BadValue` for a kernel of zeros, and for weights
    of another shape or not finite.
    """
    check_kernel(kernel)
    if weight.ndim != 4 or not weight.numel():
        raise BadValue(f"weights of {tuple(weight.shape)} are no filters: (out, in, h, w) are")
    if not kernel.any():
        raise BadValue("a kernel of zeros is like nothing: take one with a number other than 0")
    if not weight.isfinite().all():
        raise BadValue("the weights are not all finite: nothing can be compared with them")
    planes = _planes(weight.detach().double().cpu())
    cosines, shifts = _best(planes.flatten(0, 1), kernel.detach().double().cpu())
    order = cosines.abs().argsort(descending=True, stable=True)[:most]
    return [_found(place, weight.shape[1], cosines, shifts) for place in order.tolist()]


def _planes(weight: Tensor) -> Tensor:
    """Each filter's channels, then their mean, where there are several."""
    if weight.shape[1] == 1:
        return weight
    return torch.cat([weight, weight.mean(1, keepdim=True)], 1)


def _best(planes: Tensor, kernel: Tensor) -> tuple[Tensor, Tensor]:
    """The cosine furthest from 0 of each plane (n, h, w): (n,), and its shift (n, 2)."""
    laid, shifts = _laid(kernel, planes.shape[1], planes.shape[2])
    lengths = torch.linalg.vector_norm(planes, dim=(1, 2)) * torch.linalg.vector_norm(kernel)
    largest, places = [], []
    for part in planes.flatten(1).split(max(1, AT_ONCE // len(laid))):
        products = part @ laid.flatten(1).T  # (n, shifts)
        place = products.abs().argmax(1, keepdim=True)
        largest.append(products.gather(1, place)[:, 0])
        places.append(place[:, 0])
    cosines = torch.cat(largest) / torch.where(lengths > 0, lengths, 1)
    return cosines.clamp(-1, 1), shifts[torch.cat(places)]


def _laid(kernel: Tensor, h: int, w: int) -> tuple[Tensor, Tensor]:
    """The kernel laid on (h, w) at every shift: (shifts, h, w), and the shifts (shifts, 2)."""
    down, right = max(h - kernel.shape[0], 0), max(w - kernel.shape[1], 0)
    windows = F.pad(kernel, [right, right, down, down]).unfold(0, h, 1).unfold(1, w, 1)
    rows, columns = windows.shape[:2]
    # the first window begins furthest before the kernel, so there the shift is largest
    shifts = torch.cartesian_prod(down - torch.arange(rows), right - torch.arange(columns))
    return windows.flatten(0, 1).flip(0), shifts.flip(0)


def _found(place: int, channels: int, cosines: Tensor, shifts: Tensor) -> Similar:
    which, channel = divmod(place, channels + (channels > 1))  # the mean follows the channels
    down, right = shifts[place].tolist()
    return Similar(
        filter=which,
        channel=channel if channel < channels else None,
        cosine=cosines[place].item(),
        shift=(down, right),
    )
