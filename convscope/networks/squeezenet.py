"""SqueezeNet: AlexNet's accuracy with a fiftieth of its parameters, from modules called fire.

Iandola, Han, Moskewicz, Ashraf, Dally, Keutzer: "SqueezeNet: AlexNet-level accuracy with 50x fewer
parameters and < 0.5MB model size", 2016, table 1. Version 1.1 (the authors' repository) pools
earlier and starts with smaller filters: 2.4 times less to compute. Names and initial weights are
torchvision's.
"""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor, nn

from convscope.errors import BadNetwork
from convscope.networks.blocks import Dropout
from convscope.shapes import FeatureMaps, Images, Logits


class Fire(nn.Module):
    """Maps (n, in, h, w) -> (n, 2 expand, h, w): squeezed by 1x1 filters, then 1x1 beside 3x3."""

    def __init__(self, in_channels: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(in_channels, squeeze, 1)
        self.squeeze_activation = nn.ReLU()
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand1x1_activation = nn.ReLU()
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)
        self.expand3x3_activation = nn.ReLU()

    def forward(self, maps: FeatureMaps) -> Tensor:
        squeezed = self.squeeze_activation(self.squeeze(maps))
        one = self.expand1x1_activation(self.expand1x1(squeezed))
        three = self.expand3x3_activation(self.expand3x3(squeezed))
        return torch.cat([one, three], 1)


FIRES = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
"""Filters of each fire module: squeezing, and expanding of either size."""


class SqueezeNet(nn.Module):
    """Images (n, in_channels, h, w) -> logits (n, num_classes), none below 0.

    `stem` is the first convolution's filters and kernel size; before the fire modules numbered in
    `pools` the maps are halved. `smallest` is the least height and width.
    """

    def __init__(
        self,
        stem: tuple[int, int],
        pools: Sequence[int],
        smallest: int,
        num_classes: int = 1000,
        in_channels: int = 3,
        input_size: tuple[int, int] = (224, 224),
    ) -> None:
        super().__init__()
        h, w = input_size
        if min(h, w) < smallest:
            raise BadNetwork(
                f"an image of {h}x{w} is too small for this SqueezeNet, which halves it four "
                f"times: use {smallest}x{smallest} or larger, or a network for small images such "
                "as resnet20"
            )
        width, kernel_size = stem
        layers: list[nn.Module] = [nn.Conv2d(in_channels, width, kernel_size, stride=2), nn.ReLU()]
        for i, (squeeze, expand) in enumerate(FIRES):
            if i in pools:
                layers.append(nn.MaxPool2d(3, stride=2, ceil_mode=True))
            layers.append(Fire(width, squeeze, expand))
            width = 2 * expand
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            Dropout(0.5), nn.Conv2d(width, num_classes, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1)
        )
        self._initialise()

    def forward(self, images: Images) -> Logits:
        return self.classifier(self.features(images)).flatten(1)

    def _initialise(self) -> None:
        for name, numbers in self.named_parameters():
            if name == "classifier.1.weight":
                nn.init.normal_(numbers, std=0.01)
            elif numbers.ndim > 1:
                nn.init.kaiming_uniform_(numbers)
            else:
                nn.init.zeros_(numbers)


squeezenet1_0 = partial(SqueezeNet, (96, 7), (0, 3, 7), 21)
squeezenet1_1 = partial(SqueezeNet, (64, 3), (0, 2, 4), 17)
