"""Values of a filtered picture as shades, zero in their middle, and the bar that says so."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from torch import Tensor
from torch.nn import functional as F

from convscope.drawing.figure import LIGHT, Theme, new_figure
from convscope.drawing.numbers import as_numbers, short

NARROWEST, FLATTEST = 0.45, 1.5
"""Heights of a picture's place, in widths: further ones are shown smaller."""
ROUNDING = 1e-9
"""Below zero by less than this share of the largest is rounding, not a sign."""
MANY = 10_000
"""Of so many values the outermost may lie beyond the scale, for the others to be told apart."""
BEYOND = 0.002
"""The share that may."""
MOST_SORTED = 3_000_000
"""Of more values a regular sample tells where that share begins."""
MOST_DRAWN = 2000
"""Pixels of a side that no place here has; of larger pictures, several share one."""

Scale = tuple[float | int, float | int]
"""The values drawn as black and as white."""


def roomy_figure(width: float, height: float, theme: Theme = LIGHT) -> Figure:
    """An empty figure of that many inches whose pictures stay clear of its rim."""
    figure = new_figure(width, height, theme)
    figure.set_layout_engine("constrained", w_pad=0.09, h_pad=0.09, wspace=0.02, hspace=0.02)
    return figure


def scale_of(*answers: Tensor) -> Scale:
    """One scale for all of `answers`: zero in the middle if any goes below it, else from 0.

    Without signs it reaches to 255 at least. Of many values, the 2 in 1000 that are furthest from
    zero may lie beyond its ends.
    """
    lowest = min(float(answer.min()) for answer in answers)
    largest = max(float(answer.abs().max()) for answer in answers)
    end = largest
    if (count := sum(answer.numel() for answer in answers)) >= MANY:
        every = 1 + count // MOST_SORTED
        sizes = [as_numbers(answer.flatten()[::every].abs()) for answer in answers]
        end = float(np.quantile(np.concatenate(sizes), 1 - BEYOND))
    if lowest >= -ROUNDING * largest:
        return 0.0, max(255.0, end)
    end = end or largest
    return -end, end


def show_values(
    axes: Axes,
    values: Tensor,
    title: str = "",
    theme: Theme = LIGHT,
    *,
    scale: Scale | None = None,
    bar: bool = True,
) -> None:
    """`values` (c, h, w), c = 1 or 3, from black to white over `scale`, by default their own."""
    low, high = scale = scale or scale_of(values)
    _, h, w = values.shape
    numbers = as_numbers(reduced(values)).transpose(1, 2, 0)  # (h, w, c)
    shown = numbers[..., 0] if len(values) == 1 else ((numbers - low) / (high - low)).clip(0, 1)
    axes.imshow(
        shown, cmap="gray", vmin=low, vmax=high, interpolation="antialiased",
        extent=(-0.5, w - 0.5, h - 0.5, -0.5),
    )  # fmt: skip
    frame(axes, title, theme)
    if bar:
        add_bar(axes, scale, theme, beyond=beyond(scale, values))


def beyond(scale: Scale, *answers: Tensor) -> tuple[bool, bool]:
    """Whether any of `answers` lies below the scale's lower end, and above its upper one."""
    low, high = scale
    slack = ROUNDING * (high - low)
    below = any(float(answer.min()) < low - slack for answer in answers)
    return below, any(float(answer.max()) > high + slack for answer in answers)


def frame(axes: Axes, title: str, theme: Theme = LIGHT) -> None:
    """A title and a thin line around a picture, no ticks; pictures of a row end at one height."""
    axes.set_anchor("N")
    axes.set_facecolor(theme.paper)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_color(theme.frame)
    axes.set_title(title, color=theme.ink, fontsize=10)


def add_bar(
    panels: Axes | Sequence[Axes],
    scale: Scale,
    theme: Theme = LIGHT,
    *,
    shades: str = "gray",
    ticks: Mapping[float, str] | Mapping[int, str] | None = None,
    beyond: tuple[bool, bool] = (False, False),
) -> None:
    """What the `shades` of `panels` stand for, beneath them; an arrow where values lie beyond.

    `ticks` are the words at its values; by default the numbers at its ends and in its middle.
    """
    low, high = scale
    ends = {(True, True): "both", (True, False): "min", (False, True): "max"}
    panels = [panels] if isinstance(panels, Axes) else panels
    bar = panels[0].figure.colorbar(
        ScalarMappable(Normalize(low, high), shades), ax=panels, location="bottom", aspect=30,
        shrink=0.6 if len(panels) == 1 else 0.2, fraction=0.05, pad=0.02,
        extend=ends.get(beyond, "neither"),
    )  # fmt: skip
    ticks = ticks or {value: short(value) for value in (low, (low + high) / 2, high)}
    bar.set_ticks(list(ticks), labels=list(ticks.values()))
    bar.ax.tick_params(colors=theme.quiet, labelsize=9, length=2)
    bar.outline.set_edgecolor(theme.frame)


def reduced(values: Tensor) -> Tensor:
    """`values` (c, h, w), or means of squares of them where they are too many to be drawn."""
    square = max(values.shape[1:]) // MOST_DRAWN
    return values if square < 2 else F.avg_pool2d(values, square, ceil_mode=True)


def place_height(image: Tensor) -> float:
    """The height of a picture's place, in widths."""
    return float(np.clip(image.shape[-2] / image.shape[-1], NARROWEST, FLATTEST))
