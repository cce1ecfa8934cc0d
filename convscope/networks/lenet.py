"""LeNet-5 with today's activations: two 5x5 convolutions, 2x2 max pooling, 120-84-classes.

LeCun, Bottou, Bengio, Haffner: "Gradient-based learning applied to document recognition", 1998,
figure 2. The paper's scaled tanh, trained subsampling, partly connected C3 and radial basis outputs
are replaced by ReLU, max pooling and full connections.
"""

from torch import nn

from convscope.errors import BadNetwork
from convscope.shapes import Images, Logits


class LeNet(nn.Module):
    """Images (n, in_channels, h, w) -> logits (n, num_classes); h and w are at least 12.

    28x28 is padded to the paper's 32x32.
    """

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
                f"an image of {h}x{w} is too small for lenet's two 5x5 convolutions: "
                "use 12x12 or larger"
            )
        self.conv1 = nn.Conv2d(in_channels, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.pool = nn.MaxPool2d(2)
        self.relu = nn.ReLU()
        self.fc1 = nn.Linear(16 * ((h // 2 - 4) // 2) * ((w // 2 - 4) // 2), 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, images: Images) -> Logits:
        maps = self.pool(self.relu(self.conv1(images)))
        maps = self.pool(self.relu(self.conv2(maps)))
        hidden = self.relu(self.fc1(maps.flatten(1)))
        return self.fc3(self.relu(self.fc2(hidden)))
