"""Why tensors do not go together in a function that a net calls, and what would mend it."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from convscope.networks.advice_words import Misfit, titled, torch_says
from convscope.networks.operation import tensors
from convscope.networks.shape_words import Shape, in_words, stride_between
from convscope.networks.steps import BATCH, Call, without_batch
from convscope.networks.trace import Trace


def of_sum(found: Trace, call: Call) -> Misfit:
    """Two paths whose maps are added, or otherwise taken together value by value."""
    shapes = _shapes(call)
    if len(shapes) != 2 or len(shapes[0]) != len(shapes[1]):
        return torch_says(found, call)
    main, kept = shapes
    larger, smaller = (main, kept) if main[1:] > kept[1:] else (kept, main)
    came = f"{in_words(shapes[0])} and {in_words(shapes[1])}"
    problem = f"{titled(call)} takes two of one shape and gets {came}"
    return problem, [_shortcut(larger, smaller)]


def _shortcut(larger: Shape, smaller: Shape) -> str:
    """The convolution that makes `larger` maps fit, if there is one."""
    stride = stride_between(larger, smaller)
    if stride is None:
        return "give both paths the same strides and paddings"
    step = f", stride={stride}" if stride > 1 else ""
    conv = f"nn.Conv{len(larger) - 1}d({larger[0]}, {smaller[0]}, 1{step})"
    return f"put {conv} on the path of the {in_words(larger)}"


def of_joining(found: Trace, call: Call) -> Misfit:
    """Maps that are laid behind one another and differ in another dimension."""
    shapes = _shapes(call)
    if len({len(shape) for shape in shapes}) != 1:
        return torch_says(found, call)
    came = " and ".join(in_words(shape) for shape in shapes)
    problem = f"{titled(call)} takes maps that differ in one dimension only and gets {came}"
    return problem, ["give all paths the same strides and paddings"]


def of_reshaping(found: Trace, call: Call) -> Misfit:
    """A view into rows of a fixed length, which the values of an image do not fill."""
    shapes = _shapes(call)
    numbers = [n for n in _flat(call.arguments) if isinstance(n, int)]
    if not shapes or not numbers:
        return torch_says(found, call)
    written = ", ".join("n" if n == BATCH else str(n) for n in numbers)
    asked = f"{titled(call)[:-1]}{written})"
    if numbers[0] not in (-1, BATCH):
        problem = f"{asked} fixes what must stay free, the number of images"
        return problem, ["write flatten(1), which keeps each image in a row of its own"]
    count, row = prod(shapes[0]), prod(n for n in numbers[1:] if n > 0)
    came = f"there are {count:,} ({in_words(shapes[0])})"
    mend = f"write flatten(1), and {count} as in_features of the linear layer behind it"
    return f"{asked} asks for {row:,} values of each image, and {came}", [mend]


def _shapes(call: Call) -> list[Shape]:
    """The shapes of all tensors that were given, without the batch."""
    return [without_batch(tuple(t.shape)) for t in tensors(call.arguments)]


def _flat(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return _flat(list(value.values()))
    if isinstance(value, list | tuple):
        return [part for inner in value for part in _flat(inner)]
    return [value]


OF_FUNCTIONS: dict[str, Callable[[Trace, Call], Misfit]] = {
    **dict.fromkeys(("add", "sub", "mul", "div", "truediv", "maximum", "minimum"), of_sum),
    **dict.fromkeys(("cat", "concat", "concatenate", "stack"), of_joining),
    **dict.fromkeys(("view", "reshape"), of_reshaping),
}
"""Functions by their names, and who explains them."""
