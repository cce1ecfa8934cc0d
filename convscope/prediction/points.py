"""The answer to "where is it?": named points of a picture, in its own pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from convscope.data.coordinates import in_pixels
from convscope.data.preprocess import Preprocessing


@dataclass(frozen=True)
class Points:
    """Points of one picture: (x, y) in its pixels, whole numbers being pixel centres."""

    names: tuple[str, ...]
    xy: tuple[tuple[float, float], ...]
    size: tuple[int, int]
    """(width, height) of the picture, upright."""

    def __getitem__(self, name: str) -> tuple[float, float]:
        return self.xy[self.names.index(name)]

    def to_json(self) -> list[dict[str, Any]]:
        """Every point, as the command line's JSON."""
        return [
            {"point": name, "x": x, "y": y}
            for name, (x, y) in zip(self.names, self.xy, strict=True)
        ]


def locate(
    answers: Tensor, names: Sequence[str], preprocessing: Preprocessing, size: tuple[int, int]
) -> Points:
    """The points in a net's answers (2 p,) on a picture of that (width, height)."""
    points = in_pixels(answers[None], preprocessing.size)[0]
    placed = preprocessing.placement(*size).to_picture(points)
    return Points(tuple(names), tuple((x, y) for x, y in placed.tolist()), size)
