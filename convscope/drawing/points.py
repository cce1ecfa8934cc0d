"""Points on pictures: where they are, where they were found, and how many are how far off."""

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from torch import Tensor

from convscope.data.coordinates import known
from convscope.data.dataset import Dataset
from convscope.drawing.axes import add_legend, finish_axes, percent
from convscope.drawing.dataset import VARIANTS_A_ROW, draw_variants, variants_gap
from convscope.drawing.figure import LIGHT, Theme, as_picture, montage, new_figure

TRUE, FOUND = "#35d07f", "#ff4d3d"
"""Green and red that stand out from skin, in either light."""
OUTLINE = "#10151a"
LONGEST = 7.0
"""Inches of the longer side of a picture."""
MOST_SHOWN = 40
"""Images on a contact sheet."""


def draw_points(picture: np.ndarray, found: Tensor, truth: Tensor | None = None) -> Figure:
    """`picture` (h, w, c) uint8 with the points `found` (p, 2), (x, y) in its pixels.

    With `truth` (p, 2), where they should be, and a line to it; NaN where that is not known.
    """
    h, w, c = picture.shape
    scale = LONGEST / max(h, w)
    figure = Figure(figsize=(w * scale, h * scale))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(picture[:, :, 0] if c == 1 else picture, cmap="gray", vmin=0, vmax=255)
    side = 2.8 if len(found) > 30 else 4.0
    if truth is not None:
        lines = torch.stack([truth, found], 1)
        known = lines[~truth.isnan().any(1)].tolist()
        axes.add_collection(LineCollection(known, colors=FOUND, linewidths=side / 2))
        _dots(axes, truth, TRUE, side)
    _dots(axes, found, FOUND, side)
    axes.set(xlim=(-0.5, w - 0.5), ylim=(h - 0.5, -0.5))
    axes.set_axis_off()
    return figure


def draw_points_sheet(dataset: Dataset, columns: int = 10) -> Figure:
    """The first images of a data set of points, each with its points."""
    c, h, w = dataset.image_shape
    shown = min(len(dataset), MOST_SHOWN)
    columns = min(columns, shown)
    rows, gap = -(-shown // columns), max(1, h // 24)
    figure = new_figure(columns * 1.15 * w / h + 0.2, rows * 1.15 + 0.45)
    axes = figure.subplots()
    pictures = np.stack([as_picture(image) for image in dataset.images[:shown]])
    axes.imshow(montage(pictures, columns, gap), interpolation="nearest")
    for i, points in enumerate(dataset.targets[:shown]):
        corner = points.new_tensor([(i % columns) * (w + gap), (i // columns) * (h + gap)])
        _dots(axes, points + corner, TRUE, 1.0)
    axes.set_axis_off()
    words = f"{len(dataset):,} images of {c} x {h} x {w}, {len(dataset.target_names)} points"
    axes.set_title(words, color=LIGHT.ink, loc="left", fontsize=11)
    return figure


def draw_moved_points(
    original: tuple[Tensor, Tensor], images: Tensor, points: Tensor, augment: str
) -> Figure:
    """An image (c, h, w) in 0..1 with its points (p, 2), and what `augment` makes of both.

    `images` (n, c, h, w), `points` (n, p, 2).
    """
    figure = draw_variants(original[0], images, augment)
    left, right = figure.axes
    _dots(left, original[1], TRUE, 1.4)
    h, w = images.shape[2:]
    gap = variants_gap(h)
    for i, moved in enumerate(points):
        across, down = i % VARIANTS_A_ROW * (w + gap), i // VARIANTS_A_ROW * (h + gap)
        inside = known(moved[None], (h, w))[0]
        _dots(right, moved[inside] + moved.new_tensor([across, down]), TRUE, 0.9)
    return figure


def draw_cumulative_errors(
    errors: Sequence[float], guesses: Sequence[float], theme: Theme = LIGHT
) -> Figure:
    """What share of images stays below each error (fractions), beside that of guessing.

    `errors` and `guesses` hold one number per image; there may be no guesses.
    """
    figure = new_figure(4.6, 3.2, theme)
    axes = figure.subplots()
    for values, colour, words in (
        (errors, theme.validation, "this model"),
        (guesses, theme.quiet, "mean places"),
    ):
        if values:
            shares = np.arange(1, len(values) + 1) / len(values)
            axes.step(
                percent(sorted(values)), percent(shares.tolist()), colour, where="post", label=words
            )
    far = 100 * float(np.quantile([*errors, *guesses], 0.95))
    axes.set(xlim=(0, far), ylim=(0, 101))
    add_legend(axes, theme)
    finish_axes(axes, theme, "images below an error, %", x="error, %")
    return figure


def draw_mean_errors(places: Tensor, radii: Tensor, theme: Theme = LIGHT) -> Figure:
    """Points (p, 2) at their `places`, around each a circle of the radius (p,) in the same unit."""
    known = ~(places.isnan().any(1) | radii.isnan())
    figure = new_figure(4.6, 4.2, theme)
    axes = figure.subplots()
    for (x, y), radius in zip(places[known].tolist(), radii[known].tolist(), strict=True):
        axes.add_patch(Circle((x, y), radius, color=theme.validation, alpha=0.25, linewidth=0))
    x, y = places[known].T.tolist()
    axes.scatter(x, y, s=9, color=theme.ink, zorder=3)
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.invert_yaxis()
    axes.set_axis_off()
    axes.set_title("error of each point", color=theme.ink, loc="left", fontsize=11)
    return figure


def _dots(axes: Axes, points: Tensor, colour: str, side: float) -> None:
    x, y = points.T.tolist()
    axes.scatter(x, y, s=side**2 * 3, c=colour, edgecolors=OUTLINE, linewidths=0.4, zorder=3)
