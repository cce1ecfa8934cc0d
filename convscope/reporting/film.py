"""How a network came to be: its first filters and its confusion matrix, epoch by epoch."""

import copy
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image as Picture
from torch import Tensor

from convscope.data.dataset import Dataset
from convscope.drawing.figure import montage
from convscope.drawing.filters import filter_pictures
from convscope.evaluation.evaluate import answers_on
from convscope.evaluation.metrics import confusion_matrix, wilson_interval
from convscope.prediction.model import Model
from convscope.prediction.weights import put_weights, read_weights
from convscope.reporting.album import data_address, encode_webp
from convscope.reporting.figures import first_filters

MOST_FRAMES = 40
"""More snapshots than that are thinned out evenly, the first and the last among them."""
MOST_IMAGES = 2000
"""Validation images that each frame answers."""
LARGEST_EXACT = 11
"""Side of a filter up to which 64 are shown, and every pixel as it is."""
MOST_CLASSES = 20
"""Classes up to which a confusion matrix can be read in a film."""


@dataclass(frozen=True)
class Frame:
    """One epoch of a run."""

    epoch: int
    correct: int
    total: int
    interval: tuple[float, float]
    confusion: Sequence[Sequence[int]] | None
    """On validation, rows are the truth; None if there are too many classes to read it."""
    filters: str | None
    """The first layer's filters, as an address that holds the picture."""

    @property
    def accuracy(self) -> float:
        """On validation."""
        return self.correct / self.total


def film(folder: Path, model: Model, validation: Dataset) -> list[Frame]:
    """A frame for each snapshot in `folder`/snapshots; empty if none were kept."""
    files = sorted((folder / "snapshots").glob("epoch-*.safetensors"), key=_epoch)
    chosen = sorted({round(i * (len(files) - 1) / (MOST_FRAMES - 1)) for i in range(MOST_FRAMES)})
    shown = [files[i] for i in chosen] if len(files) > MOST_FRAMES else files
    asked = validation.subset(range(min(len(validation), MOST_IMAGES)))
    return [_frame(file, model, asked) for file in shown]


def _frame(file: Path, model: Model, asked: Dataset) -> Frame:
    net = copy.deepcopy(model.net)
    own = net.state_dict()
    weights = {name: value.to(own[name].dtype) for name, value in read_weights(file).items()}
    put_weights(net, weights, str(file))
    answers = answers_on(dataclasses.replace(model, net=net), asked).argmax(1)
    k, correct = len(model.target_names), int((answers == asked.labels).sum())
    matrix = confusion_matrix(asked.labels, answers, k).tolist() if k <= MOST_CLASSES else None
    weight = first_filters(net, model.image_shape)
    return Frame(
        epoch=_epoch(file),
        correct=correct,
        total=len(asked),
        interval=wilson_interval(correct, len(asked)),
        confusion=matrix,
        filters=None if weight is None else _sheet(weight),
    )


def _epoch(file: Path) -> int:
    return int(file.stem.removeprefix("epoch-"))


def _sheet(weight: Tensor) -> str:
    """The filters side by side, as an address; of large ones fewer, and not to the last bit."""
    small = max(weight.shape[2:]) <= LARGEST_EXACT
    pictures = filter_pictures(weight[: 64 if small else 16])
    sheet = montage(pictures, 8 if small else 4, max(1, pictures.shape[1] // 3), "#808080")
    return data_address(encode_webp(Picture.fromarray(sheet), exact=small), "webp")
