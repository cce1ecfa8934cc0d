"""Plan: a recipe made concrete, and everything checked before any training.

Data are loaded and cut, the network is built, `auto` is resolved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

from torch import nn

from convscope import __version__
from convscope.data.augment import read_augment
from convscope.data.batches import Batches, TrainingBatches, answering_size
from convscope.data.dataset import Dataset, Splits
from convscope.data.download import Progress
from convscope.data.loading import load_data
from convscope.data.preprocess import Preprocessing, fit_preprocessing
from convscope.data.split import fingerprint
from convscope.device import Resolved
from convscope.errors import BadData, BadValue
from convscope.evaluation.measured import mean_to_store
from convscope.networks.build import build_network, check_fit, is_path, title
from convscope.prediction.model import Model
from convscope.prediction.source import Source
from convscope.seed import seeded
from convscope.training.average import Average
from convscope.training.beginning import begin, brought_along, find_beginning, stored_size
from convscope.training.catalogue import find_recipe
from convscope.training.frozen import keep_features
from convscope.training.loop import Ingredients
from convscope.training.objective import build_objective
from convscope.training.optimizer import build_optimizer
from convscope.training.points import augmentation_of, without_unknown_flip
from convscope.training.recipe import Recipe
from convscope.training.resolving import rehearse, resolve
from convscope.training.state import State
from convscope.training.transfer import Freezing, find_freezing, told_freezing

MACHINE_FIELDS = ("device", "precision", "memory_format", "threads")
"""What a run that goes on may be given anew, for a machine that lacks what the run began with."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Plan:
    """All that a run needs, and nothing that it changes but the net's weights."""

    name: str
    recipe: Recipe
    splits: Splits
    preprocessing: Preprocessing
    net: nn.Module
    network: str | None
    """The name or spec that builds the net again; None if it was given from Python."""
    ingredients: Ingredients
    began_with: Mapping[str, Any] | None = None
    """Source, SHA-256 and notes of the weights that it begins with, if it does with any."""
    notes: tuple[str, ...] = ()
    """What a person should know of how it learns."""

    @property
    def resolved(self) -> Resolved:
        """What `auto` became."""
        return self.ingredients.resolved

    @property
    def source(self) -> str | None:
        """What loads the data again; None if only your code has them."""
        return None if self.splits.origin is None else self.splits.origin.source

    def new_state(self) -> State:
        """The state before the first step."""
        average = Average(self.net, self.recipe.ema)
        validated = average.net if self.recipe.validated == "ema" else self.net
        optimizer = build_optimizer(self.recipe, self.net, self.ingredients.freezing)
        return State(self.net, average, optimizer, validated)

    def model(self) -> Model:
        """The net with its words and preprocessing."""
        return Model(
            net=self.net,
            preprocessing=self.preprocessing,
            target_names=self.splits.train.target_names,
            task=self.splits.train.task,
            scheme=self.splits.train.scheme,
            network=self.network,
            network_arguments=self.recipe.network_arguments,
            provenance=self.provenance(),
        )

    def provenance(self) -> dict[str, Any]:
        """Where the weights come from, as config.json holds it."""
        return {
            "recipe": {"name": self.name, **self.recipe.to_json()},
            "resolved": self.resolved.to_json(),
            "data": {
                "name": self.splits.name,
                "source": self.source,
                "options": {} if self.splits.origin is None else dict(self.splits.origin.options),
                "fingerprint": self.splits.fingerprint,
                "counts": self.splits.counts(),
                "test_fingerprint": fingerprint(self.splits.test),
                **self._mean_points(),
            },
            **({} if self.began_with is None else {"began_with": dict(self.began_with)}),
            "seed": self.recipe.seed,
            "versions": {
                "convscope": __version__,
                **{name: version(name) for name in ("torch", "numpy", "pillow")},
            },
        }

    def _mean_points(self) -> dict[str, Any]:
        train = self.splits.train
        return {"mean_points": mean_to_store(train)} if train.task == "points" else {}


def plan_for(
    recipe: str | Recipe,
    *,
    data: str | Splits | None,
    network: str | nn.Module | None,
    fields: Mapping[str, Any] | None,
    progress: Progress | None,
) -> Plan:
    """The plan of a recipe, named or given, with what takes the place of its own.

    Of `data` and `network` a word becomes the recipe's field, splits and a net are taken as they
    are. `BadValue` for anything else.
    """
    name, chosen = find_recipe(recipe)
    check_kind("data", data, Splits)
    check_kind("network", network, nn.Module)
    named = {"data": data, "network": network}
    values = {**(fields or {}), **{k: v for k, v in named.items() if isinstance(v, str)}}
    return make_plan(
        name,
        chosen.changed(**values),
        data=data if isinstance(data, Splits) else None,
        network=network if isinstance(network, nn.Module) else None,
        progress=progress,
    )


