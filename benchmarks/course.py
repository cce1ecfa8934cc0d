"""The course's own training loop beside ours: images per second, and seconds to an accuracy.

    python benchmarks/course.py             # the loops, in interleaved pairs
    python benchmarks/course.py --accuracy  # the recipes, against the course's time

The course's loop is rewritten from its description: a DataLoader, batches of 20, plain SGD, a
learning rate of 0.01, and each image on torchvision's way: array, Pillow picture, array, floats,
normalised. Each side has a process of its own, as
its users would, and the two take turns. Both compute in float32; where the processor has
bfloat16, ours is measured in it too.
"""

import argparse
import itertools
import multiprocessing
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image as Picture
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, SubsetRandomSampler
from torch.utils.data import Dataset as TorchDataset

import convscope
from convscope.data.dataset import Dataset
from convscope.data.loading import load_data
from convscope.device import computes_bfloat16, keep_freed_memory, machine
from convscope.training.catalogue import CATALOGUE
from convscope.training.loop import step
from convscope.training.plan import make_plan

SECONDS = 2.5
"""Measured on each side of a pair."""
COURSE_BATCH = 20
COURSE_RUN = {"mnist": (48_000, 50), "cifar10": (40_000, 30)}
"""Training images and epochs of the course's own recipe; its validation passes are given to it."""


class CourseMLP(nn.Module):
    """784-512-512-10 as the notebook writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(784, 512), nn.Linear(512, 512), nn.Linear(512, 10)
        self.dropout = nn.Dropout(0.2)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        hidden = self.dropout(F.relu(self.fc1(images.view(-1, 784))))
        return self.fc3(self.dropout(F.relu(self.fc2(hidden))))


class CourseCNN(nn.Module):
    """Three convolutions and two linear layers as the notebook writes them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.conv3 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool, self.dropout = nn.MaxPool2d(2, 2), nn.Dropout(0.25)
        self.fc1, self.fc2 = nn.Linear(64 * 4 * 4, 500), nn.Linear(500, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        maps = self.pool(F.relu(self.conv1(images)))
        maps = self.pool(F.relu(self.conv2(maps)))
        maps = self.pool(F.relu(self.conv3(maps)))
        hidden = F.relu(self.fc1(self.dropout(maps.view(-1, 64 * 4 * 4))))
        return self.fc2(self.dropout(hidden))


class ImageByImage(TorchDataset):
    """One image at a time, as torchvision's MNIST and CIFAR10 with ToTensor and Normalize give it.

    They hand out a Pillow picture; ToTensor reads it back and divides; Normalize makes a copy, and
    its mean and deviation anew.
    """

    def __init__(self, dataset: Dataset, normalized: bool) -> None:
        self.pixels = dataset.images[:].permute(0, 2, 3, 1).contiguous().numpy()  # (n, h, w, c)
        self.labels = dataset.labels.tolist()
        self.normalized = normalized

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        pixels = self.pixels[i]
        picture = Picture.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
        values = torch.from_numpy(np.array(picture, copy=True)).view(*pixels.shape)
        image = values.permute(2, 0, 1).contiguous().float().div(255)
        if self.normalized:
            mean, std = (torch.as_tensor([0.5] * 3).view(-1, 1, 1) for _ in range(2))
            image = image.clone().sub_(mean).div_(std)
        return image, self.labels[i]


def course_loop(recipe: str) -> Callable[[], float]:
    """A function that trains for a while as the course does, and gives images per second."""
    data = CATALOGUE[recipe].recipe.data
    dataset, normalized = load_data(data).train, data == "cifar10"
    net = CourseCNN() if normalized else CourseMLP()
    sampler = SubsetRandomSampler(range(len(dataset)))
    loader = DataLoader(ImageByImage(dataset, normalized), COURSE_BATCH, sampler=sampler)
    batches = (batch for _ in itertools.count() for batch in loader)
    optimizer, criterion = torch.optim.SGD(net.parameters(), lr=0.01), nn.CrossEntropyLoss()
    net.train()
    train_loss = 0.0

    def run() -> float:
        nonlocal train_loss
        seen, started = 0, time.perf_counter()
        while time.perf_counter() - started < SECONDS:
            images, labels = next(batches)
            optimizer.zero_grad()
            loss = criterion(net(images), labels)
            loss.backward()
            optimizer.step()
            train_loss += loss.item() * images.size(0)
            seen += images.size(0)
        return seen / (time.perf_counter() - started)

    return run


def our_loop(recipe: str, precision: str) -> Callable[[], float]:
    """A function that trains for a while by a recipe of ours, and gives images per second."""
    plan = make_plan(recipe, CATALOGUE[recipe].recipe.changed(precision=precision))
    state = plan.new_state()
    epochs = (plan.ingredients.batches.epoch(number) for number in itertools.count(1))
    batches = itertools.chain.from_iterable(epochs)
    keep_freed_memory()
    torch.set_num_threads(plan.resolved.threads)
    plan.net.train()

    def run() -> float:
        seen, started = 0, time.perf_counter()
        while time.perf_counter() - started < SECONDS:
            batch = next(batches)
            step(plan.ingredients, state, batch)
            seen += len(batch[1])
        return seen / (time.perf_counter() - started)

    return run


SPINS = {course_loop: "300000", our_loop: "2000"}
"""GOMP_SPINCOUNT of each side: libgomp's own default, and what importing convscope sets."""


class Side:
    """One of the two, in a process of its own; `run()` lets it train for a while."""

    def __init__(self, make: Callable[..., Callable[[], float]], *arguments: str) -> None:
        os.environ["GOMP_SPINCOUNT"] = SPINS[make]
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, make, arguments), daemon=True)
        self._process.start()
        theirs.close()  # so that a side that dies is noticed
        self.run()  # the first turn pays for loading and for the first step of each shape

    def run(self) -> float:
        """Images per second of one turn."""
        self._ours.send("run")
        return self._ours.recv()

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join()


