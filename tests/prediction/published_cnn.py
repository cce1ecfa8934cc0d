"""A small network as if it were published: its file lies in the data folder, its entry is known."""

from pathlib import Path

import pytest
import torch
from torch import nn

from convscope.data.preprocess import Preprocessing
from convscope.networks.build import build_network
from convscope.networks.published import PUBLISHED, PublishedWeights
from convscope.prediction.weights import sha256

PREPROCESSING = Preprocessing(
    size=(11, 13), resize=17, channels=3, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4)
)
ARGUMENTS = {"num_classes": 1000, "in_channels": 3, "input_size": (11, 13)}


def publish_cnn(monkeypatch: pytest.MonkeyPatch, place: Path) -> nn.Module:
    """The network whose weights are published in `place` from now on."""
    net = build_network("cnn", **ARGUMENTS)
    folder = place / "published" / "imagenet"
    folder.mkdir(parents=True)
    torch.save(net.state_dict(), folder / "cnn.pth")
    entry = PublishedWeights(
        file="cnn.pth",
        sha256=sha256((folder / "cnn.pth").read_bytes())[:8],
        megabytes=2,
        parameters=sum(p.numel() for p in net.parameters()),
        top1=0.5,
        top5=0.7,
        preprocessing=PREPROCESSING,
    )
    monkeypatch.setitem(PUBLISHED, "cnn", entry)
    monkeypatch.setenv("CONVSCOPE_DATA", str(place / "published"))
    return net.eval()
