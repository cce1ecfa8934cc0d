"""Does a deeper network learn its training images better? Plain and residual, 20 and 56 layers.

    python benchmarks/degradation.py                                       # all four, seed 0
    python benchmarks/degradation.py --nets plain20 resnet20 --seeds 1 2   # two more of these

A processor's cores get more done with one network each, started side by side with --threads 1,
than with all of them on one.

He, Zhang, Ren, Sun: "Deep residual learning for image recognition", 2016, figures 1 and 6, cut down
to what two cores can do: part of CIFAR-10, few epochs, a one-cycle schedule made for them; the
batch, momentum, weight decay and augmentation are the paper's. Errors are measured after the last
epoch, in evaluation mode, on the images as they are. Each result is a line of the file --out: an
interrupted call is given again and goes on with the networks that are missing.
"""

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from convscope.data.batches import Batches
from convscope.data.dataset import Dataset, Splits
from convscope.data.loading import load_data
from convscope.data.preprocess import Preprocessing
from convscope.device import keep_freed_memory, machine, threads
from convscope.evaluation.evaluate import collect
from convscope.seed import generator
from convscope.training.loop import train_epochs
from convscope.training.plan import make_plan
from convscope.training.recipe import Recipe

NETS = ("plain20", "plain56", "resnet20", "resnet56")
VALIDATION = 500
"""Images measured after each epoch, only to see that it goes on."""
RECIPE = Recipe(
    data="cifar10",
    augment="flip+shift:4",
    batch_size=128,
    learning_rate=0.1,
    nesterov=False,
    weight_decay=1e-4,
    precision="float32",
)


def some_images(images: int) -> Splits:
    """CIFAR-10 with that many training images, the same at every call."""
    whole = load_data("cifar10", validation=RECIPE.validation)
    order = torch.randperm(len(whole.train), generator=generator("degradation"))
    return Splits(
        name=whole.name,
        train=whole.train.subset(order[:images]),
        validation=whole.validation.subset(range(VALIDATION)),
        test=whole.test,
        fingerprint=whole.fingerprint,
    )


def measure(net: nn.Module, preprocessing: Preprocessing, dataset: Dataset) -> dict[str, float]:
    """Mean loss and share of wrong answers, in evaluation mode."""
    logits, labels = collect(net, Batches(dataset, preprocessing, 500))
    wrong = (logits.argmax(1) != labels).float().mean().item()
    return {"loss": F.cross_entropy(logits, labels).item(), "error": wrong}


def run(net: str, recipe: Recipe, splits: Splits) -> dict[str, Any]:
    """Train one network and measure it; the mean training loss of each epoch comes along."""
    started = time.perf_counter()
    plan = make_plan("degradation", recipe.changed(network=net), data=splits)
    curve = []
    with threads(plan.resolved.threads):
        for record in train_epochs(plan.ingredients, plan.new_state()):
            curve.append(record.train_loss)
            shown = "" if record.train_loss is None else f", training loss {record.train_loss:.3f}"
            print(
                f"{net}, seed {recipe.seed}: epoch {record.epoch}{shown}",
                file=sys.stderr,
                flush=True,
            )
        train = measure(plan.net, plan.preprocessing, splits.train)
        test = measure(plan.net, plan.preprocessing, splits.test)
    return {"train": train, "test": test, "curve": curve, "seconds": time.perf_counter() - started}


def read(path: Path) -> list[dict[str, Any]]:
    """The results so far."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def print_table(results: Sequence[dict[str, Any]]) -> None:
    """A row per network: errors in percent, training loss, minutes."""
    row = "{:<10}{:>6}{:>28}{:>28}{:>28}{:>10}"
    print(row.format("", "seeds", "training error, %", "training loss", "test error, %", "minutes"))
    for net in NETS:
        own = [result for result in results if result["net"] == net]
        if own:
            training = spread([100 * result["train"]["error"] for result in own], 2)
            loss = spread([result["train"]["loss"] for result in own], 3)
            test = spread([100 * result["test"]["error"] for result in own], 2)
            minutes = f"{statistics.mean(result['seconds'] for result in own) / 60:.1f}"
            print(row.format(net, len(own), training, loss, test, minutes))


def spread(values: Sequence[float], digits: int) -> str:
    """Mean, least and most."""
    low, high = min(values), max(values)
    return f"{statistics.mean(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nets", nargs="+", choices=NETS, default=list(NETS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=0, help="0 measures which number is fastest")
    parser.add_argument("--out", type=Path, default=Path("runs/degradation.jsonl"))
    chosen = parser.parse_args()
    print(f"{machine()}; Python {platform.python_version()}, torch {torch.__version__}")
    print(f"{chosen.images:,} training images, {chosen.epochs} epochs", flush=True)
    keep_freed_memory()
    size = {"epochs": chosen.epochs, "images": chosen.images}
    done = {(r["net"], r["seed"], r["epochs"], r["images"]) for r in read(chosen.out)}
    missing = [
        (net, seed)
        for seed in chosen.seeds
        for net in chosen.nets
        if (net, seed, chosen.epochs, chosen.images) not in done
    ]
    data = some_images(chosen.images) if missing else None
    for net, seed in missing:
        assert data is not None
        recipe = RECIPE.changed(seed=seed, epochs=chosen.epochs, threads=chosen.threads)
        result = {"net": net, "seed": seed, **size, **run(net, recipe, data)}
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        with chosen.out.open("a") as file:
            file.write(json.dumps(result) + "\n")
    print_table([r for r in read(chosen.out) if {key: r[key] for key in size} == size])
