"""VGG: nothing but 3x3 convolutions and 2x2 pooling, 11 to 19 layers deep.

Simonyan, Zisserman: "Very deep convolutional networks for large-scale image recognition", 2015,
table 1. Names and initial weights are torchvision's; so are the variants with batch normalisation,
which came after the paper.
"""

from collections.abc import Sequence
from functools import partial

from torch import nn

from convscope.errors import BadNetwork
from convscope.networks.blocks import Dropout
from convscope.shapes import Images, Logits

WIDTHS = (64, 128, 256, 512, 512)
"""Maps of each stage; every stage ends in a pooling."""


class VGG(nn.Module):
    """Images (n, in_channels, h, w) -> logits (n, num_classes); h and w are at least 32.

    Stage i has `counts[i]` convolutions.
    """

    def __init__(
        self,
        counts: Sequence[int],
        batch_norm: bool,
        num_classes: int = 1000,
        in_channels: int = 3,
        input_size: tuple[int, int] = (224, 224),
    ) -> None:
        super().__init__()
        h, w = input_size
        if min(h, w) < 32:
            raise BadNetwork(
                f"an image of {h}x{w} is too small for VGG, which halves it five times: "
                "use 32x32 or larger, or a network for small images such as resnet20"
            )
        self.features = nn.Sequential(*_stages(counts, batch_norm, in_channels))
        self.avgpool = nn.AdaptiveAvgPool2d(7)
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(),
            Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            Dropout(0.5),
            nn.Linear(4096, num_classes),
        )
        self._initialise()

    def forward(self, images: Images) -> Logits:
        return self.classifier(self.avgpool(self.features(images)).flatten(1))

    def _initialise(self) -> None:
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, std=0.01)
        for name, numbers in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(numbers)


def _stages(counts: Sequence[int], batch_norm: bool, in_channels: int) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for width, count in zip(WIDTHS, counts, strict=True):
        for _ in range(count):
            norm = [nn.BatchNorm2d(width)] if batch_norm else []
            layers += [nn.Conv2d(in_channels, width, 3, padding=1), *norm, nn.ReLU()]
            in_channels = width
        layers.append(nn.MaxPool2d(2))
    return layers


A, B, D, E = (1, 1, 2, 2, 2), (2, 2, 2, 2, 2), (2, 2, 3, 3, 3), (2, 2, 4, 4, 4)
"""The columns of table 1."""

vgg11, vgg11_bn = partial(VGG, A, False), partial(VGG, A, True)
vgg13, vgg13_bn = partial(VGG, B, False), partial(VGG, B, True)
vgg16, vgg16_bn = partial(VGG, D, False), partial(VGG, D, True)
vgg19, vgg19_bn = partial(VGG, E, False), partial(VGG, E, True)
