"""Which blocks a network's diagram shows, and which feeds which."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from convscope.networks.anatomy import Anatomy, Layer

MOST = 30
"""Blocks up to which all are drawn; of more, what is repeated is drawn once."""
LONGEST_PART = 24
"""Blocks of a part that is looked for again behind itself."""

ROLES = (
    ("conv", ("conv",)),
    ("pool", ("pool", "mean", "amax", "max", "interpolate", "upsample", "shuffle")),
    ("dense", ("linear", "attention", "lstm", "gru", "rnn", "embedding", "transformer")),
    ("flatten", ("flatten", "view", "reshape")),
)
"""A block's role, and what its kind contains."""


@dataclass(frozen=True)
class Block:
    """A layer that is drawn; what only changes values, such as an activation, belongs to it."""

    name: str
    role: str
    """conv, pool, dense, flatten, join, other, or image."""
    label: str
    shape: tuple[int, ...]
    sources: tuple[int, ...]
    """The numbers of the blocks that feed it; the image is block 0."""
    part: int = 0
    """The first block of the part that is drawn once for several; 0 for none."""
    times: int = 1
    """How many times that part comes."""


def blocks_of(anatomy: Anatomy) -> list[Block]:
    """The image, then every layer that multiplies, pools, joins or flattens, in their order."""
    blocks = [Block("image", "image", "image", anatomy.input_shape, ())]
    places = {-1: 0}  # of each layer's output among the blocks
    for i, layer in enumerate(anatomy.layers):
        if layer.kind == "Parameter":
            continue
        sources = tuple(sorted({places[s] for s in layer.sources if s in places}))
        role = _role(layer, sources)
        if role is None:
            places[i] = max(sources, default=0)
            continue
        places[i] = len(blocks)
        label = f"{_spoken(layer, role)} {layer.window}".strip()
        blocks.append(Block(layer.name, role, label, layer.output_shape, sources))
    return blocks


def _role(layer: Layer, sources: Sequence[int]) -> str | None:
    """What a layer is drawn as; None where it belongs to the block before it."""
    kind = layer.kind.lower()
    if len(sources) > 1 and not layer.macs:
        return "join"
    if not layer.macs and layer.input_shapes[:1] == (layer.output_shape,):
        return None
    for role, words in ROLES:
        if any(word in kind for word in words):
            return role
    function = layer.name.endswith("()")
    return None if function and not layer.macs else "other"


def _spoken(layer: Layer, role: str) -> str:
    if role == "other":
        return layer.kind
    kind = layer.kind.lower()
    if role == "conv":
        return "transposed conv" if "transpose" in kind else "conv"
    return kind.removesuffix("1d").removesuffix("2d").removesuffix("3d").removeprefix("adaptive")


def shortened(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, of more than 30 with each part that is repeated drawn once and counted."""
    kept = list(blocks)
    at = 1
    while len(kept) > MOST and at < len(kept):
        length, times = _repeated(kept, at)
        if times > 1:
            kept = _folded(kept, at, length, times)
        at += length
    return kept


def _repeated(blocks: Sequence[Block], at: int) -> tuple[int, int]:
    """The part at `at` that, drawn once, saves most blocks: its length and how often it comes."""
    best, saved = (1, 1), 0
    for length in range(1, LONGEST_PART + 1):
        part = [_alike(block, at + i) for i, block in enumerate(blocks[at : at + length])]
        times, start = 1, at + length
        while part == [
            _alike(block, start + i) for i, block in enumerate(blocks[start : start + length])
        ]:
            times, start = times + 1, start + length
        if (times - 1) * length > saved:
            best, saved = (length, times), (times - 1) * length
    return best


def _alike(block: Block, place: int) -> tuple[object, ...]:
    """What two blocks share that are drawn alike: all but the name."""
    return block.role, block.label, block.shape, tuple(place - s for s in block.sources)


def _folded(blocks: Sequence[Block], at: int, length: int, times: int) -> list[Block]:
    """The blocks with `times` parts of `length` from `at` on as one."""
    gone, end = (times - 1) * length, at + times * length

    def moved(source: int) -> int:
        if source < at + length:
            return source
        return source - gone if source >= end else at + (source - at) % length

    part = [replace(block, part=at, times=times) for block in blocks[at : at + length]]
    after = [
        replace(
            block,
            sources=tuple(moved(s) for s in block.sources),
            part=block.part and moved(block.part),
        )
        for block in blocks[end:]
    ]
    return [*blocks[:at], *part, *after]
