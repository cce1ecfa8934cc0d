"""How a piece of advice names layers and errors."""

import re

from convscope.networks.shape_words import in_words
from convscope.networks.steps import BATCH, Call
from convscope.networks.trace import Trace

Misfit = tuple[str, list[str]]
"""What does not fit, and the ways to mend it."""


def titled(call: Call) -> str:
    """A layer by its path and class, a function by where it is called."""
    if call.module is None:
        return call.name
    if not call.name:
        return f"the {call.kind}"
    number = "layer " if call.name.isdecimal() else ""
    return f"{number}{call.name} ({call.kind})"


def torch_says(found: Trace, call: Call) -> Misfit:
    """What came, in our words, and why it does not fit, in torch's or the net's own."""
    (reason, *_) = str(found.error).splitlines() or ["nothing more is said"]
    reason = re.sub(r"\d+", lambda number: _in_images(int(number[0])), reason)
    came = " and ".join(in_words(shape[1:]) for shape in call.input_shapes)
    got = f" gets {came} and" if came else ""
    return f"{titled(call)}{got} fails with {type(found.error).__name__}: {reason}", []


def _in_images(number: int) -> str:
    """A number of torch's with n for the images: what was run on was no batch of the user's."""
    times, rest = divmod(number, BATCH)
    return str(number) if rest or not times else f"{times if times > 1 else ''}n"
