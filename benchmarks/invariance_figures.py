"""The figures of docs/invariance.md, from what `benchmarks/invariance.py` measured."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from matplotlib.axes import Axes

from convscope.data.dataset import Dataset
from convscope.data.loading import load_data
from convscope.data.preprocess import pixel_order
from convscope.drawing.axes import finish_axes
from convscope.drawing.class_invariance import draw_class_invariance
from convscope.drawing.figure import LIGHT, as_picture, montage, new_figure, save_figure, show
from convscope.drawing.invariance import draw_invariance
from convscope.evaluation.invariance import Invariance
from convscope.evaluation.tolerance import Curve
from convscope.evaluation.transformations import paper, rotated, scaled, shifted

SHOWN: Mapping[str, tuple[str, tuple[float, ...]]] = {
    "shift": ("pixels to the right", (0, 1, 2, 4, 6, 8, 10, 14)),
    "scale": ("times the size", (0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.4, 2)),
    "rotate": ("degrees anticlockwise", (0, 15, 30, 45, 60, 90, 135, 180)),
}


def draw_figures(
    folder: Path,
    curves: Mapping[str, Sequence[Curve]],
    one: Invariance,
    accuracies: Mapping[str, Sequence[float]],
) -> None:
    """Four pictures in `folder`: curves, classes, what the changes look like, the permutation."""
    held = load_data("mnist", validation=0.1).validation
    save_figure(draw_invariance(curves, one.guessing), folder / "invariance.png")
    save_figure(draw_class_invariance("CNN, seed 0", one.curves), folder / "invariance-classes.png")
    draw_changes(held, folder / "invariance-changes.png")
    draw_permutation(held, accuracies, folder / "permutation.png")


def draw_changes(held: Dataset, path: Path) -> None:
    """One six, changed more and more in each of the three ways."""
    six = held.images[int((held.labels == 6).nonzero()[2])].float()[None] / 255
    figure = new_figure(9.2, 4.8)
    grid = figure.add_gridspec(len(SHOWN), 1)
    for row, (kind, (unit, amounts)) in enumerate(SHOWN.items()):
        band = figure.add_subfigure(grid[row])
        band.suptitle(f"{kind}, {unit}", x=0.005, ha="left", color=LIGHT.ink, fontsize=11)
        for axes, amount in zip(band.subplots(1, len(amounts)), amounts, strict=True):
            show(axes, as_picture(_changed(six, kind, amount)[0]), f"{amount:g}")
            axes.title.set_fontsize(9)
    save_figure(figure, path)


def _changed(images: torch.Tensor, kind: str, amount: float) -> torch.Tensor:
    """(1, c, h, w) moved to the right, scaled, or turned anticlockwise."""
    around = paper(images)
    if kind == "shift":
        return shifted(images, torch.tensor([0]), torch.tensor([int(amount)]), around)
    if kind == "scale":
        return scaled(images, amount, around)
    return rotated(images, torch.tensor([amount]), around)


def draw_permutation(held: Dataset, accuracies: Mapping[str, Sequence[float]], path: Path) -> None:
    """Digits in order and permuted, and what the two networks reach on either."""
    figure = new_figure(9.2, 3.2)
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    digits = torch.stack([held.images[int((held.labels == k).nonzero()[1])] for k in range(10)])
    moved = digits.flatten(2)[:, :, pixel_order(0, 784)].unflatten(2, (28, 28))
    pictures = [as_picture(image) for image in (*digits[:5], *moved[:5], *digits[5:], *moved[5:])]
    show(left, montage(np.stack(pictures), 5, 2), "each digit, and below it permuted")
    _show_accuracies(right, accuracies)
    save_figure(figure, path)


def _show_accuracies(axes: Axes, accuracies: Mapping[str, Sequence[float]]) -> None:
    names = ["MLP", "MLP, permuted", "CNN", "CNN, permuted"]
    for row, name in enumerate(names):
        shares = [100 * share for share in accuracies[name]]
        colour = LIGHT.train if name.startswith("MLP") else LIGHT.validation
        filled = "none" if "permuted" in name else colour
        axes.plot(shares, [row] * len(shares), "o", color=colour, markerfacecolor=filled)
    axes.set_ylim(len(names) - 0.5, -0.5)
    finish_axes(axes, LIGHT, "test accuracy of each seed, %")
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0, labelcolor=LIGHT.ink)
