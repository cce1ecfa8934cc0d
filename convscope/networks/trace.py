"""A net's run without its numbers: each layer in order, and the layer at which it fails.

Modules are seen by hooks; functions (`torch.cat`, `F.max_pool2d`, `+`) where they are called
outside of a layer.
"""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from convscope.networks.hollow import Hollow, make_hollow, quiet
from convscope.networks.reach import Reach, padded_reach
from convscope.networks.receptive_field import pixels
from convscope.networks.steps import BATCH, IMAGE, Call, Step, is_layer
from convscope.networks.tape import Tape, Tracked

SPOKEN = {"getitem": "index", "iadd": "add", "radd": "add", "imul": "mul", "rmul": "mul"}
"""What a function is called, where Python's name for it says less."""


@dataclass(frozen=True, eq=False)
class Trace:
    """A run of a net on `BATCH` images."""

    hollow: Hollow
    """The copy of the net that was run."""
    image_shape: tuple[int, ...]
    steps: Sequence[Step]
    output: Any
    """What the net answered; None where it failed."""
    failed: Call | None
    """The innermost call that was not answered."""
    error: Exception | None
    unknown: frozenset[str]
    """Operations whose outputs are taken to see all of the image."""
    first_axis: int
    """Which number of the image's shape is the first traced axis: 1 behind channels, else 0."""

    @property
    def net(self) -> nn.Module:
        """The copied net, which has shapes and no content."""
        return self.hollow.net

    def maker(self, call: Call) -> Step | None:
        """The step that made the first input of `call`; None where it is the image."""
        sources = [s for i in call.inputs[:1] for s in i.sources if s != IMAGE]
        return self.steps[max(sources)] if sources else None


def trace(net: nn.Module, image_shape: Sequence[int]) -> Trace:
    """The run of `net` on images of `image_shape`, the batch left out: (c, h, w), (features,), ...

    In evaluation mode. Where the net begins with an embedding, the images are whole numbers.
    """
    return run(make_hollow(net), tuple(image_shape))


def run(hollow: Hollow, image_shape: tuple[int, ...], whole_numbers: bool = False) -> Trace:
    """As `trace`, of a copy that was made before."""
    running = _Running()
    with ExitStack() as stack:
        for mode in (quiet(), torch.no_grad(), hollow.mode, running.tape, running):
            stack.enter_context(mode)
        for handle in running.hooks(hollow.net):
            stack.callback(handle.remove)
        images = hollow.images((BATCH, *image_shape), whole_numbers)
        first_axis = 0 if whole_numbers or len(image_shape) == 2 else 1
        running.tape.track(images, _own_pixels(image_shape, first_axis), [IMAGE])
        output = error = None
        try:
            output = hollow.net(images)
        except Exception as raised:  # the user's own code may fail in any way
            error = raised
    failed = running.open[-1] if error is not None and running.open else None
    if failed is not None and isinstance(failed.module, nn.Embedding) and not whole_numbers:
        return run(hollow, image_shape, whole_numbers=True)
    steps, unknown = tuple(running.steps), frozenset(running.tape.unknown)
    return Trace(hollow, image_shape, steps, output, failed, error, unknown, first_axis)


class _Running(TorchFunctionMode):
    """What has been called and not answered yet, and the steps so far."""

    def __init__(self) -> None:
        super().__init__()
        self.tape = Tape()
        self.steps: list[Step] = []
        self.open: list[Call] = []

    def hooks(self, net: nn.Module) -> Iterable[Any]:
        """Handles of the hooks that tell of every module's call."""
        for name, module in net.named_modules():
            begin = partial(self._begin, name)
            yield module.register_forward_pre_hook(begin, with_kwargs=True)
            yield module.register_forward_hook(self._end)

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func is F.pad:
            func = self._pad
        if any(c.is_layer for c in self.open if c.module is not None):
            return func(*args, **kwargs)
        spoken = _spoken(func)
        outer = next((c.name for c in reversed(self.open) if c.module is not None), "")
        name = f"{outer}.{spoken}()" if outer else f"{spoken}()"
        call = self._call(name, spoken, None, (args, kwargs))
        self.open.append(call)
        output = func(*args, **kwargs)
        self._answered(call, output)
        return output

    def _pad(self, input: Tensor, pad: Sequence[int], *more: Any, **named: Any) -> Tensor:
        """`F.pad`, whose circular kind is written in pieces: inside, it is a shift too."""
        output = F.pad(input, pad, *more, **named)
        for known in self.tape.found(input):
            reach = padded_reach(known.reach, pad, input, output)
            self.tape.settle(output, reach, known.sources)
        return output

    def _begin(self, name: str, module: nn.Module, args: Any, kwargs: Any) -> None:
        call = self._call(name, type(module).__name__, module, (args, kwargs))
        self.open.append(call)

    def _end(self, module: nn.Module, args: Any, output: Any) -> None:
        call = next(c for c in reversed(self.open) if c.module is module)
        self._answered(call, output)

    def _call(self, name: str, kind: str, module: nn.Module | None, arguments: Any) -> Call:
        # a function that is still open has failed, and the net has caught that
        self.open = [c for c in self.open if c.module is not None]
        inputs, tape = self.tape.found(arguments), self.tape
        whole = module is None or is_layer(name, module)
        return Call(name, kind, module, arguments, inputs, whole, tape.macs, len(tape.noted))

    def _answered(self, call: Call, output: Any) -> None:
        del self.open[self.open.index(call) :]
        inside = any(outer.is_layer for outer in self.open)
        found = self.tape.found(output)
        if inside or not found or not call.is_layer:
            return
        if call.module is None and not _matters(call, found[0], self.tape.macs):
            return
        sources = sorted(frozenset[int]().union(*(i.sources for i in call.inputs)))
        self.steps.append(
            Step(
                call,
                tuple(found[0].tensor.shape),
                found[0].reach,
                self.tape.macs - call.macs_before,
                tuple(sources),
                self.tape.noted[call.noted_before :],
            )
        )
        for made in found:
            self.tape.track(made.tensor, made.reach, [len(self.steps) - 1])


def _matters(call: Call, made: Tracked, macs: int) -> bool:
    """Whether a function changes a shape or what is seen, multiplies, or brings paths together."""
    first = call.inputs[0] if call.inputs else None
    if first is None or made.tensor.shape != first.tensor.shape or made.reach != first.reach:
        return True
    return macs > call.macs_before or len({id(i.tensor) for i in call.inputs}) > 1


def _spoken(function: Any) -> str:
    """What a function is called in a row: `add` for `+` and `+=`, `T` for that attribute."""
    name: str = function.__name__
    if name == "__get__":
        return function.__self__.__name__
    name = name.strip("_")
    return SPOKEN.get(name, name)


def _own_pixels(shape: tuple[int, ...], first_axis: int) -> Reach:
    """What the values of the input see: themselves, along each axis."""
    return tuple(pixels(axis + 1, shape[axis]) for axis in range(first_axis, len(shape)))
