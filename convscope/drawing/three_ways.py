"""Dense, locally connected, convolution: which weights join a row of inputs to a row of outputs."""

import textwrap
from collections.abc import Iterator, Sequence
from colorsys import hls_to_rgb

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from convscope.drawing.figure import DARK, LIGHT, Theme, new_figure
from convscope.networks.locally_connected import Way

INPUTS, WINDOW = 7, 3
OUTPUTS = INPUTS - WINDOW + 1
GOLDEN = 0.618034
"""Of the colour circle: steps of it keep neighbouring colours apart."""


def draw_three_ways(ways: Sequence[Way], theme: Theme = LIGHT) -> Figure:
    """Three panels, one per way: seven inputs below, five outputs above, a colour per weight.

    Beneath are the numbers of the real layers, worked out.
    """
    figure = new_figure(10.2, 4.3, theme)
    top, beneath = figure.subplots(2, len(ways), height_ratios=(3, 1.5))
    for axes, below, way in zip(top, beneath, ways, strict=True):
        _draw_weights(axes, way.name, theme)
        _write_numbers(below, way, theme)
    figure.suptitle(
        "one layer three ways: each line is a product, each colour a weight of its own",
        color=theme.ink,
        fontsize=12,
    )
    return figure


def weight_number(way: str, position: int, offset: int) -> int:
    """Which weight joins input `position + offset` to output `position`, by its number."""
    return offset if way == "convolution" else position * (INPUTS + 1) + offset


def _draw_weights(axes: Axes, way: str, theme: Theme) -> None:
    joined = list(_joined(way))
    lines = [[(i, 0.0), (o + (WINDOW - 1) / 2, 1.0)] for i, o, _ in joined]
    few = way == "convolution"
    colours = [_colour(number, few, theme) for _, _, number in joined]
    axes.add_collection(LineCollection(lines, colors=colours, linewidths=2.2 if few else 1.5))
    for row, count, start in ((0.0, INPUTS, 0.0), (1.0, OUTPUTS, (WINDOW - 1) / 2)):
        places = [start + i for i in range(count)]
        axes.scatter(
            places, [row] * count, s=110, color=theme.paper, edgecolors=theme.ink, zorder=3
        )
    axes.set(xlim=(-0.5, INPUTS - 0.5), ylim=(-0.2, 1.2))
    axes.set_axis_off()
    count = len({number for _, _, number in joined})
    axes.set_title(f"{way}: {count} weights", color=theme.ink, fontsize=11)


def _joined(way: str) -> Iterator[tuple[int, int, int]]:
    """The pairs (input, output) that a weight joins, and its number."""
    for position in range(OUTPUTS):
        offsets = range(-position, INPUTS - position) if way == "dense" else range(WINDOW)
        for offset in offsets:
            yield position + offset, position, weight_number(way, position, offset)


def _colour(number: int, few: bool, theme: Theme) -> str | tuple[float, float, float]:
    if few:
        return (theme.train, theme.validation, theme.good)[number]
    return hls_to_rgb(number * GOLDEN % 1, 0.62 if theme == DARK else 0.48, 0.55)


def _write_numbers(axes: Axes, way: Way, theme: Theme) -> None:
    axes.set_axis_off()
    about = textwrap.fill(way.about, 44)
    parameters, macs = _broken(way.parameters.formula), _broken(way.macs.formula)
    numbers = f"{about}\n\nparameters: {parameters}\nMACs: {macs}"
    axes.text(
        0.5, 1, numbers, color=theme.ink, fontsize=9.5, ha="center", va="top", linespacing=1.35,
        transform=axes.transAxes,
    )  # fmt: skip


def _broken(formula: str) -> str:
    """A formula in two lines where it is too long for one."""
    sum_, _, value = formula.rpartition(" = ")
    return formula if len(formula) < 40 else f"{sum_}\n= {value}"
