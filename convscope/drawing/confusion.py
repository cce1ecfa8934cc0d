"""The confusion matrix: what each class was taken for."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.figure import Figure

from convscope.drawing.axes import finish_axes, one_line
from convscope.drawing.figure import LIGHT, Theme, new_figure

MOST_WRITTEN = 20
"""Classes up to which the counts can be read; and names that stand on a side."""
MOST_LETTERS = 36
"""Letters that stand side by side below the matrix."""
MOST_CELLS = 200
"""Cells on a side; of more classes, several share one."""


def draw_confusion(
    confusion: Sequence[Sequence[int]], class_names: Sequence[str], theme: Theme = LIGHT
) -> Figure:
    """Counts (k, k), rows are the truth: each cell as dark as its share of the row.

    The shade grows with the cube root of the share, so that rare mistakes show too. Right answers
    have a colour of their own. Of more than 200 classes, a cell shows the largest of several.
    """
    counts = np.asarray(confusion)  # (k, k)
    shares = counts / counts.sum(1, keepdims=True).clip(1)
    group = -(-len(counts) // MOST_CELLS)
    side = 6.4 if 10 < len(counts) <= MOST_WRITTEN else 4.6
    figure = new_figure(side, side - 0.1, theme)
    axes = figure.subplots()
    _show_shares(axes, _largest(shares, group), group, theme)
    title = "answers to each class"
    if group > 1:
        title += f" (largest of {group} x {group})"
    finish_axes(axes, theme, title, x="answer", y="truth", grid=False)
    _name_classes(axes, class_names, theme)
    if len(counts) <= MOST_WRITTEN:
        _write_counts(axes, counts, shares, theme)
    return figure


def _largest(shares: np.ndarray, group: int) -> np.ndarray:
    """(k, k) -> the largest of each `group` x `group` cells."""
    missing = -len(shares) % group
    padded = np.pad(shares, (0, missing))
    cells = len(padded) // group
    return padded.reshape(cells, group, cells, group).max((1, 3))


def _show_shares(axes: Axes, shares: np.ndarray, group: int, theme: Theme) -> None:
    right = np.eye(len(shares), dtype=bool)
    end = len(shares) * group - 0.5
    for colour, hidden in ((theme.good, ~right), (theme.wrong, right)):
        axes.imshow(
            np.ma.array(shares, mask=hidden),
            cmap=LinearSegmentedColormap.from_list("shade", [theme.paper, colour]),
            norm=PowerNorm(1 / 3, 0, 1),
            extent=(-0.5, end, end, -0.5),
            interpolation="none",
        )


def _name_classes(axes: Axes, class_names: Sequence[str], theme: Theme) -> None:
    """The names on both sides, every so many where there are more than fit."""
    places = range(0, len(class_names), -(-len(class_names) // MOST_WRITTEN))
    names = [one_line(class_names[i], 14) for i in places]
    fits = len(names) * max(map(len, names)) < MOST_LETTERS
    axes.set_xticks(places, names, rotation=0 if fits else 90)
    axes.set_yticks(places, names)
    length = 0 if len(places) == len(class_names) else 3
    axes.tick_params(length=length, labelsize=9, labelcolor=theme.ink)
    axes.set(xlim=(-0.5, len(class_names) - 0.5), ylim=(len(class_names) - 0.5, -0.5))


def _write_counts(axes: Axes, counts: np.ndarray, shares: np.ndarray, theme: Theme) -> None:
    """Each count that is not 0 in its cell, on a net of thin lines."""
    between = np.arange(len(counts) + 1) - 0.5
    axes.set_xticks(between, minor=True)
    axes.set_yticks(between, minor=True)
    axes.tick_params(which="minor", length=0)
    axes.grid(which="minor", color=theme.grid, linewidth=0.7)
    size = min(9, 28 / len(str(counts.max())))  # as many digits as a cell holds
    for row, column in np.argwhere(counts):
        ink = theme.ink if shares[row, column] < 0.5 else theme.paper
        axes.text(
            column, row, f"{counts[row, column]}", color=ink, fontsize=size, ha="center",
            va="center",
        )  # fmt: skip
