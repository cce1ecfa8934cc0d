"""The same image, answered in training mode and in evaluation mode: what `model.eval()` is for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from convscope.device import device_of
from convscope.errors import BadModel
from convscope.networks.answering import answering
from convscope.prediction.model import Model, Picture
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
    """`picture` answered `times` times in each mode.

    Dropout alone is put to work: the running statistics stay, and each module gets its mode back.
    """
    if model.task != "classes":
        raise BadModel(f"this model answers with {model.task}: the demonstration is for classes")
    image = model.preprocess(picture)[None]
    device = device_of(model.net)
    dropouts = [m for m in model.net.modules() if isinstance(m, nn.modules.dropout._DropoutNd)]
    with answering(model.net), seeded("dropout demo", device=str(device)):
        for dropout in dropouts:
            dropout.train()  # dropout alone: batch normalization needs more than one image
        answers = [model.net(image.to(device))[0].cpu() for _ in range(times)]
    steady = [model.logits(image)[0].cpu() for _ in range(times)]
    return BothModes(
        train=[rank(logits, model.target_names) for logits in answers],
        eval=[rank(logits, model.target_names) for logits in steady],
        has_dropout=any(dropout.p > 0 for dropout in dropouts),
    )
