"""Where the blocks of a network's diagram stand: columns, lanes beside the main path, rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from convscope.drawing.network_blocks import Block

IN_A_ROW = 10
"""Columns of a row, at most."""
EARLIER = 3
"""Columns by which a row may be shorter than the others, so that fewer skips are cut."""


@dataclass(frozen=True)
class Place:
    """Where a block stands: its row, its column in that row, and 0 or the lane of its branch."""

    row: int
    column: int
    lane: int


def placed(blocks: Sequence[Block]) -> list[Place]:
    """A place for every block: the longest path in lane 0, branches in lanes beside it."""
    columns, lanes = _columns_and_lanes(blocks, _main_path(blocks))
    breaks = _breaks(blocks, columns)
    rows = [sum(column >= first for first in breaks) for column in columns]
    starts = [0, *breaks]
    return [
        Place(row, column - starts[row], lane)
        for row, column, lane in zip(rows, columns, lanes, strict=True)
    ]


def _main_path(blocks: Sequence[Block]) -> list[int]:
    """The numbers of the blocks on the longest way from the image to the last block."""
    length: list[int] = []
    for block in blocks:
        length.append(1 + max((length[s] for s in block.sources), default=0))
    path = [len(blocks) - 1]
    while sources := blocks[path[-1]].sources:
        path.append(max(sources, key=lambda source: length[source]))
    return path[::-1]


def _columns_and_lanes(blocks: Sequence[Block], main: Sequence[int]) -> tuple[list[int], list[int]]:
    columns = {number: column for column, number in enumerate(main)}
    lanes = dict.fromkeys(main, 0)
    taken = {(column, 0) for column in columns.values()}
    for number, block in enumerate(blocks):
        if number in columns:
            continue
        source = max(block.sources, key=lambda s: columns[s], default=0)
        column, lane = columns[source] + 1, max(lanes[source], 1)
        while (column, lane) in taken:
            lane += 1
        columns[number], lanes[number] = column, lane
        taken.add((column, lane))
    everything = range(len(blocks))
    return [columns[n] for n in everything], [lanes[n] for n in everything]


def _breaks(blocks: Sequence[Block], columns: Sequence[int]) -> list[int]:
    """The columns at which a new row begins, where as few connections as possible are cut."""
    skips = [
        (columns[s], columns[n])
        for n, block in enumerate(blocks)
        for s in block.sources
        if columns[n] - columns[s] > 1
    ]
    parts = [(columns[b.part], columns[n]) for n, b in enumerate(blocks) if b.part]
    end, start, breaks = max(columns) + 1, 0, list[int]()
    while end - start > IN_A_ROW:
        even = -(-(end - start) // -(-(end - start) // IN_A_ROW))
        options = [start + even - earlier for earlier in range(min(EARLIER, even - 1) + 1)]
        start = min(options, key=lambda c: sum(low < c <= high for low, high in skips + parts))
        breaks.append(start)
    return breaks
