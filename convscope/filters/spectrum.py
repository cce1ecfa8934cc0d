"""Frequencies: those of an image, those that a kernel lets through, an image parted at one of them.

A frequency is a wave's number of periods per pixel, down and across, -1/2..1/2 each. 1/2 is
Nyquist's, the fastest that pixels can show: dark and bright in turn. Centred means that frequency 0
stands at row `h // 2` and column `w // 2`, as numpy's `fftshift` puts it.
"""

import torch
from torch import Tensor

from convscope.errors import BadValue
from convscope.filters.kernels import check_kernel
from convscope.shapes import FeatureMaps, Images

PLANE = (-2, -1)


def spectrum(image: Tensor) -> Tensor:
    """How strong each frequency is in each channel: (..., h, w) -> (..., h, w), centred.

    It is log(1 + magnitude), because the coarse outweighs the fine a thousandfold. The phase,
    which says where things are, is left out.
    """
    if image.ndim < 2 or not image.is_floating_point() or not image.numel():
        raise BadValue(
            f"an image of shape {tuple(image.shape)} and {image.dtype} has no spectrum: "
            "floats (..., h, w) have one, and not empty ones"
        )
    return _magnitude(image, (image.shape[-2], image.shape[-1])).log1p()


def response(kernel: Tensor, size: tuple[int, int]) -> Tensor:
    """What `kernel` multiplies each frequency of an image of `size` by: (h, w), centred.

    It is a magnitude, 0 or more; at frequency 0, in the middle, the kernel's sum without sign.
    With border wrap the spectrum of what `correlate` answers is the image's times this.
    """
    check_kernel(kernel)
    h, w = size
    if kernel.shape[0] > h or kernel.shape[1] > w:
        raise BadValue(
            f"a kernel of {kernel.shape[0]} x {kernel.shape[1]} has no response at the "
            f"frequencies of an image of {h} x {w}: take a smaller kernel or a larger image"
        )
    return _magnitude(kernel, (h, w))


def split(images: Images, radius: float | int) -> tuple[FeatureMaps, FeatureMaps]:
    """The slow and the fast part of `images` (n, c, h, w): (low, high), of their size.

    `radius` is a fraction of Nyquist's frequency, 0..1, the same in all directions: low keeps the
    waves that are at least 2 / radius pixels long (20 for 0.1), high is all the rest, so that
    low + high is the image again. At 0 low is the mean. The cut is sharp, and rings beside edges.
    """
    if not 0 <= radius <= 1:
        raise BadValue(f"radius {radius}: it is a fraction of the fastest frequency, 0 to 1")
    h, w = images.shape[2:]
    down = torch.fft.fftfreq(h, dtype=images.dtype, device=images.device)
    across = torch.fft.rfftfreq(w, dtype=images.dtype, device=images.device)
    slow = torch.hypot(down[:, None], across) <= radius / 2
    low = torch.fft.irfft2(torch.fft.rfft2(images) * slow, (h, w))
    return low, images - low


def _magnitude(values: Tensor, size: tuple[int, int]) -> Tensor:
    """How strong each frequency is, centred: one half computed, the other its mirror image."""
    half = torch.fft.rfft2(values, size).abs()  # (..., h, w // 2 + 1)
    other = half[..., 1 : (size[1] + 1) // 2].flip(PLANE).roll(1, -2)
    return torch.fft.fftshift(torch.cat([half, other], -1), PLANE)
