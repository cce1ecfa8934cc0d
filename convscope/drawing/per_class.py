"""How well each class is found, the worst first."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from convscope.drawing.axes import error_lengths, finish_axes, one_line, percent
from convscope.drawing.figure import LIGHT, Theme, new_figure

MOST_SHOWN = 30


def draw_per_class(
    names: Sequence[str],
    recalls: Sequence[float | None],
    intervals: Sequence[Sequence[float] | None],
    theme: Theme = LIGHT,
) -> Figure:
    """Recall (fractions) of each class with its 95 % interval, worst on top; at most the worst 30.

    Classes without images have no recall (None) and no line.
    """
    rows = zip(recalls, intervals, names, strict=True)
    known = [(recall, near, name) for recall, near, name in rows if recall is not None and near]
    shown = sorted(known, key=lambda row: row[0])[:MOST_SHOWN]
    figure = new_figure(4.6, 0.24 * len(shown) + 0.9, theme)
    axes = figure.subplots()
    right = percent([recall for recall, _, _ in shown])
    reach = error_lengths(right, [percent(near) for _, near, _ in shown])
    axes.errorbar(
        right, range(len(shown)), xerr=reach, fmt="o", color=theme.validation, markersize=5,
        elinewidth=1, capsize=2,
    )  # fmt: skip
    axes.set_ylim(max(len(shown), 1) - 0.5, -0.5)
    title = "recall, %"
    if len(shown) < len(known):
        title += f": the worst {len(shown)} of {len(known):,} classes"
    finish_axes(axes, theme, title)
    axes.set_yticks(range(len(shown)), [one_line(name) for _, _, name in shown])
    axes.tick_params(axis="y", length=0, labelcolor=theme.ink)
    return figure
