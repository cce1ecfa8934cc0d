"""A net that only answers: nothing is learned, and nothing of it changes."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
from torch import nn

from convscope.device import device_of


@contextmanager
def answering(net: nn.Module) -> Iterator[None]:
    """Inside, `net` is in evaluation mode and no gradients are kept.

    Afterwards each module is in its own mode again.
    """
    modes = {module: module.training for module in net.modules()}
    net.eval()
    try:
        with torch.no_grad(), _exact(device_of(net)):
            yield
    finally:
        for module, training in modes.items():
            module.training = training


def _exact(device: torch.device) -> AbstractContextManager[None]:
    """Inside, a GPU's convolutions compute in float32 and not in its rounded TF32."""
    if device.type != "cuda":
        return nullcontext()
    return torch.backends.cudnn.flags(enabled=True, allow_tf32=False)
