"""An exponential moving average of a net's weights: often better than the last, and nearly free."""

import copy

import torch
from torch import nn


class Average:
    """Follows `net` step by step; with a decay of 0 there is none, and it costs nothing."""

    def __init__(self, net: nn.Module, decay: float) -> None:
        self.decay = decay
        self._followed = net
        self.net = copy.deepcopy(net).eval() if decay else net
        """The average as a net of its own, or the net itself where there is none."""

    @torch.no_grad()
    def update(self, step: int) -> None:
        """After step `step`, from 1 on; at first it forgets faster, or the start would linger."""
        if not self.decay:
            return
        decay = min(self.decay, (1 + step) / (10 + step))
        for own, followed in zip(self.net.parameters(), self._followed.parameters(), strict=True):
            own.lerp_(followed, 1 - decay)
        for kept, current in zip(self.net.buffers(), self._followed.buffers(), strict=True):
            kept.copy_(current)
