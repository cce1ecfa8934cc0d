"""Residual networks for small images: 6n + 2 layers in three stages of 16, 32 and 64 maps.

He, Zhang, Ren, Sun: "Deep residual learning for image recognition", 2016, section 4.2, with its
parameter-free shortcuts (option A). The plain networks are the same without shortcuts.
"""

from functools import partial

from torch import Tensor, nn
from torch.nn import functional as F

from convscope.shapes import FeatureMaps, Images, Logits


class Block(nn.Module):
    """Maps (n, in, h, w) -> (n, out, h / stride, w / stride), rounded up.

    Two 3x3 convolutions and, if `residual`, a shortcut around them.
    """

    def __init__(
        self, in_channels: int, out_channels: int, stride: int, residual: bool = True
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU()
        self.stride = stride
        self.added = out_channels - in_channels
        self.residual = residual

    def forward(self, maps: FeatureMaps) -> Tensor:
        changed = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(maps)))))
        return self.relu(changed + self._kept(maps) if self.residual else changed)

    def _kept(self, maps: Tensor) -> Tensor:
        """Every stride-th value, and maps of zeros where the block has more of them."""
        kept = maps[:, :, :: self.stride, :: self.stride]
        return F.pad(kept, (0, 0, 0, 0, 0, self.added)) if self.added else kept


class CIFARResNet(nn.Module):
    """Images (n, in_channels, h, w) of any size -> logits (n, num_classes).

    Each stage has `blocks` blocks.
    """

    def __init__(
        self, residual: bool, blocks: int = 1, num_classes: int = 10, in_channels: int = 3
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()
        )
        self.stage1 = _stage(16, 16, blocks, stride=1, residual=residual)
        self.stage2 = _stage(16, 32, blocks, stride=2, residual=residual)
        self.stage3 = _stage(32, 64, blocks, stride=2, residual=residual)
        self.head = nn.Linear(64, num_classes)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")

    def forward(self, images: Images) -> Logits:
        maps = self.stage3(self.stage2(self.stage1(self.stem(images))))
        return self.head(maps.mean((2, 3)))


def _stage(
    in_channels: int, out_channels: int, blocks: int, *, stride: int, residual: bool
) -> nn.Sequential:
    first = Block(in_channels, out_channels, stride, residual)
    others = (Block(out_channels, out_channels, 1, residual) for _ in range(blocks - 1))
    return nn.Sequential(first, *others)


resnet8 = partial(CIFARResNet, True)
"""The paper's formula at n = 1; it takes another number of `blocks`."""

resnet20, plain20 = partial(CIFARResNet, True, 3), partial(CIFARResNet, False, 3)
resnet32 = partial(CIFARResNet, True, 5)
resnet44 = partial(CIFARResNet, True, 7)
resnet56, plain56 = partial(CIFARResNet, True, 9), partial(CIFARResNet, False, 9)
resnet110 = partial(CIFARResNet, True, 18)
