"""Feature vectors: what one layer of a net answers, as a row of numbers for each picture."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from convscope.device import device_of
from convscope.errors import BadNetwork, BadValue
from convscope.networks.answering import answering
from convscope.seeing.activations import recording, watching
from convscope.shapes import Images, Logits

Vectors = Float[Tensor, "n d"]
"""One row of numbers per picture."""


@dataclass(frozen=True, eq=False)
class Features:
    """What a layer answered, and what the whole net did; float32, on the CPU."""

    vectors: Vectors
    answers: Logits
    averaged: bool
    """Whether a row holds the means over space or tokens, and not every value."""


def feature_vectors(
    net: nn.Module, batches: Iterable[Tensor], layer: str, *, flat: bool = False
) -> Features:
    """What `layer` answers to each image of `batches` (n, c, h, w): a row (d,) of float32 each.

    Of feature maps (n, maps, h, w) the mean of each map is kept, and of tokens (n, tokens, d) their
    mean; with `flat` every value, row by row. The net answers in evaluation mode and without
    gradients; afterwards each module is in its own mode again. `BadNetwork` if the layer is never
    called, `BadValue` if there is no batch.
    """
    vectors: list[Tensor] = []
    answers: list[Tensor] = []
    with answering(net), watching(net, [layer]) as seen:
        for images in batches:
            seen.clear()
            answers.append(net(images.to(device_of(net))).flatten(1).float().cpu())
            if layer not in seen:
                raise BadNetwork(f"layer {layer} is never called: name another one")
            vectors.append(as_vectors(seen[layer], flat=flat).float().cpu())
    if not vectors:
        raise BadValue("there is not a single image: features need at least one")
    averaged = not flat and seen[layer].ndim > 2
    return Features(torch.cat(vectors), torch.cat(answers), averaged)


def as_vectors(answers: Tensor, *, flat: bool = False) -> Vectors:
    """A layer's answers (n, ...) as rows (n, d): the mean over space or tokens, or every value."""
    if flat or answers.ndim < 3:
        return answers.flatten(1)
    return answers.mean(1) if answers.ndim == 3 else answers.flatten(2).mean(2)


def last_hidden(net: nn.Module, images: Images) -> str:
    """The name of the layer whose answer goes into the last one that has weights.

    It is what the net knows of a picture before it decides. `BadNetwork` if there is none.
    """
    with answering(net), recording(net) as called:
        net(images.to(device_of(net)))
    modules = dict(net.named_modules())
    weighted = [place for place, name in enumerate(called) if list(modules[name].parameters())]
    if not weighted or weighted[-1] == 0:
        raise BadNetwork("nothing comes before the last layer with weights: name a layer")
    return called[weighted[-1] - 1]
