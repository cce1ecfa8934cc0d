"""Write the table of figures in docs/networks.md; the tests hold the two together."""

from pathlib import Path

import torch
from torch import nn

from convscope.networks.anatomy import anatomy
from convscope.networks.catalogue import CATALOGUE

PAGE = Path(__file__).parent / "networks.md"
BEGIN, END = "<!-- python docs/measure_networks.py -->\n", "<!-- end of the table -->\n"
INPUTS = {
    "lenet5": (1, 28, 28), "lenet": (1, 28, 28), "alexnet": (3, 224, 224), "zfnet": (3, 224, 224),
    **dict.fromkeys(("vgg11", "vgg13", "vgg16", "vgg16_bn", "vgg19"), (3, 224, 224)),
    **dict.fromkeys(("squeezenet1_0", "squeezenet1_1"), (3, 224, 224)),
    **{f"resnet{depth}": (3, 224, 224) for depth in (18, 34, 50, 101, 152)},
    **{f"resnet{depth}": (3, 32, 32) for depth in (8, 20, 32, 44, 56, 110)},
}  # fmt: skip
"""What is in the table, and the images it is counted for."""
WITH_WINDOWS = (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)


def row(name: str) -> str:
    """Name, image, parameters, MACs for one image, receptive field of the last maps, in pixels."""
    with torch.device("meta"):
        net = CATALOGUE[name]()
    found = anatomy(net, INPUTS[name])
    c, h, w = INPUTS[name]
    modules = dict(net.named_modules())
    last = [layer for layer in found.layers if isinstance(modules.get(layer.name), WITH_WINDOWS)]
    field = last[-1].receptive_field[0]
    image, macs = f"{c} x {h} x {w}", f"{found.macs / 1e6:,.1f}"
    return f"| `{name}` | {image} | {found.parameters:,} | {macs} | {field} |\n"


def table() -> str:
    """A row for each network of INPUTS, with its head."""
    head = "| network | image | parameters | MACs, millions | receptive field |\n"
    return head + "|---|---|---|---|---|\n" + "".join(row(name) for name in INPUTS)


if __name__ == "__main__":
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(before + BEGIN + table() + END + rest.split(END)[1], encoding="utf-8")
