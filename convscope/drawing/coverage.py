"""What a model gains in accuracy by leaving the unsure answers out."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from convscope.drawing.axes import add_legend, finish_axes, marker, percent
from convscope.drawing.figure import LIGHT, Theme, new_figure


def draw_coverage(
    coverage: Sequence[float],
    accuracy: Sequence[float],
    chosen: tuple[float, float] | None = None,
    theme: Theme = LIGHT,
) -> Figure:
    """The accuracy of the answers given, over the share of images that get one; fractions.

    `chosen` is the (coverage, accuracy) of the threshold in use.
    """
    figure = new_figure(4.6, 3.2, theme)
    axes = figure.subplots()
    axes.plot(percent(coverage), percent(accuracy), color=theme.validation, marker=marker(coverage))
    if chosen:
        answered, right = percent(chosen)
        label = f"threshold: {answered:.1f} % answered, {right:.1f} % right"
        axes.plot([answered], [right], "o", color=theme.mark, label=label)
        add_legend(axes, theme)
    axes.set_xlim(0, 102)
    finish_axes(axes, theme, "accuracy of the answers given, %", x="images answered, %")
    return figure
