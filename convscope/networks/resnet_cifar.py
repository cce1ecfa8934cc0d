"""Residual networks for small images: 6n + 2 layers in three stages of 16, 32 and 64 maps.

He, Zhang, Ren, Sun: "Deep residual learning for image recognition", 2016, section 4.2, with its
parameter-free shortcuts (option A).
"""

import torch
from torch import nn
from torch.nn import functional as F

from convscope.shapes import FeatureMaps, Images, Logits


class Block(nn.Module):
    """Maps (n, in, h, w) -> (n, out, h / stride, w / stride), rounded up.

    Two 3x3 convolutions and a shortcut around them.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU()
        self.stride = stride
        self.added = out_channels - in_channels

    def forward(self, maps: FeatureMaps) -> torch.Tensor:
        changed = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(maps)))))
        kept = maps[:, :, :: self.stride, :: self.stride]
        return self.relu(changed + F.pad(kept, (0, 0, 0, 0, 0, self.added)))


class CIFARResNet(nn.Module):
    """Images (n, in_channels, h, w) of any size -> logits (n, num_classes).

    Each stage has `blocks` blocks.
    """

    def __init__(
        self,
        num_classes: int = 10,
        in_channels: int = 3,
        input_size: tuple[int, int] = (32, 32),
        blocks: int = 1,
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()
        )
        self.stage1 = self._stage(16, 16, blocks, stride=1)
        self.stage2 = self._stage(16, 32, blocks, stride=2)
        self.stage3 = self._stage(32, 64, blocks, stride=2)
        self.head = nn.Linear(64, num_classes)

    def forward(self, images: Images) -> Logits:
        maps = self.stage3(self.stage2(self.stage1(self.stem(images))))
        return self.head(maps.mean((2, 3)))

    @staticmethod
    def _stage(in_channels: int, out_channels: int, blocks: int, stride: int) -> nn.Sequential:
        first = Block(in_channels, out_channels, stride)
        return nn.Sequential(
            first, *(Block(out_channels, out_channels, 1) for _ in range(blocks - 1))
        )
