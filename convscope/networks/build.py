"""A network by its name, from the user's own file or written out, for the data at hand."""

import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from convscope.device import device_of
from convscope.errors import BadNetwork, ConvscopeError
from convscope.lookup import lookup, suggestion
from convscope.networks.advice import advise
from convscope.networks.answering import answering
from convscope.networks.catalogue import CATALOGUE
from convscope.networks.hub import is_of_timm, timm_builder
from convscope.networks.pasted import is_code, read_code
from convscope.networks.spec import build_spec, is_spec
from convscope.networks.spec_text import on_one_line

GIVEN = ("num_classes", "in_channels", "input_size")
"""What the data decide; a network gets those of them that its signature names."""
LONGEST_TITLE = 72
"""Characters."""


def build_network(
    name: str,
    *,
    num_classes: int,
    in_channels: int,
    input_size: tuple[int, ...],
    arguments: Mapping[str, Any] | None = None,
) -> nn.Module:
    """The network `name`: `file.py:Class`, of the catalogue, `timm:NAME`, or written out.

    Written out is as a spec or as code. It takes images (n, in_channels, *input_size) and answers
    (n, num_classes); `arguments` are the network's own. `BadNetwork` or `UnknownName` says what
    does not fit.
    """
    builder, name = _builder(name), title(name)
    given = {"num_classes": num_classes, "in_channels": in_channels, "input_size": input_size}
    arguments = dict(arguments or {})
    taken = inspect.signature(builder).parameters
    anything = any(p.kind is p.VAR_KEYWORD for p in taken.values())
    for argument in arguments:
        if argument in GIVEN:
            raise BadNetwork(f"{argument} comes from the data: leave network.{argument} out")
        if argument not in taken and not anything:
            own = [p for p in taken if p not in GIVEN]
            raise BadNetwork(f"{name} takes no argument {argument!r}: {suggestion(argument, own)}")
    fitting = {key: value for key, value in given.items() if key in taken or anything}
    try:
        net = builder(**fitting, **arguments)
    except ConvscopeError:
        raise
    except Exception as error:  # the user's own code, or an argument of the wrong type
        raise BadNetwork(
            f"{name} could not be built with {_listed({**fitting, **arguments})}: {error}"
        ) from error
    if not isinstance(net, nn.Module):
        raise BadNetwork(f"{name} gives a {type(net).__name__}: a torch.nn.Module is needed")
    return net


def is_path(name: str) -> bool:
    """Whether `name` means a class in a file: `path/to/file.py:Class`."""
    return "\n" not in name and (".py:" in name or name.endswith(".py"))


def is_written_out(name: str) -> bool:
    """Whether `name` is no name but the network itself, as a spec or as code."""
    named = is_path(name) or is_of_timm(name) or name in CATALOGUE
    return not named and (is_code(name) or is_spec(name))


def one_line(name: str) -> str:
    """`name`; a spec of several lines on one, which means the same and is easily typed."""
    return on_one_line(name) if is_written_out(name) and not is_code(name) else name


def title(name: str) -> str:
    """`name` as a sentence says it: in short where a long network is written out."""
    line = one_line(name)
    if not is_written_out(name) or (len(line) <= LONGEST_TITLE and "\n" not in line):
        return line
    if is_code(name):
        return "nn.Sequential(...)"
    return f"{line[:40].strip()} ... {line[-25:].strip()}"


def read_builder(name: str) -> Callable[..., Any]:
    """What `file.py:Class` names; the file is run, because the user named it."""
    path, _, attribute = name.rpartition(":")
    if not path or not attribute:
        raise BadNetwork(f"{name!r} names no class: write it as file.py:Class")
    if not Path(path).is_file():
        raise BadNetwork(f"{path} does not exist: a network is named as file.py:Class")
    spec = importlib.util.spec_from_file_location(f"network_file_{Path(path).stem}", path)
    if spec is None or spec.loader is None:
        raise BadNetwork(f"{path} is not a Python file: a network is named as file.py:Class")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses and pickle look their module up by its name
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadNetwork(f"{path} fails when it is run: {type(error).__name__}: {error}") from error
    if not callable(found := getattr(module, attribute, None)):
        classes = [key for key, value in vars(module).items() if inspect.isclass(value)]
        raise BadNetwork(f"{path} has no {attribute!r}: {suggestion(attribute, classes)}")
    return found


def check_fit(net: nn.Module, name: str, image_shape: tuple[int, int, int], outputs: int) -> None:
    """`BadNetwork` unless `net` turns two images of `image_shape` (c, h, w) into (2, outputs).

    One forward pass in evaluation mode tells it before any training; each module keeps its mode.
    What is wrong, at which layer, and the ways to mend it are in the error's sentence.
    """
    try:
        with answering(net):
            answer = net(torch.zeros(2, *image_shape, device=device_of(net)))
    except Exception as error:  # the user's own code may fail in any way
        shape = "x".join(map(str, image_shape))
        advice = advise(net, image_shape)
        told = advice.sentence if advice else error
        raise BadNetwork(f"{name} does not take images of {shape} (c x h x w): {told}") from error
    shape = tuple(answer.shape) if isinstance(answer, torch.Tensor) else type(answer).__name__
    if shape != (2, outputs):
        advice = advise(net, image_shape, outputs)
        told = f": {', or '.join(advice.mends)}" if advice and advice.mends else ""
        raise BadNetwork(
            f"{name} answers two images with {shape}: (2, {outputs}) is needed, "
            f"one score per class{told}"
        )


def _builder(name: str) -> Callable[..., Any]:
    if is_path(name):
        return read_builder(name)
    if is_of_timm(name):
        return timm_builder(name)
    if not is_written_out(name):
        return lookup(CATALOGUE, name, "network")
    return partial(read_code if is_code(name) else build_spec, name)


def _listed(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in arguments.items())
