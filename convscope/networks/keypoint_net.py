"""A small network for points: each is where its map is bright, and never more than that.

Residual blocks halve the image three times more after the stem, a way back up adds what each size
knew (Lin et al. 2017), and a map per point answers with its centre of mass after a softmax (Nibali
et al. 2018, section 3), so a place is read off and not computed from all of the image at once.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from convscope.shapes import FeatureMaps, Images, Logits


class Block(nn.Module):
    """Maps (n, in, h, w) -> (n, out, h / 2, w / 2): two 3x3 convolutions and a 1x1 around them."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, 2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.shortcut = nn.Conv2d(in_channels, out_channels, 1, 2, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU()

    def forward(self, maps: FeatureMaps) -> Tensor:
        changed = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(maps)))))
        return self.relu(changed + self.bn3(self.shortcut(maps)))


class KeypointNet(nn.Module):
    """Images (n, in_channels, h, w) -> x and y of each point in turn: (n, num_classes), -1 to 1.

    -1 and 1 are the image's edges. The stem has `width` maps; where `num_classes` is odd, the last
    point has an x alone.
    """

    def __init__(self, num_classes: int, in_channels: int = 3, width: int = 16) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, width, 5, 2, padding=2, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
        )
        self.stage1 = Block(width, 2 * width)
        self.stage2 = Block(2 * width, 3 * width)
        self.stage3 = Block(3 * width, 4 * width)
        self.lateral1 = nn.Conv2d(2 * width, 2 * width, 1)
        self.lateral2 = nn.Conv2d(3 * width, 4 * width, 1)
        self.lateral3 = nn.Conv2d(4 * width, 4 * width, 1)
        self.up = nn.Sequential(
            nn.Conv2d(4 * width, 2 * width, 3, padding=1, bias=False),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
        )
        self.relu = nn.ReLU()
        self.maps = nn.Conv2d(2 * width, (num_classes + 1) // 2, 3, padding=1)

    def forward(self, images: Images) -> Logits:
        fine = self.stage1(self.stem(images))
        middle = self.stage2(fine)
        coarse = self.lateral3(self.stage3(middle))
        middle = self.relu(_as_large_as(middle, coarse) + self.lateral2(middle))
        fine = self.relu(_as_large_as(fine, self.up(middle)) + self.lateral1(fine))
        return centres_of_mass(self.maps(fine)).flatten(1)[:, : self.num_classes]


def centres_of_mass(maps: Tensor) -> Tensor:
    """Where each of `maps` (n, p, h, w) is bright, after a softmax: (n, p, 2), x and y in -1..1."""
    h, w = maps.shape[2:]
    weights = maps.float().flatten(2).softmax(2).unflatten(2, (h, w))
    across, down = ((2 * torch.arange(side, device=maps.device) + 1) / side - 1 for side in (w, h))
    return torch.stack([(weights.sum(2) * across).sum(2), (weights.sum(3) * down).sum(2)], 2)


def _as_large_as(larger: Tensor, smaller: Tensor) -> Tensor:
    return F.interpolate(smaller, larger.shape[2:])
