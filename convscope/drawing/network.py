"""The diagram of a network: every layer's output as a block, to scale, and what feeds what."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Polygon

from convscope.drawing.axes import one_line
from convscope.drawing.figure import LIGHT, Theme, new_figure
from convscope.drawing.network_blocks import Block, blocks_of, shortened
from convscope.drawing.network_layout import Place, placed
from convscope.drawing.network_scale import Scale, Solid, solids_of
from convscope.networks.anatomy import Anatomy

MARGIN, HEAD, FOOT = 0.3, 0.46, 0.52
"""Inches around, for the title, and for the legend."""
LONGEST = 17
"""Letters of a path; of a longer one, its last parts are written."""
LEGEND = {
    "conv": "convolution", "pool": "pooling, resizing", "dense": "dense", "join": "paths joined",
    "flatten": "flattened", "other": "other layers",
}  # fmt: skip
SCALE = (
    "to scale by the square root: height and depth are the maps', thickness is the channels, "
    "a bar's height its values"
)


def draw_network(anatomy: Anatomy, title: str = "", theme: Theme = LIGHT) -> Figure:
    """The net's blocks in rows, read like text; what skips blocks is an arc.

    Sizes go by the square root, so that 7 x 7 can be seen beside 224 x 224. Activations and
    normalisations belong to the block before them; in a long net, a part that comes several times
    is drawn once and counted.
    """
    blocks = shortened(blocks_of(anatomy))
    places = placed(blocks)
    scale = Scale(blocks, places)
    solids = solids_of(blocks, places, scale, left=MARGIN, top=HEAD)
    width, height = scale.width + 2 * MARGIN, scale.height + HEAD + FOOT
    figure = new_figure(width, height, theme)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    _write_head(axes, anatomy, title, theme)
    for number, block in enumerate(blocks):
        for source in block.sources:
            _join(
                axes, solids[source], solids[number], places[source], places[number], scale, theme
            )
    for block, solid in zip(blocks, solids, strict=True):
        _draw_solid(axes, block, solid, theme)
        _write_names(axes, block, solid, theme)
    _count_parts(axes, blocks, solids, places, theme)
    _write_legend(axes, blocks, height, theme)
    return figure


def _write_head(axes: Axes, anatomy: Anatomy, title: str, theme: Theme) -> None:
    counts = f"{anatomy.parameters:,} parameters, {anatomy.macs:,} MACs for one image"
    named = f"{one_line(title, 60)}: " if title else ""
    axes.text(MARGIN, 0.34, named + counts, color=theme.ink, fontsize=12)


def _colour(role: str, theme: Theme) -> str:
    return {
        "conv": theme.train, "pool": theme.validation, "dense": theme.mark, "join": theme.quiet,
        "flatten": theme.frame, "image": theme.frame,
    }.get(role, theme.wrong)  # fmt: skip


def _draw_solid(axes: Axes, block: Block, solid: Solid, theme: Theme) -> None:
    """Front, top and side, the front lightest."""
    colour = _colour(block.role, theme)
    for face, share in zip(solid.faces(), (0.5, 0.7, 0.95), strict=True):
        mixed = [
            share * c + (1 - share) * p
            for c, p in zip(to_rgb(colour), to_rgb(theme.paper), strict=True)
        ]
        axes.add_patch(
            Polygon(face, facecolor=mixed, edgecolor=colour, linewidth=0.8, joinstyle="round")
        )


def _write_names(axes: Axes, block: Block, solid: Solid, theme: Theme) -> None:
    """What it is, where it is in the net, and its shape."""
    lines = [(block.label, theme.ink, 8.5), ("x".join(map(str, block.shape)), theme.ink, 8.5)]
    if block.role != "image":
        lines.insert(1, (one_line(_end_of(block.name), LONGEST), theme.quiet, 7.5))
    for i, (text, colour, size) in enumerate(lines):
        axes.text(
            solid.middle, solid.names + 0.15 * i, text, color=colour, fontsize=size, ha="center",
            va="top", bbox={"facecolor": theme.paper, "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip


def _end_of(path: str) -> str:
    """The last parts of a path, as many as fit."""
    parts = path.split(".")
    while len(parts) > 1 and len(".".join(parts)) > LONGEST:
        parts = parts[1:]
    return ".".join(parts)


def _join(
    axes: Axes, start: Solid, end: Solid, here: Place, there: Place, scale: Scale, theme: Theme
) -> None:
    """An arrow to the next block, an arc over what lies between, or one that leaves the row."""
    if here.row != there.row:
        right, left = scale.width + 1.4 * MARGIN, 0.6 * MARGIN
        if here.column == scale.last(here.row) and there.column == 0:
            _arrow(axes, (start.right, start.level), (right, start.level), theme, head=False)
            _arrow(axes, (left, end.level), (end.left, end.level), theme)
        else:
            _arrow(axes, start.above, (right, start.above[1] - 0.2), theme, 0.15, head=False)
            _arrow(axes, (left, end.above[1] - 0.2), end.above, theme, 0.15)
    elif there.column - here.column == 1 or here.lane != there.lane:
        _arrow(axes, (start.right, start.level), (end.left, end.level), theme)
    else:
        bend = min(0.3 / (there.column - here.column) + 0.06, 0.3)
        _arrow(axes, start.above, end.above, theme, bend)


def _arrow(
    axes: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    theme: Theme,
    bend: float = 0,
    head: bool = True,
) -> None:
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>" if head else "-", mutation_scale=8, color=theme.quiet,
            linewidth=1.1, shrinkA=2, shrinkB=2, connectionstyle=f"arc3,rad={-bend}",
        )
    )  # fmt: skip


def _count_parts(
    axes: Axes,
    blocks: Sequence[Block],
    solids: Sequence[Solid],
    places: Sequence[Place],
    theme: Theme,
) -> None:
    """A line under the names of a part that comes several times, in each row it reaches."""
    for part in dict.fromkeys(block.part for block in blocks if block.part):
        inside = [n for n, block in enumerate(blocks) if block.part == part]
        for row in dict.fromkeys(places[n].row for n in inside):
            ends = [solids[n] for n in inside if places[n].row == row]
            y = max(solid.names for solid in ends) + 0.52
            left, right = min(s.left for s in ends), max(s.right for s in ends)
            axes.plot([left, right], [y, y], color=theme.mark, linewidth=1.6)
            axes.text(
                (left + right) / 2, y + 0.03, f"{blocks[part].times} times", color=theme.mark,
                fontsize=9, ha="center", va="top",
            )  # fmt: skip


def _write_legend(axes: Axes, blocks: Sequence[Block], height: float, theme: Theme) -> None:
    x = MARGIN
    shown = {block.role for block in blocks}
    for role, word in LEGEND.items():
        if role in shown:
            axes.text(x, height - 0.32, "■", color=_colour(role, theme), fontsize=10)
            axes.text(x + 0.16, height - 0.32, word, color=theme.ink, fontsize=8.5)
            x += 0.4 + 0.078 * len(word)
    axes.text(MARGIN, height - 0.12, SCALE, color=theme.quiet, fontsize=8.5)