def make_plan(
    name: str,
    recipe: Recipe,
    *,
    data: Splits | None = None,
    network: nn.Module | None = None,
    machine: Mapping[str, Any] | None = None,
    preprocessing: Preprocessing | None = None,
    progress: Progress | None = None,
) -> Plan:
    """The plan of `recipe`.

    `data` and `network` from Python take the place of the recipe's. `machine` and `preprocessing`
    come from a run that goes on: what its device, precision, memory format and threads are, and
    how its images were prepared. What it began with is then not looked at any more: all that came
    of it is in its checkpoint.
    """
    read_augment(recipe.augment)  # refused before anything is loaded
    going_on = preprocessing is not None
    beginning = None if going_on else find_beginning(recipe, network)
    if beginning is not None and recipe.weights is not None:  # found again from anywhere too
        recipe = recipe.changed(weights=beginning.address)
    splits = data or load_recipe_data(recipe, progress, preprocessing)
    if data is None and splits.origin is not None:  # a folder is found again from anywhere
        recipe = recipe.changed(data=splits.origin.source)
    _check_targets(splits)
    recipe = without_unknown_flip(name, recipe, splits.train)
    preprocessing = preprocessing or _preprocessing(recipe, splits.train, beginning)
    net = network or _built(recipe, splits)
    shown = title(recipe.network) if network is None else type(network).__name__
    check_fit(net, shown, splits.train.image_shape, splits.train.num_outputs)
    freezing = find_freezing(recipe, net)
    if freezing.parts:  # so that more epochs do not freeze again what has thawed
        recipe = recipe.changed(thaw=freezing.thaw)
    began_with = None if beginning is None else {"source": beginning.address}
    if beginning is not None and machine is None:
        began_with = begin(net, beginning, splits.train.target_names, progress)
    sample = _first_batch(recipe, splits.train, preprocessing)
    objective = build_objective(recipe, splits.train)
    chosen = resolve(recipe.changed(**(machine or {})), net, objective, sample)
    rehearse(chosen, net, objective, sample, shown)
    chosen.place(net)
    ingredients = _ingredients(recipe, splits, preprocessing, chosen, freezing)
    brought = recipe.pretrained or recipe.weights is not None
    drawn = not brought and network is None and not is_path(recipe.network)
    on_features, kept = keep_features(ingredients, net, sample[0])
    return Plan(
        name=name,
        recipe=recipe,
        splits=splits,
        preprocessing=preprocessing,
        net=net,
        network=recipe.network if network is None else None,
        ingredients=replace(ingredients, on_features=on_features),
        began_with=began_with,
        notes=told_freezing(freezing, net, kept, drawn=drawn),
    )


def load_recipe_data(
    recipe: Recipe, progress: Progress | None = None, begun: Preprocessing | None = None
) -> Splits:
    """The data that `recipe` names, read and cut as it says, or as a run has `begun` to."""
    return load_data(
        recipe.data,
        validation=recipe.validation,
        split_seed=recipe.split_seed,
        size=stored_size(recipe, begun),
        group_by=recipe.group_by,
        skip_unreadable=recipe.skip_unreadable,
        progress=progress,
    )


def check_kind(name: str, value: object, kind: type) -> None:
    """`BadValue` unless `value` is left out, a name, or of `kind`."""
    if value is not None and not isinstance(value, str | kind):
        given = value.__name__ if isinstance(value, type) else type(value).__name__
        raise BadValue(f"{name} is given as {given}: a name or {kind.__name__} is needed")


def _preprocessing(recipe: Recipe, train: Dataset, beginning: Source | None) -> Preprocessing:
    fitted = fit_preprocessing(
        train.images, recipe.normalization, recipe.seed if recipe.permute_pixels else None
    )
    if recipe.normalization == "fitted":
        fitted = brought_along(fitted, beginning)
    # pictures with points are stored whole
    return replace(fitted, crop="pad") if train.task == "points" else fitted


def _first_batch(recipe: Recipe, train: Dataset, preprocessing: Preprocessing) -> Any:
    """A batch to measure and rehearse with: the first images as they are."""
    few = train.subset(range(min(recipe.batch_size, len(train))))
    return next(Batches(few, preprocessing, len(few)).epoch(0))


def _ingredients(
    recipe: Recipe,
    splits: Splits,
    preprocessing: Preprocessing,
    resolved: Resolved,
    freezing: Freezing,
) -> Ingredients:
    place: dict[str, Any] = {"device": resolved.device, "memory_format": resolved.format}
    batches = TrainingBatches(
        splits.train,
        preprocessing,
        recipe.batch_size,
        seed=recipe.seed,
        augment=augmentation_of(read_augment(recipe.augment), splits.train),
        **place,
    )
    asked = answering_size(splits.validation.image_shape)
    validation = Batches(splits.validation, preprocessing, asked, **place)
    objective = build_objective(recipe, splits.train, resolved.device)
    return Ingredients(recipe, resolved, objective, batches, validation, freezing)


def _built(recipe: Recipe, splits: Splits) -> nn.Module:
    c, h, w = splits.train.image_shape
    with seeded(recipe.seed, "initialisation"):
        return build_network(
            recipe.network,
            num_classes=splits.train.num_outputs,
            in_channels=c,
            input_size=(h, w),
            arguments=recipe.network_arguments,
        )


def _check_targets(splits: Splits) -> None:
    names, n = splits.train.target_names, len(splits.train)
    if splits.train.task == "points":
        return
    if len(names) < 2:
        raise BadData(f"{splits.name} has {len(names)} class: at least two are needed to learn")
    if len(names) > n:
        raise BadData(
            f"{splits.name} has {len(names)} classes and {n} training images: each class needs some"
        )
