"""The pictures that a model finds most like one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from matplotlib.figure import Figure

from convscope.drawing.neighbours import Framed, draw_neighbours
from convscope.errors import BadValue
from convscope.prediction.pictures import Pictures
from convscope.reporting.chosen import of_files
from convscope.reporting.vectors import Table, tabulate
from convscope.seeing.neighbours import Neighbour, nearest


@dataclass(frozen=True, eq=False, kw_only=True)
class Neighbourhood:
    """A picture, and the nearest to it in a table."""

    query: Pictures
    label: str | None
    """Its own label, if the folder it lies in is called like one, or else the model's answer."""
    table: Table
    distance: str
    found: list[Neighbour]

    def agrees(self, neighbour: Neighbour) -> bool | None:
        """Whether its label is the query's; None where one of the two is not known."""
        label = self.table.pictures.labels[neighbour.place]
        return None if label is None or self.label is None else label == self.label

    def to_json(self) -> dict[str, Any]:
        """The query and what was found, with fractions and names."""
        pictures = self.table.pictures
        return {
            "query": self.query.names[0],
            "label": self.label,
            "layer": self.table.layer,
            "distance": self.distance,
            "neighbours": [
                {
                    "rank": rank,
                    "value": each.value,
                    "name": pictures.names[each.place],
                    "label": pictures.labels[each.place],
                    "agrees": self.agrees(each),
                }
                for rank, each in enumerate(self.found, start=1)
            ],
        }


def find_neighbours(
    table: Table, image: Path, count: int = 10, distance: str = "cosine", *, invert: bool = False
) -> Neighbourhood:
    """The `count` pictures of `table` nearest to the file `image`, which is not one of them."""
    query = of_files([image])
    asked = tabulate(table.model, query, table.layer, flat=table.flat, invert=invert)
    others = [i for i in range(len(table.pictures)) if not _same(table, i, query)]
    if not others:
        raise BadValue(f"{image} is the only picture there: give more to look among")
    ranked = nearest(asked.vectors[0], table.vectors[others], count, distance)
    return Neighbourhood(
        query=query,
        label=_label(asked, image, {label for label in table.pictures.labels if label}),
        table=table,
        distance=distance,
        found=[Neighbour(others[each.place], each.value) for each in ranked],
    )


def draw_neighbourhood(found: Neighbourhood) -> Figure:
    """The query and its neighbours, framed green where their label is its own, red where not."""
    word = "cosine" if found.distance == "cosine" else "distance"
    pictures = found.table.pictures
    framed = [
        Framed(
            pictures.pixels(each.place),
            (
                pictures.labels[each.place] or "no label",
                f"{word} {each.value:.3f}",
                Path(pictures.names[each.place]).name,
            ),
            found.agrees(each),
        )
        for each in found.found
    ]
    name = found.query.names[0]
    asked = Framed(found.query.pixels(0), (found.label or "no label", "asked", name), None)
    title = f"nearest by the {word} of layer {found.table.layer}"
    return draw_neighbours(asked, framed, title)


def _same(table: Table, i: int, query: Pictures) -> bool:
    """Whether picture `i` of the table is the query itself, by its file or as a data set has it."""
    place, image = table.pictures.places[i], query.places[0]
    if isinstance(place, Path) and isinstance(image, Path):
        return place.resolve() == image.resolve()
    if Path(table.pictures.names[i]).name != Path(query.names[0]).name:
        return False
    step = table.model.preprocessing
    return torch.equal(table.pictures.stored(i, step), query.stored(0, step))


def _label(asked: Table, image: Path, labels: set[str]) -> str | None:
    said = asked.said(0)
    own = image.resolve().parent.name
    if own in labels:
        return own
    return said[0] if said is not None and said[0] in labels else None
