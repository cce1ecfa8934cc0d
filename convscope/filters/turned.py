"""A kernel turned by half a turn, which makes true convolution of cross-correlation."""

import dataclasses

import torch
from torch.nn import functional as F

from convscope.filters.kernels import Kernel


def turned(kernel: Kernel) -> Kernel:
    """The kernel with which `correlate` answers as `convolve_true` does with `kernel`.

    It is turned about its anchor `k // 2`. An even side has no middle, so its anchor ends up one
    short of it: a row or column of zeros in front puts it right.
    """
    h, w = kernel.size
    values = F.pad(kernel.values.flip(0, 1), [1 - w % 2, 0, 1 - h % 2, 0])
    return dataclasses.replace(kernel, name=f"{kernel.name} turned", values=values)


def turning(kernel: Kernel) -> str:
    """What the half turn makes of a kernel, in words."""
    other = kernel.values.flip(0, 1)
    if torch.equal(other, kernel.values):
        words = "is the same when turned"
    elif torch.equal(other, -kernel.values):
        words = "turned is its negative: every answer changes its sign"
    else:
        words = "turned is another kernel, with other answers"
    even = any(side % 2 == 0 for side in kernel.size)
    return f"{kernel.name} {words}" + (", one pixel further on (an even side)" if even else "")
