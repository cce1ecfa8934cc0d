"""A picture and those that lie nearest to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from convscope.drawing.figure import LIGHT, Theme, new_figure

ACROSS = 6
"""Pictures in a row."""
LONGEST = 22
"""Letters of a line of a caption."""


@dataclass(frozen=True, eq=False)
class Framed:
    """A picture, the lines below it, and whether its label is the one that is asked about."""

    pixels: np.ndarray
    """(h, w, 1 or 3) uint8."""
    lines: tuple[str, ...]
    agrees: bool | None
    """None where nobody knows."""


def draw_neighbours(
    query: Framed, found: Sequence[Framed], title: str, theme: Theme = LIGHT
) -> Figure:
    """`query`, then `found` in their order: green frames where the label agrees, red where not."""
    framed = [query, *found]
    across = min(ACROSS, len(framed))
    down = -(-len(framed) // across)
    figure = new_figure(1.75 * across, 2.25 * down + 0.5, theme)
    figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.1)
    figure.suptitle(_plain(title), color=theme.ink, fontsize=11)
    for place in range(across * down):
        axes = figure.add_subplot(down, across, place + 1)
        if place < len(framed):
            _show(axes, framed[place], place == 0, theme)
        else:
            axes.set_axis_off()
    return figure


def _show(axes: Axes, framed: Framed, asked: bool, theme: Theme) -> None:
    pixels = framed.pixels
    shown = pixels.repeat(3, 2) if pixels.shape[2] == 1 else pixels
    axes.imshow(shown, interpolation="none" if max(shown.shape) <= 64 else "antialiased")
    axes.set_xticks([])
    axes.set_yticks([])
    colours = {None: theme.frame, True: theme.good, False: theme.wrong}
    for spine in axes.spines.values():
        spine.set_visible(False)
    edge = Rectangle(
        (0, 0), 1, 1, fill=False, lw=4, ec=theme.ink if asked else colours[framed.agrees]
    )
    edge.set_transform(axes.transAxes)
    edge.set_clip_on(False)
    axes.add_patch(edge)
    words = "\n".join(_plain(_short(line)) for line in framed.lines)
    axes.set_xlabel(words, color=theme.ink, fontsize=8.5, labelpad=6)


def _short(line: str) -> str:
    return line if len(line) <= LONGEST else f"…{line[1 - LONGEST :]}"


def _plain(line: str) -> str:
    """A dollar is a dollar, and no formula."""
    return "".join(c if c.isprintable() else "?" for c in line).replace("$", r"\$")
