"""The same image, answered in training mode and in evaluation mode: what `model.eval()` is for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from convscope.prediction.model import Model, Picture, answering
from convscope.prediction.ranking import Ranking, rank
from convscope.seed import seeded


@dataclass(frozen=True)
class BothModes:
    """Answers to one image, given again and again."""

    train: Sequence[Ranking]
    """With dropout at work."""
    eval: Sequence[Ranking]
    """Without."""
    has_dropout: bool

    def to_json(self) -> dict[str, Any]:
        """The best class and its probability, each time."""
        return {
            "has_dropout": self.has_dropout,
            "train": [ranking.to_json(1)[0] for ranking in self.train],
            "eval": [ranking.to_json(1)[0] for ranking in self.eval],
        }


def answer_in_both_modes(model: Model, picture: Picture, times: int = 10) -> BothModes:
    """`picture` answered `times` times in each mode; the net's modes and its running statistics are put back."""
    image = model.preprocess(picture)[None]
    dropouts = [m for m in model.net.modules() if isinstance(m, nn.modules.dropout._DropoutNd)]
    rankings = []
    with answering(model.net), seeded("dropout demo"):
        for dropout in dropouts:
            dropout.train()  # dropout alone: batch normalization needs more than one image
        rankings = [rank(model.net(image)[0], model.target_names) for _ in range(times)]
    steady = [rank(model.logits(image)[0], model.target_names) for _ in range(times)]
    drops = any(torch.tensor([dropout.p]).gt(0).item() for dropout in dropouts)
    return BothModes(rankings, steady, drops)
