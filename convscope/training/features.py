"""A net in two: what its frozen modules give, and what the rest of it makes of that."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from convscope.networks.answering import answering

Shape = tuple[int, ...]
"""The batch left out."""


@dataclass(frozen=True)
class Frozen:
    """The frozen modules of a net, as they are called."""

    image: Shape
    """What the net takes."""
    gives: Mapping[str, Shape]
    """What each module gives, in the order of their last calls: the last gives the features."""

    @property
    def last(self) -> str:
        """The module that gives the features."""
        return list(self.gives)[-1]


class Rest(nn.Module):
    """What of `net` comes after its frozen modules: their features (n, ...) -> its answers.

    The net runs on black images, and its last frozen module gives the features; those before it
    give zeros, for a single image: whatever is made of them on the way is not used.
    """

    def __init__(self, net: nn.Module, frozen: Frozen) -> None:
        super().__init__()
        self.net = net
        self._frozen = frozen

    def forward(self, features: Tensor) -> Tensor:
        frozen, zero = self._frozen, features.new_zeros(())
        given = {name: features.new_zeros((1, *shape)) for name, shape in frozen.gives.items()}
        with _giving(self.net, {**given, frozen.last: features}):
            return self.net(zero.expand(len(features), *frozen.image))


def find_frozen(net: nn.Module, modules: Sequence[str], images: Tensor) -> Frozen | None:
    """How `modules` of `net` are called; None if one of them gives anything but one tensor."""
    given: dict[str, Any] = {}

    def note(name: str, output: Any) -> Any:
        given.pop(name, None)
        given[name] = output
        return output

    with answering(net), _passing(net, modules, note):
        net(images)
    if not given or not all(isinstance(output, Tensor) for output in given.values()):
        return None
    shapes = {name: tuple(output.shape[1:]) for name, output in given.items()}
    return Frozen(tuple(images.shape[1:]), shapes)


def features_of(net: nn.Module, frozen: Frozen, images: Tensor) -> Tensor:
    """What the last of the frozen modules gives for `images`: (n, ...), as the net computes it.

    `net` answers in the mode that it is in, and gradients flow if they would.
    """
    features: list[Tensor] = []

    def keep(_name: str, given: Tensor) -> Tensor:
        features.append(given)
        return given.clone()  # what comes after it may work in place

    with _passing(net, [frozen.last], keep):
        net(images)
    return features[-1].float()


def why_not_kept(net: nn.Module, frozen: Frozen, images: Tensor) -> str | None:
    """Why `net` does not answer from the features alone what it answers from `images`, if so.

    Asked of `net` with its frozen parameters set.
    """
    with answering(net), torch.enable_grad():
        features = features_of(net, frozen, images)
        if features.requires_grad:
            return "what comes before them learns"
        expected = net(images)
        try:
            answered = Rest(net, frozen)(features)
        except Exception:  # the user's own forward may want images, and fail in any way
            return "the net does not run from what they give alone"
    if answered.shape == expected.shape and torch.allclose(
        answered, expected, rtol=1e-3, atol=1e-4 * expected.abs().max().item()
    ):
        return None
    return "the net uses more than what they give at last"


@contextmanager
def _passing(
    net: nn.Module, names: Sequence[str], through: Callable[[str, Any], Any]
) -> Iterator[None]:
    """Inside, what each named module gives goes through `through`, after the module's name."""
    hooks = [
        net.get_submodule(name).register_forward_hook(
            lambda _module, _inputs, output, name=name: through(name, output)
        )
        for name in names
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def _giving(net: nn.Module, given: Mapping[str, Tensor]) -> Iterator[None]:
    """Inside, each named module gives that, whatever it is asked."""
    modules = [net.get_submodule(name) for name in given]
    before = [vars(module).get("forward") for module in modules]
    for module, output in zip(modules, given.values(), strict=True):
        module.forward = lambda *_inputs, _output=output, **_named: _output
    try:
        yield
    finally:
        for module, own in zip(modules, before, strict=True):
            del module.forward
            if own is not None:
                module.forward = own
