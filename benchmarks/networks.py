"""ResNet-18 at 224 pixels beside torchvision's, or a plain rewrite where that is not installed.

    python benchmarks/networks.py

An answer and a step of training of both, in interleaved pairs: seconds, and the peak of memory.
Once as they come, and once both as `convscope train` runs a network: filters with channels last,
freed memory kept. Each has a process of its own. The rewrite is the usual one, its ReLUs in place.
"""

import argparse
import importlib
import itertools
import multiprocessing
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import convert_conv2d_weight_memory_format

from convscope.device import keep_freed_memory, machine
from convscope.networks.resnet import resnet18


class PlainBlock(nn.Module):
    """A residual block as it is usually written."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(after), nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride > 1:
            conv = nn.Conv2d(before, after, 1, stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(after))

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


def plain_resnet18() -> nn.Module:
    """The whole network in one chain."""
    widths = [64, 64, 64, 128, 128, 256, 256, 512, 512]
    blocks = [PlainBlock(a, b, b // a) for a, b in zip(widths, widths[1:], strict=False)]
    return nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2, 1), *blocks,
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000),
    )  # fmt: skip


def peer() -> tuple[str, Callable[[], nn.Module]]:
    """What ours is compared with, and how it is built."""
    try:
        models = importlib.import_module("torchvision.models")
    except ImportError:
        return "plain rewrite", plain_resnet18
    return "torchvision", models.resnet18


def answering(net: nn.Module, images: Tensor) -> Callable[[], object]:
    """A function that answers once."""
    net.eval()

    def run() -> Tensor:
        with torch.inference_mode():
            return net(images)

    return run


def learning(net: nn.Module, images: Tensor) -> Callable[[], object]:
    """A function that makes one step of training."""
    optimizer = torch.optim.SGD(net.train().parameters(), 0.01, momentum=0.9)
    labels = torch.arange(len(images))

    def run() -> None:
        optimizer.zero_grad()
        F.cross_entropy(net(images), labels).backward()
        optimizer.step()

    return run


WORK = {"answer": answering, "training step": learning}


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What a side does when it is its turn."""

    work: str
    tuned: bool
    """Whether as `convscope train` runs a network."""
    batch: int
    repeat: int


def serve(pipe: Connection, ours: bool, turn: Turn) -> None:
    """The life of a side's process: first the peak's growth, then seconds for a call each turn."""
    torch.manual_seed(0)
    images = torch.randn(turn.batch, 3, 224, 224)
    before = peak()
    net = resnet18() if ours else peer()[1]()
    if turn.tuned:
        keep_freed_memory()
        convert_conv2d_weight_memory_format(net, torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    run = WORK[turn.work](net, images)
    for _ in range(3):  # the first steps pay for momentum and for the first use of each shape
        run()
    pipe.send(peak() - before)
    while pipe.recv():
        started = time.perf_counter()
        for _ in range(turn.repeat):
            run()
        pipe.send((time.perf_counter() - started) / turn.repeat)


def peak() -> float:
    """The most memory that this process had, in megabytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if platform.system() == "Darwin" else 1e3)


class Side:
    """One of the two, in a process of its own."""

    def __init__(self, ours: bool, turn: Turn) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, ours, turn), daemon=True)
        self._process.start()
        theirs.close()  # so that a side that dies is noticed
        self.megabytes: float = self._ours.recv()

    def run(self) -> float:
        """Seconds of one call."""
        self._ours.send(True)
        return self._ours.recv()

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join()


def measure(turn: Turn, pairs: int) -> tuple[list[float], ...]:
    """Seconds of theirs and of ours, pair by pair, and the megabytes of both."""
    theirs, ours = Side(False, turn), Side(True, turn)
    seconds: tuple[list[float], list[float]] = ([], [])
    for i in range(pairs):
        for side in (0, 1) if i % 2 else (1, 0):  # neither is always the first
            seconds[side].append((theirs, ours)[side].run())
    megabytes = [theirs.megabytes, ours.megabytes]
    theirs.close()
    ours.close()
    return *seconds, megabytes


def spread(values: Sequence[float]) -> str:
    """Median, least and most."""
    return f"{statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--repeat", type=int, default=3, help="calls in a turn")
    chosen = parser.parse_args()
    os.environ["GOMP_SPINCOUNT"] = "2000"  # both sides alike: what importing convscope sets
    name = peer()[0]
    print(f"{machine()}; Python {platform.python_version()}, torch {torch.__version__}")
    print(f"ResNet-18, {chosen.batch} images of 224 x 224, float32")
    row = "{:<36}{:>24}{:>24}{:>24}{:>21}"
    print(row.format("", f"{name}, s", "ours, s", "ours / theirs", "MB, theirs and ours"))
    for kind, tuned in itertools.product(WORK, (False, True)):
        turn = Turn(work=kind, tuned=tuned, batch=chosen.batch, repeat=chosen.repeat)
        them, us, both = measure(turn, chosen.pairs)
        ratios = [b / a for a, b in zip(them, us, strict=True)]
        memory = f"{both[0]:,.0f} {both[1]:,.0f}"
        shown = f"{kind}, {'as convscope trains' if tuned else 'as they come'}"
        print(row.format(shown, spread(them), spread(us), spread(ratios), memory), flush=True)
