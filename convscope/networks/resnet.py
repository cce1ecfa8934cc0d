"""Residual networks for photographs: blocks that add to what they are given, 18 to 152 layers.

He, Zhang, Ren, Sun: "Deep residual learning for image recognition", 2016, table 1, with projections
where sizes change (option B). As in the published weights (torchvision's names), a bottleneck
halves the size in its 3x3 convolution, the paper in its first 1x1.
"""

from collections.abc import Sequence
from functools import partial

from torch import Tensor, nn

from convscope.shapes import FeatureMaps, Images, Logits


class BasicBlock(nn.Module):
    """Maps (n, in, h, w) -> (n, width, h / stride, w / stride), rounded up.

    Two 3x3 convolutions and a shortcut around them.
    """

    expansion = 1

    def __init__(self, in_channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = _projection(in_channels, width, stride)

    def forward(self, maps: FeatureMaps) -> Tensor:
        changed = self.relu(self.bn1(self.conv1(maps)))
        changed = self.bn2(self.conv2(changed))
        kept = maps if self.downsample is None else self.downsample(maps)
        return self.relu(changed + kept)


class Bottleneck(nn.Module):
    """Maps (n, in, h, w) -> (n, 4 width, h / stride, w / stride), rounded up.

    A 3x3 convolution between 1x1 ones that narrow and widen, and a shortcut around them.
    """

    expansion = 4

    def __init__(self, in_channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.relu = nn.ReLU()
        self.downsample = _projection(in_channels, 4 * width, stride)

    def forward(self, maps: FeatureMaps) -> Tensor:
        changed = self.relu(self.bn1(self.conv1(maps)))
        changed = self.relu(self.bn2(self.conv2(changed)))
        changed = self.bn3(self.conv3(changed))
        kept = maps if self.downsample is None else self.downsample(maps)
        return self.relu(changed + kept)


def _projection(in_channels: int, out_channels: int, stride: int) -> nn.Sequential | None:
    """What a shortcut needs where the size or the number of maps changes."""
    if stride == 1 and in_channels == out_channels:
        return None
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels)
    )


class ResNet(nn.Module):
    """Images (n, in_channels, h, w) of any size -> logits (n, num_classes).

    Stage i has `counts[i]` blocks.
    """

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        counts: Sequence[int],
        num_classes: int = 1000,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = _stage(block, 64, 64, counts[0], stride=1)
        self.layer2 = _stage(block, 64 * block.expansion, 128, counts[1], stride=2)
        self.layer3 = _stage(block, 128 * block.expansion, 256, counts[2], stride=2)
        self.layer4 = _stage(block, 256 * block.expansion, 512, counts[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512 * block.expansion, num_classes)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, images: Images) -> Logits:
        maps = self.maxpool(self.relu(self.bn1(self.conv1(images))))
        maps = self.layer4(self.layer3(self.layer2(self.layer1(maps))))
        return self.fc(self.avgpool(maps).flatten(1))


def _stage(
    block: type[BasicBlock] | type[Bottleneck],
    in_channels: int,
    width: int,
    count: int,
    stride: int,
) -> nn.Sequential:
    blocks = [block(in_channels, width, stride)]
    blocks += [block(width * block.expansion, width, 1) for _ in range(count - 1)]
    return nn.Sequential(*blocks)


resnet18 = partial(ResNet, BasicBlock, (2, 2, 2, 2))
resnet34 = partial(ResNet, BasicBlock, (3, 4, 6, 3))
resnet50 = partial(ResNet, Bottleneck, (3, 4, 6, 3))
resnet101 = partial(ResNet, Bottleneck, (3, 4, 23, 3))
resnet152 = partial(ResNet, Bottleneck, (3, 8, 36, 3))
