"""What one image teaches a net in one step, in numbers that can be checked by hand."""

import copy
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import SGD

from convscope.device import device_of
from convscope.errors import BadModel, BadNetwork, BadValue, Diverged
from convscope.lookup import lookup
from convscope.prediction.model import Model, Picture
from convscope.training.watched_weight import find_weight, gradient_of


@dataclass(frozen=True, kw_only=True)
class Weight:
    """One weight in one step."""

    name: str
    """Of its parameter, as `state_dict` has it."""
    index: tuple[int, ...]
    before: float
    gradient: float
    """Of the loss."""
    after: float
    """before - learning_rate * gradient."""
    unit_gradient: float | None
    """In a linear layer: the gradient of the output that the weight leads to."""
    incoming: float | None
    """And the input that it comes from; the weight's gradient is their product."""


@dataclass(frozen=True, kw_only=True)
class OneStep:
    """One step of plain gradient descent on one image; the numbers are those that torch gives."""

    class_names: tuple[str, ...]
    label: int
    """Index of the true class."""
    logits: tuple[float, ...]
    largest: float
    """Of the logits: it is taken off before exp, which changes no probability."""
    exponentials: tuple[float, ...]
    """exp(logit - largest)."""
    exponential_sum: float
    probabilities: tuple[float, ...]
    """Each exponential, divided by their sum."""
    loss: float
    """Cross-entropy: -ln(probability of the true class)."""
    logit_gradient: tuple[float, ...]
    """Of the loss: the probability, less 1 for the true class."""
    learning_rate: float
    weight: Weight
    squared_gradient: float
    """Sum over all weights of the net."""
    expected_fall: float
    """learning_rate * squared_gradient: how far the loss falls where its slope stays the same."""
    probability_after: float
    """Of the true class."""
    loss_after: float

    @property
    def fall(self) -> float:
        """How far the loss did fall; negative where it rose."""
        return self.loss - self.loss_after

    def to_json(self) -> dict[str, Any]:
        """The fields, and the fall."""
        return {**asdict(self), "fall": self.fall}


def take_one_step(
    model: Model,
    picture: Picture,
    label: str,
    *,
    weight: str | None = None,
    learning_rate: float = 0.01,
    invert: bool = False,
) -> OneStep:
    """One step of plain gradient descent on `picture`, whose true class is called `label`.

    A copy of the net takes it: no momentum, no decay, and in evaluation mode (dropout off, batch
    normalization by its running statistics), so that the numbers can be had again. `weight` is
    watched: NAME[INDEX], or NAME for the one of the largest gradient in it; by default the one in
    the last layer. `UnknownName` and `BadValue` say what there is, `Diverged` where numbers end.
    """
    if not 0 < learning_rate < math.inf:
        raise BadValue(f"learning rate {learning_rate:g}: a number above 0 is needed, say 0.01")
    if model.task != "classes":
        raise BadModel(f"this model answers with {model.task}: a step is shown for classes alone")
    numbers = {name: i for i, name in enumerate(model.target_names)}
    number = lookup(numbers, label, "class of the model")
    net = copy.deepcopy(model.net).eval().requires_grad_(True)
    if not list(net.parameters()):
        raise BadNetwork(f"{type(net).__name__} has no weights: there is nothing to learn in it")
    image = model.preprocess(picture, invert=invert)[None].to(device_of(net))
    target = torch.tensor([number], device=image.device)
    passed = _watch_linear(net)
    optimizer = SGD(net.parameters(), lr=learning_rate)

    logits = net(image).float()
    logits.retain_grad()
    loss = F.cross_entropy(logits, target)
    _check_finite(loss, "the scores of this picture are no finite numbers: train the net anew")
    loss.backward()
    place = find_weight(net, weight)
    parameter = net.get_parameter(place.name)
    before = parameter[place.index].item()
    squared = sum(gradient_of(p).double().square().sum().item() for p in net.parameters())
    optimizer.step()
    with torch.no_grad():
        logits_after = net(image).float()
        loss_after = F.cross_entropy(logits_after, target)
    _check_finite(
        loss_after, f"{learning_rate:g} times the gradient is too long a step: take a smaller rate"
    )

    return OneStep(
        class_names=model.target_names,
        label=number,
        **_softmax(logits.detach()[0]),
        loss=loss.item(),
        logit_gradient=_numbers(gradient_of(logits)),
        learning_rate=learning_rate,
        weight=Weight(
            name=place.name,
            index=place.index,
            before=before,
            gradient=gradient_of(parameter)[place.index].item(),
            after=parameter[place.index].item(),
            **_factors(passed.get(place.name, []), place.index),
        ),
        squared_gradient=squared,
        expected_fall=learning_rate * squared,
        probability_after=logits_after.softmax(1)[0, number].item(),
        loss_after=loss_after.item(),
    )


def _softmax(logits: Tensor) -> dict[str, Any]:
    """The way from scores (k,) to probabilities, by the names of OneStep's fields."""
    exponentials = (logits - logits.max()).exp()
    return {
        "logits": _numbers(logits),
        "largest": logits.max().item(),
        "exponentials": _numbers(exponentials),
        "exponential_sum": exponentials.sum().item(),
        "probabilities": _numbers(logits.softmax(0)),
    }


Passed = list[tuple[Tensor, Tensor]]
"""What went into a layer and what came out, each time it was called."""


def _watch_linear(net: nn.Module) -> Mapping[str, Passed]:
    """By the name of each linear layer's weight, what passes it from now on."""
    passed: dict[str, Passed] = {}

    def watch(name: str) -> Any:
        def keep(_module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            if output.requires_grad:
                output.retain_grad()
                passed.setdefault(name, []).append((inputs[0].detach(), output))

        return keep

    for name, module in net.named_modules():
        if isinstance(module, nn.Linear):
            module.register_forward_hook(watch(f"{name}.weight" if name else "weight"))
    return passed


def _factors(passed: Passed, index: tuple[int, ...]) -> dict[str, float | None]:
    """The two numbers whose product is the gradient, where one row went through the layer once."""
    if len(passed) != 1 or passed[0][0].shape[:-1].numel() != 1:
        return {"unit_gradient": None, "incoming": None}
    inputs, outputs = passed[0]
    to, source = index
    return {
        "unit_gradient": gradient_of(outputs).flatten()[to].item(),
        "incoming": inputs.flatten()[source].item(),
    }


def _numbers(values: Tensor) -> tuple[float, ...]:
    return tuple(values.detach().flatten().tolist())


def _check_finite(loss: Tensor, otherwise: str) -> None:
    if not loss.isfinite():
        raise Diverged(otherwise)
