"""Model: a net, the preprocessing it was trained with, the words of its answers, its provenance."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from convscope.data.pixels import read_pixels
from convscope.data.preprocess import Preprocessing
from convscope.data.scheme import Scheme
from convscope.device import device_of
from convscope.networks.answering import answering
from convscope.prediction.points import locate
from convscope.prediction.ranking import rank
from convscope.shapes import Image, Images, Logits, Pixels

Picture = str | Path | bytes | np.ndarray
"""What can be predicted: a file, its bytes, or pixels (h, w, c) uint8."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Model:
    """What is needed to answer, in one value.

    Its net is always used in evaluation mode and in float32.
    """

    net: nn.Module
    preprocessing: Preprocessing
    target_names: tuple[str, ...]
    network: str | None = None
    """The name or spec it can be built from again; None for a net that only Python has."""
    network_arguments: Mapping[str, Any] = field(default_factory=dict)
    task: str = "classes"
    scheme: Scheme | None = None
    """Of points: which swap in a mirror, and by which two errors are measured."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """Recipe, resolved values, data, seed and versions, as config.json holds them."""

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(c, h, w) of what the net takes."""
        return (self.preprocessing.channels, *self.preprocessing.size)

    def preprocess(self, picture: Picture, *, invert: bool = False) -> Image:
        """The image (c, h, w), normalised, of any picture; `invert` swaps dark and bright."""
        return self.preprocessing(self._pixels(picture), invert=invert)

    def logits(self, images: Images) -> Logits:
        """Scores (n, k) of normalised images (n, c, h, w), on the net's device; no gradients."""
        device = device_of(self.net)
        with answering(self.net):
            return self.net(images.to(device)).float()

    def predict(self, picture: Picture, *, invert: bool = False) -> Any:
        """The task's answer: a Ranking of classes, or Points in the picture's own pixels."""
        pixels = self._pixels(picture)
        answers = self.logits(self.preprocess(pixels, invert=invert)[None])[0].cpu()
        if self.task == "points":
            size = pixels.shape[1], pixels.shape[0]
            return locate(answers, self.target_names, self.preprocessing, size)
        return rank(answers, self.target_names)

    def looks_inverted(self, picture: Picture) -> bool:
        """Whether `picture` is, say, dark on white where the training images are white on black."""
        return self.preprocessing.looks_inverted(self.preprocessing.store(self._pixels(picture)))

    @staticmethod
    def _pixels(picture: Picture) -> Pixels:
        return read_pixels(picture)
