"""Networks of the package timm, written `timm:NAME`; it comes with the extra `hub`."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from torch import nn

from convscope.errors import BadNetwork, UnknownName
from convscope.lookup import suggestion

PREFIX = "timm:"
KEPT_OUT = (
    "pretrained",
    "pretrained_cfg",
    "pretrained_cfg_overlay",
    "checkpoint_path",
    "cache_dir",
)
"""Arguments by which timm reads weights itself, as pickles too: `--weights` reads them safely."""


def is_of_timm(name: str) -> bool:
    """Whether `name` means a network of timm."""
    return name.startswith(PREFIX)


def timm_builder(name: str) -> Callable[..., nn.Module]:
    """What builds the network `timm:NAME`, without weights; further arguments are timm's own.

    `BadNetwork` if timm is not installed, `UnknownName` if it has no such network.
    """
    timm, wanted = _timm(name), name.removeprefix(PREFIX)
    known = timm.list_models()
    if wanted.partition(".")[0] not in known:
        raise UnknownName(f"timm has no network {wanted!r}: {_near(wanted, known)}")

    def build(num_classes: int, in_channels: int, **arguments: Any) -> nn.Module:
        # networks with positions in them take img_size, if it is asked for
        del arguments["input_size"]
        if refused := [argument for argument in KEPT_OUT if argument in arguments]:
            raise BadNetwork(f"{name} takes no {refused[0]!r}: --weights reads weights, safely")
        return timm.create_model(
            wanted, pretrained=False, num_classes=num_classes, in_chans=in_channels, **arguments
        )

    return build


def _timm(name: str) -> Any:
    try:
        return import_module("timm")
    except ModuleNotFoundError as error:
        if error.name != "timm":
            raise BadNetwork(f"{name} cannot be built: timm needs {error.name}") from error
        raise BadNetwork(
            f"{name} needs the package timm: pip install 'convscope[hub]' brings it"
        ) from error


def _near(wanted: str, known: list[str]) -> str:
    """What was probably meant; there are over a thousand, so never all of them."""
    told = suggestion(wanted, known)
    return told if told.startswith("did you mean") else "timm.list_models() names all"
