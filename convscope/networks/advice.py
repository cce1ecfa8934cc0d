"""A net whose shapes do not fit: at which layer, what came, what was expected, ways to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn
from torch._subclasses.fake_tensor import DataDependentOutputException, DynamicOutputShapeException

from convscope.errors import BadNetwork
from convscope.networks.advice_answer import of_answer
from convscope.networks.advice_functions import OF_FUNCTIONS
from convscope.networks.advice_layers import OF_LAYERS
from convscope.networks.advice_words import Misfit, titled, torch_says
from convscope.networks.steps import Call, without_batch
from convscope.networks.trace import Trace, trace

BY_VALUES = (DataDependentOutputException, DynamicOutputShapeException)
"""What a net raises that decides by its values: a run without computing has none."""


@dataclass(frozen=True)
class Advice:
    """What does not fit, and the ways to mend it."""

    layer: str
    """The path of the layer, or where a function is called; empty where it is the net's answer."""
    problem: str
    """What is expected, and what comes."""
    mends: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """All of it."""
        return f"{self.problem}: {', or '.join(self.mends)}" if self.mends else self.problem


def advise(
    net: nn.Module,
    input_shape: Sequence[int],
    num_classes: int | None = None,
    batch_size: int | None = None,
) -> Advice | None:
    """What is wrong with `net` for images of `input_shape`, the batch left out; None if it fits.

    With `num_classes`, its answer must be (n, num_classes); with `batch_size`, batches of that
    many must be enough for its normalisations in training. Nothing is computed, and the net is
    left as it was. None too where it cannot be told without computing.
    """
    try:
        found = trace(net, input_shape)
    except BadNetwork:
        return None
    if isinstance(found.error, BY_VALUES):
        return None
    if found.error is not None:
        return explain(found)
    told = None if num_classes is None else of_answer(found, num_classes)
    if told is not None:
        return Advice("", told[0], tuple(told[1]))
    return _of_single_values(found) if batch_size == 1 else None


def explain(found: Trace) -> Advice:
    """Why a run has failed."""
    call = found.failed
    if call is None:
        return Advice("", f"the net fails: {found.error}", ())
    if isinstance(found.error, BY_VALUES):
        problem = f"{titled(call)} decides by its values, and shapes are worked out without any"
        return Advice(call.name, problem, ("give such a net to train, which runs it",))
    problem, mends = _told(found, call)
    return Advice(call.name, problem, tuple(mends))


def _told(found: Trace, call: Call) -> Misfit:
    if call.module is None:
        return OF_FUNCTIONS.get(call.kind, torch_says)(found, call)
    if call.input_shapes:
        for kinds, explained in OF_LAYERS:
            if isinstance(call.module, kinds):
                return explained(found, call, call.module, without_batch(call.input_shapes[0]))
    return torch_says(found, call)


def _of_single_values(found: Trace) -> Advice | None:
    """A batch normalisation that gets one value per channel, which has no deviation."""
    for step in found.steps:
        shape = without_batch(step.output_shape)
        if isinstance(step.call.module, nn.modules.batchnorm._BatchNorm) and set(shape[1:]) <= {1}:
            problem = f"{titled(step.call)} gets one value per channel from a batch of one image"
            return Advice(step.call.name, problem, ("train with batches of 2 or more",))
    return None
