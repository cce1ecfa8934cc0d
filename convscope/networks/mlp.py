"""Fully connected layers on the flattened image: the course's first network, 784-512-512-10."""

from collections.abc import Sequence

from torch import nn

from convscope.networks.blocks import Dropout
from convscope.shapes import Images, Logits


class MLP(nn.Module):
    """Images (n, c, h, w) -> logits (n, num_classes): flatten, then `hidden` with ReLU and dropout.

    The layers are `fc1`, `fc2`, ...: one per entry of `hidden`, and the last one that answers.
    """

    def __init__(
        self,
        num_classes: int = 10,
        in_channels: int = 1,
        input_size: tuple[int, int] = (28, 28),
        hidden: Sequence[int] | int = (512, 512),
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        between = [hidden] if isinstance(hidden, int) else list(hidden)
        widths = [in_channels * input_size[0] * input_size[1], *between, num_classes]
        self.depth = len(between) + 1
        for i in range(self.depth):
            self.add_module(f"fc{i + 1}", nn.Linear(widths[i], widths[i + 1]))
        self.relu = nn.ReLU()
        self.dropout = Dropout(dropout)

    def forward(self, images: Images) -> Logits:
        values = images.flatten(1)
        for i in range(1, self.depth):
            values = self.dropout(self.relu(self.get_submodule(f"fc{i}")(values)))
        return self.get_submodule(f"fc{self.depth}")(values)
