"""ZFNet: AlexNet with smaller filters and strides at the bottom, as its own pictures advised.

Zeiler, Fergus: "Visualizing and understanding convolutional networks", 2014, figure 3 and section
3: 7x7 filters at every second pixel instead of 11x11 at every fourth. Windows that reach over the
edge are kept, which gives the figure's sizes (110, 55, 26, 13, 6). The constants of the contrast
normalisation are those of AlexNet, 2012; the average before the linear layers, which leaves 6x6
as it is, admits other sizes.
"""

from torch import nn

from convscope.errors import BadNetwork
from convscope.networks.blocks import Dropout
from convscope.shapes import Images, Logits


class ZFNet(nn.Module):
    """Images (n, in_channels, h, w) -> logits (n, num_classes); h and w are at least 47."""

    def __init__(
        self,
        num_classes: int = 1000,
        in_channels: int = 3,
        input_size: tuple[int, int] = (224, 224),
    ) -> None:
        super().__init__()
        h, w = input_size
        if min(h, w) < 47:
            raise BadNetwork(
                f"an image of {h}x{w} is too small for zfnet, whose strides shrink it 32 times: "
                "use 47x47 or larger, or a network for small images such as resnet20"
            )
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 96, 7, stride=2, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, ceil_mode=True),
            _contrast_normalisation(),
            nn.Conv2d(96, 256, 5, stride=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, ceil_mode=True),
            _contrast_normalisation(),
            nn.Conv2d(256, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, ceil_mode=True),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(6)
        self.classifier = nn.Sequential(
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(),
            Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            Dropout(0.5),
            nn.Linear(4096, num_classes),
        )
        for numbers in self.parameters():
            nn.init.normal_(numbers, std=0.01 if numbers.ndim > 1 else 0)

    def forward(self, images: Images) -> Logits:
        return self.classifier(self.avgpool(self.features(images)).flatten(1))


def _contrast_normalisation() -> nn.LocalResponseNorm:
    # torch divides alpha by the 5 maps, the paper of 2012 does not: 1e-4 there
    return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)
