"""The weights that a run begins with, and the preprocessing that comes along with them."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

from torch import nn

from convscope.data.catalogue import CATALOGUE as DATA
from convscope.data.download import Progress
from convscope.data.preprocess import Preprocessing
from convscope.errors import BadValue
from convscope.networks.pretrained import fit_weights
from convscope.prediction.source import Source, find_source, open_source
from convscope.prediction.weights import put_weights
from convscope.training.recipe import Recipe


def find_beginning(recipe: Recipe, net: nn.Module | None = None) -> Source | None:
    """Where the weights of `recipe` come from, if it begins with some; nothing is read yet.

    For a `net` from Python there are no published ones: `BadValue`.
    """
    if not recipe.pretrained and recipe.weights is None:
        return None
    if net is None:
        return find_source(recipe.network, pretrained=recipe.pretrained, weights=recipe.weights)
    if recipe.pretrained:
        raise BadValue("pretrained goes with a network's name: give a net from Python weights=FILE")
    return find_source(type(net).__name__, weights=recipe.weights)


def stored_size(recipe: Recipe, begun: Preprocessing | None = None) -> int:
    """Side at which a folder's pictures are stored for `recipe`; 0 leaves it to the pictures.

    Unless the recipe says it, pictures come as large as the weights have learned to see them, or,
    in a run that goes on, as they have `begun` to come.
    """
    if recipe.size or recipe.data in DATA or not (recipe.pretrained or recipe.weights):
        return recipe.size
    beginning = None if begun is not None else find_beginning(recipe)
    brought = begun if beginning is None else beginning.preprocessing
    return 0 if brought is None else min(brought.size)


def brought_along(fitted: Preprocessing, beginning: Source | None) -> Preprocessing:
    """`fitted` with the mean and deviation that come with the weights, if any do.

    For a grey picture those of the colours are averaged, and the other way round they are repeated.
    """
    brought = None if beginning is None else beginning.preprocessing
    if brought is None:
        return fitted
    mean, std = (_for_channels(v, fitted.channels) for v in (brought.mean, brought.std))
    return replace(fitted, mean=mean, std=std)


def begin(
    net: nn.Module,
    beginning: Source,
    target_names: Sequence[str],
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The weights of `beginning` into `net`, with a new head if `target_names` are not theirs.

    Gives what config.json records: source, SHA-256, and what had to be done, in sentences.
    """
    opened = open_source(beginning, progress)
    theirs = beginning.target_names
    others = theirs is not None and tuple(target_names) != theirs
    weights, notes = fit_weights(opened.weights, net, other_classes=others)
    put_weights(net, weights, beginning.name)
    return {
        **opened.to_json(),
        "preprocessing": beginning.prepared_by,
        "notes": [*opened.notes, *notes],
    }


def _for_channels(values: Sequence[float], channels: int) -> tuple[float, ...]:
    return tuple(values) if len(values) == channels else (fmean(values),) * channels
