"""Three convolutions and two linear layers: the network of the course's CIFAR-10 notebook."""

from torch import nn

from convscope.errors import BadNetwork
from convscope.networks.blocks import Dropout
from convscope.shapes import Images, Logits


class CNN(nn.Module):
    """Each convolution keeps the size, each pooling halves it, two linear layers answer.

    Images (n, in_channels, h, w) -> logits (n, num_classes); h and w are at least 8.
    """

    def __init__(
        self,
        num_classes: int = 10,
        in_channels: int = 3,
        input_size: tuple[int, int] = (32, 32),
        hidden: int = 500,
        dropout: float = 0.25,
    ) -> None:
        super().__init__()
        h, w = input_size
        if min(h, w) < 8:
            raise BadNetwork(
                f"an image of {h}x{w} is too small for cnn, which halves it three times: "
                "use 8x8 or larger"
            )
        self.conv1 = nn.Conv2d(in_channels, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.conv3 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.relu = nn.ReLU()
        self.dropout = Dropout(dropout)
        self.fc1 = nn.Linear(64 * (h // 8) * (w // 8), hidden)
        self.fc2 = nn.Linear(hidden, num_classes)

    def forward(self, images: Images) -> Logits:
        maps = images
        for conv in (self.conv1, self.conv2, self.conv3):
            # relu after pool: the same values, a quarter of the work
            maps = self.relu(self.pool(conv(maps)))
        hidden = self.relu(self.fc1(self.dropout(maps.flatten(1))))
        return self.fc2(self.dropout(hidden))
