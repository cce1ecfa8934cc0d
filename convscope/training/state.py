"""State: all that changes while a net is trained, so all that a checkpoint keeps."""

import math
from dataclasses import dataclass, field

from torch import Tensor, nn
from torch.optim import Optimizer

from convscope.errors import Diverged
from convscope.prediction.weights import plain
from convscope.training.average import Average
from convscope.training.history import Record


@dataclass
class RunningLoss:
    """The mean loss of the images seen so far in an epoch."""

    total: float = 0.0
    images: int = 0

    @property
    def mean(self) -> float:
        """0 before the first image."""
        return self.total / self.images if self.images else 0.0

    def add(self, loss: Tensor, images: int) -> None:
        """The mean `loss` of a batch of `images`; `Diverged` if it is not finite."""
        value = loss.item()
        if not math.isfinite(value):
            raise Diverged(f"the loss became {value}")
        self.total += value * images
        self.images += images


@dataclass
class Position:
    """Where a run stands: `epoch` epochs, `batch` batches of the next, `step` steps in all."""

    epoch: int = 0
    batch: int = 0
    step: int = 0
    loss: RunningLoss = field(default_factory=RunningLoss)
    training_seconds: float = 0.0
    """Of the epoch under way, validation not included."""
    seconds: float = 0.0
    """Of the whole run."""


@dataclass
class Best:
    """The weights of the lowest monitored value so far."""

    epoch: int = -1
    value: float = math.inf
    weights: dict[str, Tensor] = field(default_factory=dict)

    def see(self, epoch: int, value: float, net: nn.Module) -> None:
        """Keep the weights of `net` if `value` is lower than ever; a NaN never is."""
        if value < self.value:
            self.epoch, self.value, self.weights = epoch, value, plain(net.state_dict())


@dataclass
class State:
    """A run under way."""

    net: nn.Module
    average: Average
    optimizer: Optimizer
    validated: nn.Module
    """What is measured and kept: `net`, or its average."""
    position: Position = field(default_factory=Position)
    records: list[Record] = field(default_factory=list)
    best: Best = field(default_factory=Best)
