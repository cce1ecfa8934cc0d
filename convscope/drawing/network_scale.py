"""How large the blocks of a network's diagram are, and where they stand, in inches."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from convscope.drawing.network_blocks import Block
from convscope.drawing.network_layout import Place

COLUMN = 1.18
"""From block to block."""
TALLEST, THICKEST, SLANT = 1.1, 0.5, 0.26
"""The largest map's height, the most channels, and how far back the widest map goes."""
LEAST, BAR = 0.045, 0.08
"""Of any side, so that it can be seen; and the thickness of a row of values."""
NAMES, PART, ARC = 0.56, 0.24, 0.42
"""Below a block for what is written, and for the count of a part; above it for the arcs."""


@dataclass(frozen=True)
class Solid:
    """A block's sides, and the point at the middle of its front's lower edge."""

    middle: float
    level: float
    """The height at which arrows meet it; y grows downwards."""
    thick: float
    high: float
    back: float
    names: float
    """Where its names begin."""

    @property
    def left(self) -> float:
        """The left end of its front."""
        return self.middle - (self.thick + self.back) / 2

    @property
    def right(self) -> float:
        """Its right end, back included."""
        return self.middle + (self.thick + self.back) / 2

    @property
    def above(self) -> tuple[float, float]:
        """The middle of its upper edge, where arcs begin and end."""
        return self.middle + self.back / 4, self.level - self.high / 2 - self.back / 2

    def faces(self) -> tuple[list[tuple[float, float]], ...]:
        """The corners of the front, the top and the right side."""
        x, y = self.left, self.level + self.high / 2 + self.back / 2
        w, h, b = self.thick, self.high, self.back
        front = [(x, y), (x + w, y), (x + w, y - h), (x, y - h)]
        top = [(x, y - h), (x + w, y - h), (x + w + b, y - h - b), (x + b, y - h - b)]
        side = [(x + w, y), (x + w, y - h), (x + w + b, y - h - b), (x + w + b, y - b)]
        return front, top, side


class Scale:
    """The measures of a diagram: what one channel and one pixel are, and its rows' heights."""

    def __init__(self, blocks: Sequence[Block], places: Sequence[Place]) -> None:
        self._blocks, self._places = blocks, places
        self._channels = max((b.shape[0] for b in blocks if len(b.shape) > 1), default=1)
        self._side = max(max(b.shape[1:], default=1) for b in blocks)
        self._features = max((b.shape[0] for b in blocks if len(b.shape) == 1), default=1)
        self._rows = range(max(place.row for place in places) + 1)
        self.width = COLUMN * (1 + max(place.column for place in places))
        self.height = sum(map(self._row_height, self._rows))

    def sides(self, block: Block) -> tuple[float, float, float]:
        """How thick, high and deep a block of (c, h, w) or (c, l) is; (features,) is a bar."""
        channels, *maps = block.shape or (1,)
        if not maps:
            return BAR, _share(TALLEST, channels, self._features), 0.0
        back = _share(SLANT, maps[-1], self._side) if len(maps) > 1 else 0.0
        return (
            _share(THICKEST, channels, self._channels),
            _share(TALLEST, maps[0], self._side),
            back,
        )

    def last(self, row: int) -> int:
        """The last column of a row on the main path."""
        return max(p.column for p in self._places if p.row == row and p.lane == 0)

    def tallest(self, row: int) -> float:
        """The height that a lane of this row needs for its blocks."""
        inside = (b for b, p in zip(self._blocks, self._places, strict=True) if p.row == row)
        return max(high + back for _, high, back in map(self.sides, inside))

    def level(self, row: int, lane: int) -> float:
        """The middle of a lane: branches stand above the main path."""
        top = sum(map(self._row_height, range(row)))
        above = (self._lanes(row) - 1 - lane) * self._lane(row)
        return top + ARC + above + self.tallest(row) / 2

    def _lane(self, row: int) -> float:
        return self.tallest(row) + NAMES + 0.1

    def _lanes(self, row: int) -> int:
        return 1 + max(p.lane for p in self._places if p.row == row)

    def _row_height(self, row: int) -> float:
        parts = any(
            b.part and p.row == row for b, p in zip(self._blocks, self._places, strict=True)
        )
        return ARC + self._lanes(row) * self._lane(row) + PART * parts


def solids_of(
    blocks: Sequence[Block], places: Sequence[Place], scale: Scale, left: float, top: float
) -> list[Solid]:
    """Each block as it stands in the figure."""
    solids = []
    for block, place in zip(blocks, places, strict=True):
        thick, high, back = scale.sides(block)
        level = top + scale.level(place.row, place.lane)
        middle = left + COLUMN * (place.column + 0.5)
        names = level + scale.tallest(place.row) / 2 + 0.06
        solids.append(Solid(middle, level, thick, high, back, names))
    return solids


def _share(largest: float, size: int, most: int) -> float:
    """The inches of `size` where `most` takes `largest`, by the square root."""
    return max(LEAST, largest * sqrt(size / most))
