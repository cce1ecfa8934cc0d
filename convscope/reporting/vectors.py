"""Pictures as a model's layer knows them: a vector of numbers for each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from convscope.data.batches import answering_size
from convscope.data.download import Told, nothing_said
from convscope.errors import BadImage
from convscope.prediction.model import Model
from convscope.prediction.pictures import Pictures
from convscope.prediction.ranking import rank
from convscope.seeing.features import Vectors, feature_vectors, last_hidden


@dataclass(frozen=True, eq=False, kw_only=True)
class Table:
    """Feature vectors with the pictures they are of."""

    model: Model
    layer: str
    flat: bool
    averaged: bool
    """Whether a row holds means over space, and not every value of the layer."""
    pictures: Pictures
    """Those that could be read."""
    vectors: Vectors
    answers: Tensor
    """(n, k) what the whole net said of them."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """Name -> the sentence that says why."""

    def said(self, i: int) -> tuple[str, float] | None:
        """The class that the model gives number `i` and its probability; None of other tasks."""
        if self.model.task != "classes":
            return None
        return rank(self.answers[i], self.model.target_names).top(1)[0]

    def about(self) -> dict[str, str]:
        """Where the vectors come from, in words: layer, what was kept of it, model, its hash."""
        return {
            "layer": self.layer,
            "kept": "the mean over space" if self.averaged else "every value",
            "model": model_title(self.model),
            "weights_sha256": weights_hash(self.model),
            "data": self.pictures.title,
        }


def tabulate(
    model: Model,
    pictures: Pictures,
    layer: str | None = None,
    *,
    flat: bool = False,
    invert: bool = False,
    told: Told = nothing_said,
) -> Table:
    """What `layer` of `model` says of each of `pictures`: by default the last before the answer.

    Of feature maps the mean over space, with `flat` every value. Pictures are read as batches ask
    for them; those that cannot be read are left out and named. `BadImage` if none can. `told` hears
    how far it is.
    """
    name = layer or default_layer(model)
    reading = _Reading(model, pictures, invert, told)
    if (first := next(batches := iter(reading), None)) is None:
        raise BadImage(next(iter(reading.unreadable.values()), "there is no picture to look at"))
    features = feature_vectors(model.net, _after(first, batches), name, flat=flat)
    return Table(
        model=model,
        layer=name,
        flat=flat,
        averaged=features.averaged,
        pictures=pictures.subset(reading.read),
        vectors=features.vectors,
        answers=features.answers,
        unreadable=reading.unreadable,
    )


def default_layer(model: Model) -> str:
    """The layer whose answer goes into the last one with weights."""
    return last_hidden(model.net, torch.zeros(1, *model.image_shape))


def model_title(model: Model) -> str:
    """What a reader knows the model by: its network, or the kind of its net."""
    return model.network or type(model.net).__name__


def weights_hash(model: Model) -> str:
    """The SHA-256 of the file its weights were read from; empty if there is none."""
    given: Any = model.provenance.get("weights") or {}
    return str(model.provenance.get("weights_sha256") or given.get("sha256") or "")


class _Reading:
    """The pictures as normalised batches; afterwards it is known which could be read."""

    def __init__(self, model: Model, pictures: Pictures, invert: bool, told: Told) -> None:
        self.read: list[int] = []
        self.unreadable: dict[str, str] = {}
        self._model, self._pictures, self._invert, self._told = model, pictures, invert, told

    def __iter__(self) -> Iterator[Tensor]:
        size, total = answering_size(self._model.image_shape), len(self._pictures)
        for start in range(0, total, size):
            places = range(start, min(start + size, total))
            if stored := [image for i in places if (image := self._stored(i)) is not None]:
                images = torch.stack(stored)
                yield self._model.preprocessing.normalize(255 - images if self._invert else images)
            self._told(f"looking at pictures: {places.stop:,} of {total:,}")

    def _stored(self, i: int) -> Tensor | None:
        try:
            stored = self._pictures.stored(i, self._model.preprocessing)
        except BadImage as error:
            self.unreadable[self._pictures.names[i]] = str(error)
            return None
        self.read.append(i)
        return stored


def _after(first: Tensor, rest: Iterator[Tensor]) -> Iterator[Tensor]:
    yield first
    yield from rest
