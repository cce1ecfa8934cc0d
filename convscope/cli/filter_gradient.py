"""`convscope filter --gradient` and `--edges`: two kernels as one slope."""

import dataclasses
from typing import TYPE_CHECKING, Any

from convscope.cli.filter_asked import Subject
from convscope.cli.filter_view import View, measured, plain
from convscope.errors import BadValue

if TYPE_CHECKING:
    from convscope.filters.kernels import Kernel


def show_gradient(subject: Subject) -> View:
    """How steep the picture is, and which way; with --edges, where it is steep enough."""
    from convscope.drawing.gradient import draw_gradient
    from convscope.filters.apply import clipped
    from convscope.filters.edges import edges, gradient

    pair, border = _pair(subject.kernels), subject.asked.border
    kernel_x, kernel_y = (kernel.values for kernel in pair)
    slope, threshold = gradient(subject.images, kernel_x, kernel_y, border), subject.asked.edges
    found = None
    if threshold is not None:
        found = edges(subject.images, threshold, kernel_x, kernel_y, border)
    name = "gradient" if found is None else f"edges-{threshold:g}"
    if subject.asked.clip:
        picture = plain(clipped(slope.magnitude if found is None else 255 * found.double()))
    else:
        picture = draw_gradient(subject.image, pair, slope, found, threshold or 0.0)
    numbers: dict[str, Any] = {
        "kernels": [kernel.name for kernel in pair],
        "magnitude": measured(slope.magnitude),
    }
    lines = [f"largest magnitude: {numbers['magnitude']['largest']:.6g}"]
    if found is not None:
        share = float(found.double().mean())
        numbers |= {"threshold": threshold, "edges": share}
        lines.append(f"edges: {100 * share:.2f} % of the pixels")
    return View(pictures={name: picture}, numbers={"gradient": numbers}, lines=tuple(lines))


def _pair(kernels: "list[Kernel]") -> "tuple[Kernel, Kernel]":
    """The kernels across and down: both given, or one and its transpose; else Sobel's."""
    from convscope.filters.catalogue import CATALOGUE

    if len(kernels) > 2:
        raise BadValue(f"--gradient takes a pair of kernels, across and down: {len(kernels)} came")
    if len(kernels) == 2:
        return kernels[0], kernels[1]
    kernel = kernels[0] if kernels else CATALOGUE["sobel-x"]
    stem, _, end = kernel.name.rpartition("-")
    if kernel.name in CATALOGUE and end in ("x", "y"):
        return CATALOGUE[f"{stem}-x"], CATALOGUE[f"{stem}-y"]
    other = dataclasses.replace(
        kernel, name=f"{kernel.name} transposed", values=kernel.values.T.contiguous()
    )
    return kernel, other
