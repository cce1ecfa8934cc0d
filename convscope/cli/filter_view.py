"""One view that `convscope filter` gives, whole, before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from torch import Tensor

ROUNDING = 1e-9
"""Share of the largest value."""
CHANNELS = {1: ("grey",), 3: ("red", "green", "blue")}


@dataclass(frozen=True, kw_only=True)
class View:
    """Pictures to write, lines to print, numbers for --json."""

    pictures: "Mapping[str, Figure | np.ndarray]"
    """By the names of their files, without suffix; an array (h, w, c) is the plain picture."""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()


def measured(answer: "Tensor") -> dict[str, Any]:
    """The numbers that sum up an answer (1, c, h, w); what is rounding is taken for 0."""
    slack = ROUNDING * float(answer.abs().max())
    mean = float(answer.mean())
    return {
        "size": list(answer.shape[2:]),
        "smallest": float(answer.min()),
        "largest": float(answer.max()),
        "mean": mean if abs(mean) > slack else 0.0,
        "below_zero": int((answer < -slack).count_nonzero()) / answer.numel(),
    }


def size_words(numbers: Mapping[str, Any]) -> str:
    """The size of what was `measured`."""
    h, w = numbers["size"]
    return f"{h} x {w}"


def plain(images: "Tensor") -> "np.ndarray":
    """(1, c, h, w) uint8 -> (h, w, c)."""
    return images[0].permute(1, 2, 0).numpy()
