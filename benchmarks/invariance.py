"""How far an MLP, a CNN, and a CNN without pooling bear changed images; and images in disorder.

    python benchmarks/invariance.py --runs /tmp/runs
    python benchmarks/invariance.py --runs /tmp/runs --figures docs/pictures

Each is trained on MNIST with every seed, without augmentation, and asked about the same validation
images, shifted, scaled and turned. The MLP and the CNN are trained again on images whose pixels are
permuted, the same permutation for both. Runs that are in the folder already are not trained anew.
"""

import argparse
import platform
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from invariance_figures import draw_figures

import convscope
from convscope.device import machine
from convscope.evaluation.evaluate import evaluate
from convscope.evaluation.invariance import Invariance, measure_runs
from convscope.evaluation.tolerance import Curve, Step

STRIDED = (
    "conv 16 3 padding 1 stride 2; relu; conv 32 3 padding 1 stride 2; relu; conv 64 3 stride 2; "
    "relu; flatten; dropout 0.25; linear 100; relu; dropout 0.25; linear classes"
)
"""The catalogue's cnn with strides in the place of its poolings: the same sizes and weights."""
PLAIN: dict[str, Any] = {"augment": "none", "threads": 1, "precision": "float32"}
TRAINED: Mapping[str, tuple[str, dict[str, Any]]] = {
    "MLP": ("mnist-mlp", PLAIN),
    "CNN": ("mnist-cnn", PLAIN),
    "CNN without pooling": ("mnist-cnn", {**PLAIN, "network": STRIDED, "network_arguments": {}}),
    "MLP, permuted": ("mnist-mlp", {**PLAIN, "permute_pixels": True}),
    "CNN, permuted": ("mnist-cnn", {**PLAIN, "permute_pixels": True}),
}
SHOWN = (0, 0.3, 0.5, 0.7, 1, 2, 1.4, 4, 6, 15, 30, 45, 90, 180)
"""Amounts that are printed."""
MEASURED = ("MLP", "CNN", "CNN without pooling")


def train_all(folder: Path, seeds: int) -> dict[str, list[Path]]:
    """The folders of every network's runs, one per seed, trained if they are not there yet."""
    runs: dict[str, list[Path]] = {name: [] for name in TRAINED}
    for seed in range(seeds):
        for name, (recipe, fields) in TRAINED.items():
            out = folder / f"{name.replace(',', '').replace(' ', '-')}-{seed}"
            if not (out / "config.json").is_file():
                started = time.perf_counter()
                convscope.train(recipe, seed=seed, out=out, **fields)
                print(f"trained {out.name} in {time.perf_counter() - started:.0f} s", flush=True)
            runs[name].append(out)
    return runs


def show_accuracies(runs: Mapping[str, Sequence[Path]]) -> dict[str, list[float]]:
    """Prints the test accuracy of every run, as its one opening stored it."""
    row = "{:<24}{:<28}{:>8}"
    print(row.format("", "test accuracy by seed, %", "mean"))
    reached = {
        name: [evaluate(run).to_json()["accuracy"] for run in folders]
        for name, folders in runs.items()
    }
    for name, shares in reached.items():
        words = " ".join(f"{100 * share:.2f}" for share in shares)
        print(row.format(name, words, f"{100 * statistics.mean(shares):.2f}"))
    return reached


def show_limits(by_network: Mapping[str, Sequence[Invariance]]) -> None:
    """Prints where each network fails, seed by seed, and its accuracy at some amounts."""
    for name, seeds in by_network.items():
        print(name)
        for place, curve in enumerate(seeds[0].curves):
            curves = [found.curves[place] for found in seeds]
            below = [each.fails_below for each in curves]
            above = [each.fails_above for each in curves]
            print(f"    {curve.kind}: fails below {below}, above {above} {curve.unit}")
            shown = [_spread(step) for step in merged(curves).steps if step.amount in SHOWN]
            print(f"        accuracy, %: {'; '.join(shown)}")


def show_classes(found: Invariance) -> None:
    """Prints for each class where it is surest taken for another."""
    for row in found.to_json()["worst"]:
        places = [
            f"{kind} {row[kind]['amount']:g}: {row[kind]['mistaken_for']} "
            f"({100 * row[kind]['mistaken_share']:.0f} %)"
            for kind in ("shift", "scale", "rotate")
        ]
        print(f"    {row['class']}: {', '.join(places)}")


def _spread(step: Step) -> str:
    low, high = step.interval
    return f"{step.amount:g}: {100 * step.accuracy:.1f} ({100 * low:.1f} to {100 * high:.1f})"


def merged(curves: Sequence[Curve]) -> Curve:
    """The mean of several seeds' curves; as its interval the least and the most of them."""
    steps = [_merged_step(steps) for steps in zip(*(c.steps for c in curves), strict=True)]
    below, above = (
        statistics.median_low(found) if len(found := _known(limits)) == len(curves) else None
        for limits in ([c.fails_below for c in curves], [c.fails_above for c in curves])
    )
    return replace(curves[0], steps=tuple(steps), fails_below=below, fails_above=above)


def _known(limits: Sequence[float | None]) -> list[float]:
    return [limit for limit in limits if limit is not None]


def _merged_step(steps: Sequence[Step]) -> Step:
    shares = [step.accuracy for step in steps]
    interval = min(shares), max(shares)
    return replace(steps[0], accuracy=statistics.mean(shares), interval=interval)


def main() -> None:
    """Train, measure, print, and draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--limit", type=int, default=2000)
    parser.add_argument("--figures", type=Path)
    chosen = parser.parse_args()
    print(f"{machine()}; Python {platform.python_version()}, torch {torch.__version__}")
    runs = train_all(chosen.runs, chosen.seeds)
    accuracies = show_accuracies(runs)
    named = [run for name in MEASURED for run in runs[name]]
    started = time.perf_counter()
    found = iter(measure_runs(named, limit=chosen.limit))
    by_network = {name: [next(found) for _ in runs[name]] for name in MEASURED}
    print(f"{len(named)} models measured in {time.perf_counter() - started:.0f} s")
    show_limits(by_network)
    print("CNN, seed 0: each class, where most of it is taken for one other")
    show_classes(by_network["CNN"][0])
    if chosen.figures is not None:
        curves = {
            name: [merged([each.curves[i] for each in seeds]) for i in range(3)]
            for name, seeds in by_network.items()
        }
        draw_figures(chosen.figures, curves, by_network["CNN"][0], accuracies)


if __name__ == "__main__":
    main()
