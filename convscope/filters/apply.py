"""Kernels applied to images, every channel by itself.

Images are (n, c, h, w) floats in any unit. A border is a name of `BORDERS`; crop makes the answer
smaller.
"""

from collections.abc import Iterable

import torch
from scipy.fft import next_fast_len
from torch import Tensor

from convscope.errors import BadValue
from convscope.filters.borders import pad
from convscope.filters.kernels import check_kernel
from convscope.shapes import FeatureMaps, Images, Stored

MOST_SUMMED = 49
"""Numbers of a kernel that are summed one by one; with more, the way by the frequencies is quicker.
A megapixel in float32 on one core: 2 ms for 3 x 3, 6 ms for 7 x 7, 14 ms for 31 x 31."""


def correlate(images: Tensor, kernel: Tensor, border: str = "mirror") -> FeatureMaps:
    """What `kernel` (h, w) answers at each pixel: the sum of its numbers times what lies beneath.

    This is what deep-learning libraries call convolution: out[y, x] is the sum over i, j of
    kernel[i, j] * image[y + i - h // 2, x + j - w // 2].
    `BadValue` for a kernel that is empty, not finite, or larger than the image with border crop,
    and for images that are not floats (n, c, h, w); `UnknownName` for a border that is none.
    """
    check_kernel(kernel)
    padded = pad(images, (kernel.shape[0], kernel.shape[1]), border)
    answer = _by_sums if kernel.count_nonzero() <= MOST_SUMMED else _by_frequencies
    return answer(padded, kernel.detach())


def convolve_true(images: Images, kernel: Tensor, border: str = "mirror") -> FeatureMaps:
    """The convolution of mathematics: `kernel` turned by 180 degrees, then laid on as `correlate`.

    Both agree where a kernel looks the same after half a turn (Gaussian, box, Laplacian); Sobel's
    answer changes its sign; for a learned kernel the turn is learned along, so networks leave it
    out. out[y, x] is the sum over i, j of kernel[i, j] * image[y - i + h // 2, x - j + w // 2], as
    `scipy.ndimage.convolve` has it.
    """
    return correlate(images.flip(2, 3), kernel, border).flip(2, 3)


def chain(images: Images, kernels: Iterable[Tensor], border: str = "mirror") -> FeatureMaps:
    """`images` through one kernel after the other, each answer bordered anew."""
    for kernel in kernels:
        images = correlate(images, kernel, border)
    return images


def grey(images: Images) -> FeatureMaps:
    """How bright each pixel is to the eye: (n, 3, h, w) or (n, 1, h, w) -> (n, 1, h, w).

    0.299 red + 0.587 green + 0.114 blue, ITU-R BT.601, as Pillow's "L". `BadValue` for other
    numbers of channels.
    """
    if images.shape[1] == 1:
        return images
    if images.shape[1] != 3:
        raise BadValue(f"images of {images.shape[1]} channels have no grey: 1 or 3 channels do")
    red, green, blue = images.split(1, 1)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def clipped(images: Images) -> Stored:
    """Images in units of 0..255 as OpenCV stores them: rounded half to even, cut off, uint8."""
    return images.round().clamp(0, 255).byte()


def _by_sums(padded: Images, kernel: Tensor) -> Tensor:
    """One shifted image for each number of the kernel, added up; zeros cost nothing."""
    n, c, h, w = padded.shape
    h, w = h - kernel.shape[0] + 1, w - kernel.shape[1] + 1
    maps = padded.new_zeros(n, c, h, w)
    for i, j in kernel.nonzero().tolist():
        maps.add_(padded[:, :, i : i + h, j : j + w], alpha=kernel[i, j].item())
    return maps


def _by_frequencies(padded: Images, kernel: Tensor) -> Tensor:
    """The product of the spectra, the kernel's turned about: one multiplication per frequency."""
    h, w = padded.shape[2:]
    size = [next_fast_len(h, real=True), next_fast_len(w, real=True)]
    product = torch.fft.rfft2(padded, size) * torch.fft.rfft2(kernel.to(padded), size).conj()
    maps = torch.fft.irfft2(product, size)
    # further right and below, the kernel would reach around to the other side
    return maps[:, :, : h - kernel.shape[0] + 1, : w - kernel.shape[1] + 1]
