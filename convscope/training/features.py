"""A net in two: what its frozen modules give, and what the rest of it makes of that."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from convscope.networks.answering import answering


class Rest(nn.Module):
    """What of `net` comes after its frozen modules: their features (n, ...) -> its answers."""

    def __init__(self, net: nn.Module, frozen: Sequence[str]) -> None:
        super().__init__()
        self.net = net
        self._frozen = tuple(frozen)

    def forward(self, features: Tensor) -> Tensor:
        with _giving([self.net.get_submodule(name) for name in self._frozen], features):
            return self.net(features)


def features_of(net: nn.Module, frozen: Sequence[str], images: Tensor) -> Tensor:
    """What the last of the `frozen` modules gives for `images`: (n, ...), as the net computes it.

    `net` answers in the mode that it is in, and gradients flow if they would.
    """
    given: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: object, output: Tensor) -> None:
        given.append(output)

    hooks = [net.get_submodule(name).register_forward_hook(keep) for name in frozen]
    try:
        net(images)
    finally:
        for hook in hooks:
            hook.remove()
    return given[-1].float()


def can_keep(net: nn.Module, frozen: Sequence[str], images: Tensor) -> bool:
    """Whether `net` answers from the features alone what it answers from `images`.

    Not so if something before the frozen modules learns, if their input takes a way around them,
    or if they are called in a loop. Asked of `net` with its frozen parameters set.
    """
    with answering(net), torch.enable_grad():
        features = features_of(net, frozen, images)
        if features.requires_grad:
            return False
        expected = net(images)
        try:
            answered = Rest(net, frozen)(features)
        except Exception:  # the user's own forward may want images, and fail in any way
            return False
    return answered.shape == expected.shape and torch.allclose(
        answered, expected, rtol=1e-3, atol=1e-4 * expected.abs().max().item()
    )


@contextmanager
def _giving(modules: Sequence[nn.Module], features: Tensor) -> Iterator[None]:
    """Inside, each of `modules` gives `features`, whatever it is asked."""
    before = [vars(module).get("forward") for module in modules]
    for module in modules:
        module.forward = lambda *_inputs, **_named: features
    try:
        yield
    finally:
        for module, own in zip(modules, before, strict=True):
            del module.forward
            if own is not None:
                module.forward = own
