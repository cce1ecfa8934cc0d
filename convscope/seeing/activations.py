"""What the layers of a net answer while it works."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from torch import Tensor, nn

from convscope.errors import BadNetwork
from convscope.lookup import lookup


@contextmanager
def watching(net: nn.Module, names: Iterable[str]) -> Iterator[dict[str, Tensor]]:
    """What the named modules of `net` answer while inside, with the gradient path.

    The dictionary fills at each forward pass, with a module's last answer of it. The hooks go
    whatever happens. `UnknownName` for a name that no module has, `BadNetwork` for a module that
    answers anything but one tensor.
    """
    modules = {name: module for name, module in net.named_modules() if name}
    watched = {name: lookup(modules, name, "layer") for name in names}
    answers: dict[str, Tensor] = {}
    hooks = [
        module.register_forward_hook(partial(_keep, answers, name))
        for name, module in watched.items()
    ]
    try:
        yield answers
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def recording(net: nn.Module) -> Iterator[list[str]]:
    """The names of the innermost modules of `net` in the order in which they are called inside."""
    called: list[str] = []
    hooks = [
        module.register_forward_hook(partial(_note, called, name))
        for name, module in net.named_modules()
        if name and not list(module.children())
    ]
    try:
        yield called
    finally:
        for hook in hooks:
            hook.remove()


def _keep(
    answers: dict[str, Tensor], name: str, _net: nn.Module, _given: Any, answer: Any
) -> Tensor:
    """Keep `answer`; the net goes on with a copy, for what comes next may work in place."""
    if not isinstance(answer, Tensor):
        raise BadNetwork(
            f"layer {name} answers a {type(answer).__name__} and not one tensor: "
            "name a layer inside it"
        )
    answers[name] = answer
    return answer.clone()


def _note(called: list[str], name: str, *_: Any) -> None:
    called.append(name)
