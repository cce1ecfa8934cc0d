"""Gradient norms per layer before training, with and without skips and batch normalisation.

    python benchmarks/gradients.py   # prints a table, draws docs/pictures/gradient-norms.png

The residual and plain networks of 20 and 56 layers, each as it is and with its batch normalisation
taken out, answer 128 training images of CIFAR-10. The norm is that of the loss's gradient by all
weights of a convolution; every line is the median of the seeds.
"""

import argparse
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import Tensor, nn
from torch.nn import functional as F

from convscope.data.loading import load_data
from convscope.data.preprocess import fit_preprocessing
from convscope.device import machine
from convscope.drawing.axes import finish_axes
from convscope.drawing.figure import LIGHT, new_figure, save_figure
from convscope.networks.catalogue import CATALOGUE
from convscope.seed import generator, seeded

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "gradient-norms.png"
DEPTHS = (20, 56)
VARIANTS = {
    "skips and batch norm": ("resnet", True, LIGHT.train, "-"),
    "batch norm alone": ("plain", True, LIGHT.validation, "-"),
    "skips alone": ("resnet", False, LIGHT.train, ":"),
    "neither": ("plain", False, LIGHT.validation, ":"),
}
"""Family, whether it is normalised, colour and line."""


def build(family: str, depth: int, normalised: bool, seed: int) -> nn.Module:
    """The network with its first weights; where it is not normalised, its batch norms pass on."""
    with seeded(seed, "initialisation"):
        net = CATALOGUE[f"{family}{depth}"]()
    if not normalised:
        for name, layer in list(net.named_modules()):
            if isinstance(layer, nn.BatchNorm2d):
                net.set_submodule(name, nn.Identity())
    return net.train()


def gradient_norms(net: nn.Module, images: Tensor, labels: Tensor) -> list[float]:
    """One number per convolution, from the input on."""
    F.cross_entropy(net(images), labels).backward()
    layers = [layer for layer in net.modules() if isinstance(layer, nn.Conv2d)]
    return [float(layer.weight.grad.norm()) for layer in layers if layer.weight.grad is not None]


def some_images(count: int) -> tuple[Tensor, Tensor]:
    """Training images of CIFAR-10, normalised, and their labels."""
    train = load_data("cifar10").train
    chosen = train.subset(torch.randperm(len(train), generator=generator("gradients"))[:count])
    images = chosen.images[:]
    return fit_preprocessing(images).normalize(images), chosen.labels


def measure(depth: int, seeds: int, images: Tensor, labels: Tensor) -> dict[str, list[list[float]]]:
    """Variant -> per seed, the norm of each convolution."""
    return {
        variant: [
            gradient_norms(build(family, depth, normalised, seed), images, labels)
            for seed in range(seeds)
        ]
        for variant, (family, normalised, _, _) in VARIANTS.items()
    }


def draw(measured: dict[int, dict[str, list[list[float]]]]) -> Figure:
    """A panel per depth, a line per variant, on a scale of powers of ten."""
    figure = new_figure(10.4, 4.2)
    panels: Sequence[Axes] = figure.subplots(1, len(measured), sharey=True)
    for axes, (depth, variants) in zip(panels, measured.items(), strict=True):
        for name, runs in variants.items():
            _, _, colour, line = VARIANTS[name]
            layers, columns = range(1, depth), list(zip(*runs, strict=True))
            middle = [statistics.median(column) for column in columns]
            axes.plot(layers, middle, line, color=colour, linewidth=1.8, label=name)
            low, high = [min(column) for column in columns], [max(column) for column in columns]
            axes.fill_between(layers, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.set_yscale("log")
        axes.xaxis.set_major_locator(MaxNLocator(steps=(1, 2, 5, 10), integer=True))
        y = "norm of the gradient" if depth == DEPTHS[0] else ""
        finish_axes(axes, LIGHT, f"{depth} layers", x="convolution, from the input on", y=y)
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(
        handles, names, loc="outside lower center", ncols=4, frameon=False, labelcolor=LIGHT.ink
    )
    return figure


def print_table(measured: dict[int, dict[str, list[list[float]]]]) -> None:
    """First and last convolution, and how much larger the first one's gradient is."""
    row = "{:<8}{:<23}{:>33}{:>33}{:>29}"
    print(row.format("layers", "", "first convolution", "last convolution", "first / last"))
    for depth, variants in measured.items():
        for name, runs in variants.items():
            columns = [[run[0] for run in runs], [run[-1] for run in runs]]
            columns.append([run[0] / run[-1] for run in runs])
            print(row.format(depth, name, *(spread(column) for column in columns)))


def spread(values: Sequence[float]) -> str:
    """Median, least and most."""
    return f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=128)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--picture", type=Path, default=PICTURE)
    chosen = parser.parse_args()
    print(f"{machine()}; Python {platform.python_version()}, torch {torch.__version__}")
    batch = some_images(chosen.images)
    found = {depth: measure(depth, chosen.seeds, *batch) for depth in DEPTHS}
    print_table(found)
    print(save_figure(draw(found), chosen.picture))
