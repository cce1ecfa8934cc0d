"""`convscope network three-ways` and `filter-sizes`: one layer done in several ways, worked out."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convscope.cli import output
from convscope.cli.network_words import SHAPE
from convscope.cli.options import check_ending, json_option, theme
from convscope.errors import BadValue

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from convscope.networks.filter_sizes import Choice
    from convscope.networks.locally_connected import Way


@click.command("three-ways")
@click.option(
    "--input", "shape", type=SHAPE, default="1,28,28", show_default=True, metavar="C,H,W",
    help="The image.",
)  # fmt: skip
@click.option("--filters", type=click.IntRange(1), default=10, show_default=True)
@click.option(
    "--kernel", type=click.IntRange(1), default=5, show_default=True, help="Side of the window."
)
@click.option("--out", metavar="FILE.svg", help="Draw it: a .svg or .png file.")
@click.option("--dark", is_flag=True, help="The figure for a dark page.")
@json_option
def compare_three_ways(
    shape: tuple[int, ...], filters: int, kernel: int, out: str | None, dark: bool, as_json: bool
) -> None:
    """One layer three ways: dense, locally connected, and a convolution that shares its weights."""
    from convscope.networks.locally_connected import three_ways

    _check(shape, out)
    channels, height, width = shape
    ways = three_ways((channels, height, width), filters, kernel)
    if out is not None:
        from convscope.drawing.three_ways import draw_three_ways

        _save(draw_three_ways(ways, theme(dark)), out)
    _show(ways, [way.about for way in ways], out, as_json)


@click.command("filter-sizes")
@click.option(
    "--input", "shape", type=SHAPE, default="16,32,32", show_default=True, metavar="C,H,W",
    help="The maps that the layer is given.",
)  # fmt: skip
@click.option("--filters", type=click.IntRange(1), default=16, show_default=True)
@click.option("--out", metavar="FILE.svg", help="Draw it: a .svg or .png file.")
@click.option("--dark", is_flag=True, help="The figure for a dark page.")
@json_option
def compare_filter_sizes(
    shape: tuple[int, ...], filters: int, out: str | None, dark: bool, as_json: bool
) -> None:
    """More filters or larger ones: what a value then sees, and what the layer costs."""
    from convscope.networks.filter_sizes import filter_choices

    _check(shape, out)
    channels, height, width = shape
    choices = filter_choices(channels, filters, (height, width))
    if out is not None:
        from convscope.drawing.filter_sizes import draw_filter_sizes

        _save(draw_filter_sizes(choices, theme(dark)), out)
    _show(choices, [_about(choice) for choice in choices], out, as_json)


def _about(choice: "Choice") -> str:
    size = "x".join([str(choice.kernels[0])] * 2)
    twice = ", twice" if len(choice.kernels) > 1 else ""
    field = "x".join([str(choice.field.value)] * 2)
    return f"{choice.filters} filters of {size}{twice}: one value sees {field} pixels"


def _check(shape: tuple[int, ...], out: str | None) -> None:
    if len(shape) != 3:
        raise BadValue("--input: these layers take maps, as channels, height and width: 16,32,32")
    if out is not None:
        check_ending(out, "--out")


def _save(figure: "Figure", out: str) -> None:
    from convscope.drawing.figure import save_figure

    save_figure(figure, Path(out))


def _show(
    ways: "Sequence[Way | Choice]", abouts: Sequence[str], out: str | None, as_json: bool
) -> None:
    if as_json:
        output.json_object(
            {
                way.name: {
                    "about": about,
                    "parameters": way.parameters.value,
                    "macs": way.macs.value,
                    "formulas": {"parameters": way.parameters.formula, "macs": way.macs.formula},
                }
                for way, about in zip(ways, abouts, strict=True)
            }
        )
        return
    for way, about in zip(ways, abouts, strict=True):
        output.answer(way.name, style="bold")
        output.answer(f"    {about}")
        output.answer(f"    parameters  {way.parameters}")
        output.answer(f"    MACs        {way.macs}")
    if out is not None:
        output.answer(f"picture: {out}")
