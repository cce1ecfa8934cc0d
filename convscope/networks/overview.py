"""The catalogue at a glance: what each network is, for which images, and how large."""

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn

from convscope.errors import BadValue
from convscope.lookup import lookup
from convscope.networks.build import build_network, is_path, is_written_out, read_builder
from convscope.networks.catalogue import CATALOGUE

SMALL, LARGE = (32, 32), (224, 224)
"""CIFAR's images, and ImageNet's, for networks that take any size."""
MANY = 1000
"""Classes of ImageNet."""


@dataclass(frozen=True)
class Listed:
    """One network of the catalogue."""

    name: str
    about: str
    input_shape: tuple[int, ...]
    """(c, h, w) that it is usually given."""
    classes: int
    parameters: int
    """For that input and that many classes."""

    def to_json(self) -> dict[str, Any]:
        """Everything but the name."""
        return {
            "about": self.about,
            "input_shape": list(self.input_shape),
            "classes": self.classes,
            "parameters": self.parameters,
        }


def list_networks() -> list[Listed]:
    """Every network of the catalogue, built without weights for its usual images."""
    return [_listed(name) for name in CATALOGUE]


def usual_input(name: str) -> tuple[tuple[int, ...], int] | None:
    """The input (c, h, w) and number of classes that network `name` is usually given.

    They are what its signature says, and ImageNet's or CIFAR's size for a network of the catalogue
    that takes any. None of a spec, and of a file's class that says no size.
    """
    if is_written_out(name):
        return None
    builder = read_builder(name) if is_path(name) else lookup(CATALOGUE, name, "network")
    given = inspect.signature(builder).parameters
    classes = _usual(given, "num_classes", 10)
    size = _usual(given, "input_size", LARGE if classes == MANY else SMALL)
    if is_path(name) and _usual(given, "input_size", None) is None:
        return None
    return (_usual(given, "in_channels", 3), *size), classes


def build_bare(name: str, input_shape: tuple[int, ...], num_classes: int) -> nn.Module:
    """The network `name`, of the catalogue without weights: for its shapes alone."""
    in_channels, *size = input_shape
    given: Any = {"num_classes": num_classes, "in_channels": in_channels, "input_size": tuple(size)}
    if name not in CATALOGUE:
        return build_network(name, **given)
    if len(size) != 2:
        raise BadValue(
            f"{name} takes images of channels, height and width: "
            f"an input of {'x'.join(map(str, input_shape))} is none, write 3,32,32, say"
        )
    with torch.device("meta"):
        return build_network(name, **given)


def _listed(name: str) -> Listed:
    usual = usual_input(name)
    shape, classes = usual if usual is not None else ((3, *SMALL), 10)
    net = build_bare(name, shape, classes)
    parameters = sum(p.numel() for p in net.parameters())
    return Listed(name, _about(CATALOGUE[name]), shape, classes, parameters)


def _about(builder: Callable[..., Any]) -> str:
    """The first line of the page that the network is written on."""
    while isinstance(builder, partial):
        builder = builder.func
    page = inspect.getdoc(sys.modules[builder.__module__]) or builder.__name__
    return page.splitlines()[0].rstrip(".")


def _usual(parameters: Any, name: str, otherwise: Any) -> Any:
    """The usual value of a parameter; `otherwise` where there is none."""
    known = name in parameters and parameters[name].default is not inspect.Parameter.empty
    return parameters[name].default if known else otherwise
