"""LeNet-5 as it was in 1998: trained subsampling, a partly connected C3, radial basis outputs.

LeCun, Bottou, Bengio, Haffner: "Gradient-based learning applied to document recognition", 1998,
section II.B; its 60,000 trained numbers. Modern here: the class codes are drawn at random, which
the paper names beside its hand-drawn bitmaps of ASCII characters, so that there may be any number
of classes; and images of any size are taken, padded by two pixels, 28x28 to the paper's 32x32.
"""

import torch
from torch import Tensor, nn

from convscope.errors import BadNetwork
from convscope.shapes import FeatureMaps, Images, Logits

THREES = [(i + j) % 6 for i in range(6) for j in range(3)]
FOURS = [(i + j) % 6 for i in range(6) for j in range(4)] + [0, 1, 3, 4, 1, 2, 4, 5, 0, 2, 3, 5]
"""Table I: the maps of S2 that each of the first six, and of the next nine maps of C3 looks at."""


class Squash(nn.Module):
    """Values of any shape -> 1.7159 tanh(2/3 value): a value of 1 stays 1. Equation 6."""

    def __init__(self) -> None:
        super().__init__()
        self.tanh = nn.Tanh()

    def forward(self, values: Tensor) -> Tensor:
        return 1.7159 * self.tanh(2 / 3 * values)


class Subsampling(nn.Module):
    """Maps (n, maps, h, w) -> half as high and wide: each 2x2 block's sum, scaled and shifted.

    Each map has a trained coefficient and a trained bias of its own.
    """

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(maps)), nn.Parameter(torch.zeros(maps))
        self.sums = nn.AvgPool2d(2, divisor_override=1)

    def forward(self, maps: FeatureMaps) -> Tensor:
        return self.sums(maps) * self.weight.view(-1, 1, 1) + self.bias.view(-1, 1, 1)


class PartlyConnected(nn.Module):
    """Maps (n, 6, h, w) -> (n, 16, h - 4, w - 4): 5x5 filters, each over the maps of table I."""

    def __init__(self) -> None:
        super().__init__()
        self.threes = nn.Conv2d(18, 6, 5, groups=6)
        self.fours = nn.Conv2d(36, 9, 5, groups=9)
        self.all = nn.Conv2d(6, 1, 5)

    def forward(self, maps: FeatureMaps) -> Tensor:
        parts = self.threes(maps[:, THREES]), self.fours(maps[:, FOURS]), self.all(maps)
        return torch.cat(parts, 1)


class RadialBasis(nn.Module):
    """Features (n, 84) -> logits (n, num_classes): less the squared distance to each class's code.

    Their cross-entropy is the paper's equation 9 without its constant e^-j. The codes, +1 and -1,
    are kept with the weights and not trained.
    """

    codes: Tensor

    def __init__(self, features: int, num_classes: int) -> None:
        super().__init__()
        self.register_buffer("codes", 2.0 * torch.randint(2, (num_classes, features)) - 1)

    def forward(self, features: Tensor) -> Tensor:
        return -(features[:, None] - self.codes).square().sum(2)


class LeNet5(nn.Module):
    """Images (n, in_channels, h, w) -> logits (n, num_classes); h and w are at least 12."""

    def __init__(
        self,
        num_classes: int = 10,
        in_channels: int = 1,
        input_size: tuple[int, int] = (28, 28),
    ) -> None:
        super().__init__()
        h, w = input_size
        if min(h, w) < 12:
            raise BadNetwork(
                f"an image of {h}x{w} is too small for lenet5's two 5x5 convolutions: "
                "use 12x12 or larger"
            )
        self.c1 = nn.Conv2d(in_channels, 6, 5, padding=2)
        self.s2 = Subsampling(6)
        self.c3 = PartlyConnected()
        self.s4 = Subsampling(16)
        self.c5 = nn.Conv2d(16, 120, ((h // 2 - 4) // 2, (w // 2 - 4) // 2))
        self.f6 = nn.Linear(120, 84)
        self.output = RadialBasis(84, num_classes)
        self.squash = Squash()
        self._initialise()

    def forward(self, images: Images) -> Logits:
        values: Tensor = images
        for layer in (self.c1, self.s2, self.c3, self.s4, self.c5):
            values = self.squash(layer(values))
        return self.output(self.squash(self.f6(values.flatten(1))))

    def _initialise(self) -> None:
        """Uniform between -2.4 and 2.4 over a unit's number of inputs: the paper's appendix A."""
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear | Subsampling):
                inputs = 4 if isinstance(layer, Subsampling) else layer.weight[0].numel()
                for numbers in layer.parameters():
                    nn.init.uniform_(numbers, -2.4 / inputs, 2.4 / inputs)
