"""The learning rate over the steps of a run."""

import math
from collections.abc import Callable, Mapping

from torch.optim import Optimizer

Shape = Callable[[float, float], float]
"""Share of the run that is done, 0..1, and share of warming up -> share of the highest rate."""


def constant(done: float, warmup: float) -> float:
    """The highest rate throughout."""
    return 1.0


def cosine(done: float, warmup: float) -> float:
    """Down to 0 along half a cosine. Loshchilov and Hutter 2017, without restarts."""
    return (1 + math.cos(math.pi * done)) / 2


def one_cycle(done: float, warmup: float) -> float:
    """Up in a straight line for the share `warmup`, then down to 0 in another. After Smith 2018."""
    return done / warmup if done < warmup else (1 - done) / max(1 - warmup, 1e-9)


SHAPES: Mapping[str, Shape] = {"constant": constant, "cosine": cosine, "one-cycle": one_cycle}


class Schedule:
    """Sets an optimiser's learning rate for the step that comes next.

    A group of parameters with a "share" gets that share of it.
    """

    def __init__(
        self, optimizer: Optimizer, shape: Shape, highest: float, total: int, warmup: float
    ) -> None:
        self._optimizer = optimizer
        self._shape = shape
        self._highest = highest
        self._total = total
        self._warmup = warmup

    def at(self, step: int) -> float:
        """The rate of step number `step`, counted from 0: the shape in the middle of that step."""
        return self._highest * self._shape((step + 0.5) / self._total, self._warmup)

    def set_for(self, step: int) -> None:
        """Make it the rate of the optimiser's next step."""
        set_rate(self._optimizer, self.at(step))


def set_rate(optimizer: Optimizer, rate: float) -> None:
    """Make `rate` that of the next step; parts that learn slower have their share of it."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group.get("share", 1.0)
