"""What is known of the points of a data set beside their names: mirror images, and a measure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """Which points swap in a mirror, and which two say how large a picture's subject is."""

    pairs: tuple[tuple[int, int], ...] | None = None
    """Each other's mirror image, by index from 0; the others mirror themselves. None: unknown."""
    measure: tuple[int, int] | None = None
    """The two points whose distance errors are told in; None: the diagonal of the points' box."""
    unit_name: str | None = None
    """What that distance is called, such as "the distance between the outer eye corners"."""

    def partners(self, count: int) -> list[int] | None:
        """Which of `count` points stands at the place of each in a mirror; None: unknown."""
        if self.pairs is None:
            return None
        order = list(range(count))
        for one, other in self.pairs:
            order[one], order[other] = other, one
        return order

    def unit(self, names: Sequence[str]) -> str:
        """In words what errors are divided by, for points called `names`."""
        if self.unit_name is not None:
            return self.unit_name
        if self.measure is not None:
            return f"the distance from {names[self.measure[0]]} to {names[self.measure[1]]}"
        return "the diagonal of the box around the points" if len(names) > 1 else "the image's side"

    def to_json(self) -> dict[str, Any]:
        """The fields, as config.json holds them."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Scheme":
        """The inverse of `to_json`."""
        pairs, measure = fields["pairs"], fields["measure"]
        return cls(
            pairs=None if pairs is None else tuple((one, other) for one, other in pairs),
            measure=None if measure is None else (measure[0], measure[1]),
            unit_name=fields["unit_name"],
        )


def pairs_by_name(names: Sequence[str]) -> tuple[tuple[int, int], ...] | None:
    """The pairs that names tell, such as left_eye and right_eye; None unless each has its partner.

    The words are left and right, or l and r, between separators.
    """
    place = {name.lower(): i for i, name in enumerate(names)}
    lefts = {name: _swapped(name, "left", "right") for name in place}
    rights = {name: _swapped(name, "right", "left") for name in place}
    sided = [name for name in place if lefts[name] != name]
    alone = [name for name in place if rights[name] != name and rights[name] not in sided]
    if not sided or alone or any(lefts[name] not in place for name in sided):
        return None
    return tuple((place[name], place[lefts[name]]) for name in sided)


def _swapped(name: str, side: str, other: str) -> str:
    """`name` with the word for one side replaced by that for the other."""
    words = re.split(r"([_\-. ]+)", name)
    return "".join({side: other, side[0]: other[0]}.get(word, word) for word in words)
