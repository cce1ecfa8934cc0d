"""What `convscope network` is asked in words, and how it writes shapes, counts and bytes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convscope.errors import BadValue

if TYPE_CHECKING:
    from convscope.networks.anatomy import Layer


class Shape(click.ParamType):
    """`3,130,130` as (3, 130, 130): the shape of one input, from one number to four."""

    name = "shape"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """The numbers; `BadValue` says how they are written."""
        parts = str(value).replace("x", ",").split(",")
        if not all(part.strip().isdecimal() and int(part) for part in parts) or len(parts) > 4:
            raise BadValue(
                f"--input {value}: write channels, height and width with commas between, "
                "such as 3,32,32; channels and length for sequences"
            )
        return tuple(int(part) for part in parts)


SHAPE = Shape()


def is_run(name: str) -> bool:
    """Whether `name` is a trained model's: `bundled:...`, a folder, or one below runs/."""
    from convscope.networks.build import is_path, is_written_out
    from convscope.networks.catalogue import CATALOGUE
    from convscope.prediction.folder import RUNS

    if name.startswith("bundled:"):
        return True
    if name in CATALOGUE or is_path(name) or is_written_out(name):
        return False
    return Path(name).is_dir() or (RUNS / name).is_dir()


def titled(name: str) -> str:
    """A network as a sentence or a diagram names it, in short."""
    from convscope.networks.build import title

    return title(name)


def shape_words(shape: Sequence[int | float | None]) -> str:
    """`20x16x16`; all the numbers there are."""
    return "x".join(f"{n:g}" if isinstance(n, float) else str(n) for n in shape)


def counted(count: int) -> str:
    """A count with its thousands apart; nothing where there is none."""
    return f"{count:,}" if count else ""


def megabytes(count: int) -> str:
    """Bytes as people read them."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:,.1f} kB" if count < 10**6 else f"{count / 10**6:,.1f} MB"


def sees(layer: "Layer") -> str:
    """The receptive field: `26x26`, or `all` of the image."""
    return "all" if layer.sees_all else shape_words(layer.receptive_field)


def jumps(layer: "Layer") -> str:
    """The pixels from what one value sees to what the next does: one number where axes agree."""
    if None in layer.jump:
        return ""
    return shape_words(layer.jump[:1] if len(set(layer.jump)) == 1 else layer.jump)
