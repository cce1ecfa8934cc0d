"""What several networks share unchanged."""

import torch
from torch import Tensor, nn


class Dropout(nn.Dropout):
    """`nn.Dropout`, drawn four times as fast on a processor.

    Each value takes 16 random bits instead of a draw of its own; the share that is dropped is
    exact to 1 / 65,536.
    """

    def forward(self, input: Tensor) -> Tensor:
        if not self.training or self.p in (0, 1) or input.device.type != "cpu":
            return super().forward(input)
        numbers = torch.empty(-(-input.numel() // 4), dtype=torch.int64).random_(-(2**63), None)
        lanes = numbers.view(torch.int16)[: input.numel()].view(input.shape)
        kept = lanes >= round(self.p * 2**16) - 2**15
        return input * kept.to(input.dtype).mul_(1 / (1 - self.p))
