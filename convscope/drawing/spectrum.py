"""The frequencies of a picture, its coarse and its fine part, and what a kernel lets through."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from torch import Tensor

from convscope.drawing.axes import one_line
from convscope.drawing.figure import LIGHT, Theme
from convscope.drawing.numbers import as_numbers, short, write_kernel
from convscope.drawing.shades import (
    Scale,
    add_bar,
    frame,
    place_height,
    reduced,
    roomy_figure,
    show_values,
)
from convscope.filters.kernels import Kernel
from convscope.filters.spectrum import response, spectrum, split

WIDTH = 4.4
"""Inches of a picture."""
SQUARE = 0.76
"""Height of a spectrum's place, in widths."""
SHADES = "magma"


def draw_spectrum(
    image: Tensor, radius: float, kernel: Kernel | None = None, theme: Theme = LIGHT
) -> Figure:
    """`image` (1, h, w) in 0..255 split at `radius`, a fraction of Nyquist, and the spectra below.

    With a `kernel` also its response, and what it leaves of the spectrum. Frequencies are in
    periods per pixel, 0 in the middle; the circle is where the picture is split.
    """
    low, high = (part[0] for part in split(image[None], radius))
    heights = [place_height(image), SQUARE, SQUARE][: 3 if kernel else 2]
    figure = roomy_figure(3 * WIDTH + 0.4, WIDTH * sum(heights) + len(heights), theme)
    panels = figure.subplots(len(heights), 3, height_ratios=heights)
    split_at = f"{short(radius / 2)} periods per pixel"
    show_values(panels[0, 0], image, "the picture", theme, scale=(0, 255))
    show_values(panels[0, 1], low, f"low: up to {split_at}", theme, scale=(0, 255))
    show_values(panels[0, 2], high, f"high: above {split_at}", theme)
    strengths = spectrum(image)[0]
    scale = (0.0, float(strengths.max()) or 1.0)
    for axes, part, title in (
        (panels[1, 0], strengths, "its frequencies, log(1 + magnitude)"),
        (panels[1, 1], spectrum(low)[0], "those of the low part"),
        (panels[1, 2], spectrum(high)[0], "those of the high part"),
    ):
        _show_frequencies(axes, part, title, scale, theme)
        axes.add_patch(Circle((0, 0), radius / 2, fill=False, edgecolor="white", linewidth=0.8))
    if kernel:
        _show_kernel(list(panels[2]), strengths, kernel, scale, theme)
    return figure


def _show_kernel(
    panels: list[Axes], strengths: Tensor, kernel: Kernel, scale: Scale, theme: Theme
) -> None:
    """A kernel, its response, and a spectrum (h, w) times that."""
    h, w = strengths.shape
    let_through = response(kernel.values, (h, w))
    name = one_line(kernel.name)
    write_kernel(panels[0], kernel, theme, inches=WIDTH * SQUARE)
    end = float(let_through.max()) or 1.0
    _show_frequencies(panels[1], let_through, f"what {name} multiplies them by", (0, end), theme)
    left = (strengths.expm1() * let_through).log1p()
    _show_frequencies(panels[2], left, f"what {name} leaves (border wrap)", scale, theme)


def _show_frequencies(axes: Axes, values: Tensor, title: str, scale: Scale, theme: Theme) -> None:
    """`values` (h, w), frequency 0 in their middle, on axes that count periods per pixel."""
    h, w = values.shape
    top, left = (-(side // 2) - 0.5 for side in (h, w))
    axes.imshow(
        as_numbers(reduced(values[None])[0]), cmap=SHADES, vmin=scale[0], vmax=scale[1],
        interpolation="antialiased",
        extent=(left / w, (left + w) / w, (top + h) / h, top / h),
    )  # fmt: skip
    frame(axes, title, theme)
    axes.set(xlim=(-0.5, 0.5), ylim=(0.5, -0.5), xticks=(-0.5, 0, 0.5), yticks=(-0.5, 0, 0.5))
    axes.tick_params(colors=theme.quiet, labelsize=9, length=2)
    axes.set_xlabel("periods per pixel", color=theme.quiet, fontsize=9)
    add_bar(axes, scale, theme, shades=SHADES)
