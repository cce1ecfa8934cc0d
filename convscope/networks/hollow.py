"""A copy of a net whose tensors have shapes and no content: to run it costs no computing."""

import copy
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.parameter import is_lazy

from convscope.device import device_of
from convscope.errors import BadNetwork


@dataclass(frozen=True, eq=False)
class Hollow:
    """The copy, in evaluation mode, and the mode in which it can be run."""

    net: nn.Module
    mode: FakeTensorMode

    def images(self, shape: tuple[int, ...], whole_numbers: bool = False) -> Tensor:
        """What the copy takes: a tensor of this shape, with the net's own kind of numbers."""
        given = (p.dtype for p in self.net.parameters() if p.is_floating_point())
        dtype = torch.int64 if whole_numbers else next(given, torch.get_default_dtype())
        return torch.zeros(shape, dtype=dtype, device=device_of(self.net))


def make_hollow(net: nn.Module) -> Hollow:
    """A copy of `net` without content and without its hooks; `net` itself is left as it is.

    `BadNetwork` if it cannot be copied, or does not know its own sizes yet.
    """
    if any(is_lazy(p) for p in net.parameters()):
        raise BadNetwork(
            f"{type(net).__name__} has lazy layers, whose sizes are not known yet: "
            "run it once on an image first"
        )
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    with mode, torch.no_grad():
        try:
            copied = copy.deepcopy(net, {id(t): mode.from_tensor(t) for t in _tensors_of(net)})
        except Exception as error:  # the user's own code may hold anything
            raise BadNetwork(
                f"{type(net).__name__} cannot be copied, so no shapes can be worked out: {error}"
            ) from error
    for module in copied.modules():
        _drop_hooks(module)
    return Hollow(copied.eval(), mode)


@contextmanager
def quiet() -> Iterator[None]:
    """Inside, torch neither warns nor logs about numbers that nobody computes."""
    log = logging.getLogger(FakeTensorMode.__module__)
    before = log.disabled
    log.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.disabled = before


def _tensors_of(net: nn.Module) -> Iterator[Tensor]:
    """Parameters, buffers, and tensors that are plain attributes."""
    for module in net.modules():
        for holder in (module._parameters, module._buffers, vars(module)):
            yield from (t for t in holder.values() if isinstance(t, Tensor))


def _drop_hooks(module: nn.Module) -> None:
    """All but those of torch's own, which make a weight from others."""
    module._forward_hooks.clear()
    for key, hook in list(module._forward_pre_hooks.items()):
        if not (getattr(hook, "__module__", None) or "").startswith("torch."):
            del module._forward_pre_hooks[key]
