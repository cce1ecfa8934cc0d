"""What every picture shares: its colours, how images are laid on it, and how it is saved."""

import warnings
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from torch import Tensor

from convscope.atomic import make_folder, replacing


@dataclass(frozen=True, kw_only=True)
class Theme:
    """The colours of a picture, by what they stand for."""

    paper: str
    ink: str
    """Titles, names and numbers."""
    quiet: str
    """Ticks, and what only accompanies."""
    frame: str
    grid: str
    train: str
    validation: str
    mark: str
    """What was chosen: the epoch kept, a threshold."""
    good: str
    wrong: str


LIGHT = Theme(
    paper="white", ink="#1d2733", quiet="#7a8794", frame="#c3cbd3", grid="#e6eaee",
    train="#2f6fb7", validation="#d1602b", mark="#2a8a57", good="#2a8a57", wrong="#c43d36",
)  # fmt: skip
DARK = Theme(
    paper="#14181d", ink="#e4e9ee", quiet="#95a2af", frame="#46515c", grid="#262d35",
    train="#6aa9ee", validation="#f0905c", mark="#57c48a", good="#57c48a", wrong="#f0746c",
)  # fmt: skip

SVG: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text, in the reader's own font
    "svg.hashsalt": "convscope",  # the same names inside at every drawing
    "font.sans-serif": ["DejaVu Sans"],  # a short list: it is written at every text
    "image.composite_image": False,  # pictures in their own pixels
}
NAMELESS = dict.fromkeys(("Date", "Creator", "Format", "Type"))
"""No metadata: the same picture is the same text, on any day."""


def new_figure(width: float, height: float, theme: Theme = LIGHT) -> Figure:
    """An empty figure of that many inches, on the theme's paper."""
    return Figure(figsize=(width, height), facecolor=theme.paper, layout="constrained")


def save_figure(figure: Figure, path: Path) -> Path:
    """`figure` as PNG or SVG, as the suffix of `path` says; whole or not at all."""
    make_folder(path.parent)
    kind = path.suffix.lstrip(".") or "png"
    with replacing(path) as part:
        _write(figure, part, kind)
    return path


def svg_text(figure: Figure) -> str:
    """`figure` as the text of an SVG file, its words as text; the same figure, the same bytes."""
    page = StringIO()
    _write(figure, page, "svg")
    return page.getvalue()


def _write(figure: Figure, place: Path | StringIO, kind: str) -> None:
    metadata = NAMELESS if kind == "svg" else None
    with mpl.rc_context(SVG), warnings.catch_warnings():
        # a name in a script that this machine has no font for: the reader's may have one
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font", UserWarning)
        _lay_out(figure)
        figure.savefig(
            place, format=kind, dpi=120, facecolor=figure.get_facecolor(), metadata=metadata
        )


def _lay_out(figure: Figure) -> None:
    """Place the axes, once: at every further pass they would move by a hair."""
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        figure.set_layout_engine("none")


def as_picture(image: Tensor) -> np.ndarray:
    """(c, h, w) uint8, or floats in 0..1, with c = 1 or 3 -> (h, w, 3) uint8 for showing."""
    pixels = image.detach().cpu()
    if pixels.is_floating_point():
        pixels = pixels.clamp(0, 1).mul(255).round().byte()
    return pixels.expand(3, -1, -1).permute(1, 2, 0).numpy()


def as_bytes(colour: str) -> np.ndarray:
    """A colour as its red, green and blue: (3,) uint8."""
    return np.multiply(to_rgb(colour), 255).round().astype(np.uint8)


def show(axes: Axes, picture: np.ndarray, title: str = "", theme: Theme = LIGHT) -> None:
    """`picture` on `axes`, every pixel a square, no ticks."""
    axes.imshow(picture, interpolation="none")
    axes.set_axis_off()
    if title:
        axes.set_title(title, color=theme.ink, fontsize=11)


def montage(
    pictures: np.ndarray, columns: int, gap: int = 1, paper: str = LIGHT.paper
) -> np.ndarray:
    """(n, h, w, 3) pictures, `columns` in a row, as one picture; the paper shows in the gaps."""
    n, h, w, _ = pictures.shape
    rows = -(-n // columns)
    sheet = np.empty((rows * (h + gap) - gap, columns * (w + gap) - gap, 3), np.uint8)
    sheet[:] = as_bytes(paper)
    for i, picture in enumerate(pictures):
        top, left = (i // columns) * (h + gap), (i % columns) * (w + gap)
        sheet[top : top + h, left : left + w] = picture
    return sheet
