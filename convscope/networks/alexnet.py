"""AlexNet: five convolutions and three linear layers, with ReLU and dropout.

Krizhevsky, Sutskever, Hinton: "ImageNet classification with deep convolutional neural networks",
2012, won that year's contest with 96, 256, 384, 384 and 256 maps in two columns, one to a GPU,
and response normalisation after the first two. This is the single column of Krizhevsky: "One weird
trick for parallelizing convolutional neural networks", 2014, with 64, 192, 384, 256 and 256 maps,
whose published weights (torchvision's names) fit; its footnote 1 has 384 in the fourth.
"""

from torch import nn

from convscope.errors import BadNetwork
from convscope.networks.blocks import Dropout
from convscope.shapes import Images, Logits


class AlexNet(nn.Module):
    """Images (n, in_channels, h, w) -> logits (n, num_classes); h and w are at least 63."""

    def __init__(
        self,
        num_classes: int = 1000,
        in_channels: int = 3,
        input_size: tuple[int, int] = (224, 224),
    ) -> None:
        super().__init__()
        h, w = input_size
        if min(h, w) < 63:
            raise BadNetwork(
                f"an image of {h}x{w} is too small for alexnet, whose first filters take every "
                "fourth pixel: use 63x63 or larger, or a network for small images such as resnet20"
            )
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 64, 11, stride=4, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(6)
        self.classifier = nn.Sequential(
            Dropout(0.5),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(),
            Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Linear(4096, num_classes),
        )

    def forward(self, images: Images) -> Logits:
        return self.classifier(self.avgpool(self.features(images)).flatten(1))
