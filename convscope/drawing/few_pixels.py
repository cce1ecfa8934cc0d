"""A picture made so small that each of its pixels can be looked at in turn."""

import math

from torch import Tensor
from torch.nn import functional as F

MOST_PIXELS = 144
"""16 x 9, or 12 x 12: a film of a quarter of a minute."""


def few_pixels(image: Tensor) -> Tensor:
    """`image` (1, h, w), or its middle made smaller by means: at most 144 whole values."""
    _, h, w = image.shape
    if h * w <= MOST_PIXELS:
        return image
    tall, wide = min(h, max(2 * w, MOST_PIXELS // w)), min(w, max(2 * h, MOST_PIXELS // h))
    top, left = (h - tall) // 2, (w - wide) // 2
    middle = image[:, top : top + tall, left : left + wide]
    times = min(1.0, math.sqrt(MOST_PIXELS / (tall * wide))) + 1e-9
    size = max(1, int(tall * times)), max(1, int(wide * times))
    return F.adaptive_avg_pool2d(middle, size).round()
