"""Recipe: everything that decides a run.

The command line's flags and the documentation are read from this one class. No torch here:
`convscope train --help` reads it too.
"""

import ast
import inspect
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from typing import Any, get_type_hints

from convscope.errors import BadValue, UnknownName
from convscope.lookup import suggestion
from convscope.training.grid import split_values
from convscope.training.thawing import check_thaw


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that decides a run, except the machine."""

    data: str = "digits"
    """Data set to learn from: of the catalogue, a folder of class folders, or an archive of one."""
    size: int = 0
    """Side in pixels at which a folder's pictures are stored; 0: as weights or pictures have it."""
    group_by: str | None = None
    """Regular expression: pictures in whose names it finds the same stay in one part."""
    skip_unreadable: bool = False
    """Go on without a folder's broken files, however many they are."""
    network: str = "cnn"
    """Of the catalogue, file.py:Class, timm:NAME, or written out: 'conv 8 3; relu; ...'."""
    network_arguments: Mapping[str, Any] = field(default_factory=dict)
    """The network's own arguments, written network.hidden=100."""
    weights: str | None = None
    """Weights to start from: a file, a folder as Hugging Face lays it out, or a run."""
    pretrained: bool = False
    """Start from the network's published weights, fetched once."""
    freeze: str = "none"
    """Modules that do not learn, such as features or conv1+conv2; head: all but the last layer."""
    thaw: str = "auto"
    """Epochs after which frozen layers learn too: 4+8, or never; auto: published or given ones."""
    rate_decay: float = 0.1
    """Each part that thaws learns at this fraction of the rate of the part after it."""
    normalization: str = "fitted"
    """fitted: to the training part, or as the weights had it; 0..1 and -1..1: fixed ranges."""
    loss: str = "auto"
    """auto: cross-entropy for classes, wing for points; smooth-l1 is another for points."""
    augment: str = "none"
    """Random changes of training images, such as flip+shift:4."""
    permute_pixels: bool = False
    """One fixed permutation of the pixel positions, drawn from the seed, alike in every image."""
    validation: float = 0.2
    """Share of what may be learned from that is held out to choose by."""
    split_seed: int = 0
    """Another number cuts the data differently, for studies of the cut."""
    epochs: int = 10
    """Passes over the training part."""
    batch_size: int = 128
    """Images per step."""
    optimizer: str = "sgd"
    """sgd or adamw."""
    learning_rate: float = 0.1
    """The highest rate of the schedule."""
    momentum: float = 0.9
    """Of sgd; 0 is plain."""
    nesterov: bool = True
    """Whether sgd looks ahead along its momentum."""
    weight_decay: float = 0.0
    """Pull of the weights towards 0; biases and norms are left alone."""
    schedule: str = "one-cycle"
    """constant, cosine (down), or one-cycle (up, then down to 0)."""
    warmup: float = 0.2
    """Share of the steps in which one-cycle rises."""
    label_smoothing: float = 0.0
    """Share of each target spread over all classes."""
    class_weights: str = "none"
    """balanced: rare classes count more, so that each class counts the same."""
    clip: float = 0.0
    """Largest norm of the gradient; 0 leaves it alone."""
    ema: float = 0.0
    """Decay per step of an exponential moving average of the weights; 0 keeps none."""
    validated: str = "ema"
    """Which weights are validated and kept: the ema, where there is one, or those of the net."""
    patience: int = 0
    """Epochs without a lower validation loss after which to stop; 0 never stops early."""
    snapshots: str = "none"
    """each-epoch: keep the weights of every epoch, in half precision."""
    seed: int = 0
    """Decides initialisation, order, augmentation, dropout, and the permutation of pixels."""
    device: str = "auto"
    """auto, cpu, cuda, cuda:1 or mps."""
    precision: str = "auto"
    """auto, float32 or bfloat16; what is reported is always computed in float32."""
    memory_format: str = "auto"
    """auto, channels_last or contiguous."""
    threads: int = 0
    """Processor cores to compute with; 0 measures which number is fastest."""

    def __post_init__(self) -> None:
        for name, kind in field_types().items():
            _check_type(name, getattr(self, name), kind)
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                value = getattr(self, name)
                raise BadValue(f"{name} {value!r}: {suggestion(str(value), allowed)}")
        for name, (low, high, rule) in RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise BadValue(f"{name} {getattr(self, name)}: it must be {rule}")
        check_thaw(self.freeze, self.thaw, self.epochs)
        if self.pretrained and self.weights is not None:
            raise BadValue("weights come from --pretrained or from --weights: give one of the two")
        if self.nesterov and not self.momentum and self.optimizer == "sgd":
            raise BadValue("nesterov needs momentum: set momentum=0.9, or nesterov=false")

    def changed(self, **values: Any) -> "Recipe":
        """This recipe with other values; `UnknownName` and `BadValue` name what does not fit.

        Another network leaves the arguments of the former behind, unless it is given some; weights
        that are named take the place of the published ones.
        """
        types = field_types()
        if values.get("weights") is not None:
            values = {"pretrained": False, **values}
        if values.get("network", self.network) != self.network:
            values = {"network_arguments": {}, **values}
        for name in values:
            if name not in types:
                raise UnknownName(f"a recipe has no field {name!r}: {suggestion(name, types)}")
            _check_type(name, values[name], types[name])
        return replace(self, **values)

    @property
    def runs_to_its_end(self) -> bool:
        """Whether the schedule is made for all the epochs, so that it must not be stopped early."""
        return self.schedule != "constant"

    def to_json(self) -> dict[str, Any]:
        """The fields, as config.json holds them."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Recipe":
        """The inverse of `to_json`."""
        return cls().changed(**stored)


def recipe_of(config: Mapping[str, Any]) -> Recipe:
    """The recipe that a run's config.json, or a sweep's file, tells of."""
    return Recipe.from_json({key: v for key, v in config["recipe"].items() if key != "name"})


INFINITY = float("inf")
CHOICES = {
    "normalization": ("fitted", "0..1", "-1..1"),
    "optimizer": ("sgd", "adamw"),
    "loss": ("auto", "cross-entropy", "wing", "smooth-l1"),
    "schedule": ("constant", "cosine", "one-cycle"),
    "class_weights": ("none", "balanced"),
    "validated": ("net", "ema"),
    "snapshots": ("none", "each-epoch"),
    "precision": ("auto", "float32", "bfloat16"),
    "memory_format": ("auto", "channels_last", "contiguous"),
}
RANGES = {
    "epochs": (1, INFINITY, "1 or more"),
    "batch_size": (1, INFINITY, "1 or more"),
    "learning_rate": (0.0, 1e6, "0 or more"),
    "momentum": (0.0, 0.9999, "from 0 to less than 1"),
    "weight_decay": (0.0, 1e6, "0 or more"),
    "rate_decay": (0.0, 1.0, "between 0 and 1"),
    "warmup": (0.0, 1.0, "between 0 and 1"),
    "label_smoothing": (0.0, 0.9999, "from 0 to less than 1"),
    "clip": (0.0, INFINITY, "0 or more"),
    "ema": (0.0, 0.999999, "from 0 to less than 1"),
    "validation": (1e-9, 0.9, "above 0 and at most 0.9"),
    "patience": (0, INFINITY, "0 or more"),
    "size": (0, 4096, "0, or at most 4096 pixels"),
    "threads": (0, INFINITY, "0 or more"),
}


@cache
def field_types() -> dict[str, Any]:
    """Name -> type of every field, in their order."""
    hints = get_type_hints(Recipe)
    return {f.name: hints[f.name] for f in fields(Recipe)}


@cache
def field_docs() -> dict[str, str]:
    """Name -> its docstring line, of every field."""
    (tree,) = ast.parse(inspect.getsource(Recipe)).body
    assert isinstance(tree, ast.ClassDef)
    docs = {}
    for statement, below in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and isinstance(below, ast.Expr):
            docs[ast.unparse(statement.target)] = ast.literal_eval(below.value)
    return docs


def read_words(words: Mapping[str, str]) -> dict[str, Any]:
    """Values from `field=value` words; `network.NAME` sets an argument of the network."""
    values: dict[str, Any] = {}
    for name, text in words.items():
        if len(split_values(text)) > 1 and name not in WITH_COMMAS:
            raise BadValue(
                f"{name}={text}: a comma means a sweep, and here one value is needed; "
                "a list is joined by +"
            )
        if name.startswith("network."):
            arguments = values.setdefault("network_arguments", {})
            arguments[name.removeprefix("network.")] = _literal(text)
        elif name in field_types():
            values[name] = _read(name, text)
        else:
            known = [*field_types(), "network.ARGUMENT"]
            raise UnknownName(f"a recipe has no field {name!r}: {suggestion(name, known)}")
    return values


WITH_COMMAS = ("group_by",)
"""Fields whose text may hold a comma that is no sweep."""


def _read(name: str, text: str) -> Any:
    kind = field_types()[name]
    try:
        if kind is bool:
            return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[
                text.lower()
            ]
        return kind(text) if kind in (int, float) else text
    except (ValueError, KeyError) as error:
        raise BadValue(f"{name} {text!r}: {KINDS[kind]} is needed") from error


KINDS = {int: "a whole number", float: "a number", bool: "true or false"}


def _literal(text: str) -> Any:
    """A number, a truth value, a list joined by +, or the text itself."""
    if "+" in text:
        return [_literal(part) for part in text.split("+")]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return {"true": True, "false": False}.get(text.lower(), text)


def _check_type(name: str, value: Any, kind: Any) -> None:
    fitting = {float: (int, float), int: int, bool: bool, str: str}.get(kind)
    if fitting is None:  # some text may be None, network_arguments is a mapping
        fitting = Mapping if name == "network_arguments" else (str, type(None))
    if not isinstance(value, fitting) or (isinstance(value, bool) and kind is not bool):
        wanted = {**KINDS, str: "text"}.get(
            kind, "a mapping" if fitting is Mapping else "text or None"
        )
        raise BadValue(f"{name} {value!r}: {wanted} is needed")