def serve(pipe: Connection, make: Callable[..., Callable[[], float]], arguments: Any) -> None:
    """The life of a side's process."""
    run = make(*arguments)
    while pipe.recv():
        pipe.send(run())


def measure_loops(pairs: int) -> None:
    """Prints images per second of both loops, and the ratio pair by pair."""
    precisions = ["float32"]
    if computes_bfloat16(torch.device("cpu")):
        precisions.append("bfloat16")
    row = "{:<15}{:<10}{:>25}{:>25}{:>20}"
    print(row.format("", "precision", "course, images/s", "ours, images/s", "ratio"))
    for name, recipe in (("MLP, MNIST", "mnist-mlp"), ("CNN, CIFAR-10", "cifar10-cnn")):
        course = Side(course_loop, recipe)
        for precision in precisions:
            ours = Side(our_loop, recipe, precision)
            measured = [(course.run(), ours.run()) for _ in range(pairs)]
            theirs, own = zip(*measured, strict=True)
            ratios = [b / a for a, b in measured]
            print(row.format(name, precision, spread(theirs), spread(own), spread(ratios, 2)))
            ours.close()
        course.close()


def measure_accuracy(recipes: list[str], seeds: int) -> None:
    """Prints what each recipe reaches, and its share of the time the course's own would take."""
    row = "{:<23}{:<30}{:>7}{:>10}{:>12}{:>8}"
    print(row.format("recipe", "test accuracy by seed, %", "mean", "seconds", "course's", "share"))
    for recipe in recipes:
        images, epochs = COURSE_RUN[CATALOGUE[recipe].recipe.data]
        course = Side(course_loop, recipe)
        accuracies, seconds, course_seconds = [], [], []
        for seed in range(seeds):
            course_seconds.append(images / course.run() * epochs)
            with tempfile.TemporaryDirectory() as folder:
                started = time.perf_counter()
                out = Path(folder, "run")
                run = convscope.train(recipe, seed=seed, precision="float32", out=out)
                seconds.append(time.perf_counter() - started)
            if run.report is not None:
                accuracies.append(100 * run.report.to_json()["accuracy"])
            course_seconds.append(images / course.run() * epochs)
        course.close()
        taken, theirs = statistics.median(seconds), statistics.median(course_seconds)
        words = " ".join(f"{accuracy:.2f}" for accuracy in accuracies)
        mean = f"{statistics.mean(accuracies):.2f}"
        share = f"{taken / theirs:.3f}"
        print(row.format(recipe, words, mean, f"{taken:.1f}", f"{theirs:.0f}", share), flush=True)


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Median, least and most."""
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


RECIPES = ["mnist-mlp", "mnist-cnn", "cifar10-cnn", "cifar10-cnn-augmented"]

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--accuracy", action="store_true")
    parser.add_argument("--recipes", nargs="+", default=RECIPES)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args()
    print(f"{machine()}; Python {platform.python_version()}, torch {torch.__version__}")
    if chosen.accuracy:
        measure_accuracy(chosen.recipes, chosen.seeds)
    else:
        measure_loops(chosen.pairs)
