"""Why what a net answers is not one score per class, and what would mend it."""

from torch import Tensor, nn

from convscope.networks.advice_words import Misfit, titled
from convscope.networks.shape_words import in_words
from convscope.networks.steps import BATCH, Step, without_batch
from convscope.networks.trace import Trace


def of_answer(found: Trace, num_classes: int) -> Misfit | None:
    """None where the net gives (n, num_classes) for n images."""
    output = found.output
    if not isinstance(output, Tensor):
        kind = type(output).__name__
        return f"the net answers with a {kind}, not with one tensor", ["return the scores alone"]
    shape = tuple(output.shape)
    if shape == (BATCH, num_classes):
        return None
    if not shape or shape[0] != BATCH:
        return _mixed_up(found)
    if len(shape) == 2:
        return _wrong_number(found, shape[1], num_classes)
    pooled = f"nn.AdaptiveAvgPool{len(shape) - 2}d(1), nn.Flatten(), "
    mend = f"put {pooled}nn.Linear({shape[1]}, {num_classes}) at the end"
    return f"the net answers with {in_words(shape[1:])}, not with scores", [mend]


def _wrong_number(found: Trace, got: int, num_classes: int) -> Misfit:
    step = next((s for s in reversed(found.steps) if s.macs), None)
    layer = None if step is None else step.call.module
    problem = f"there are {num_classes} classes, and the net gives {got:,} scores"
    if step is not None and step.output_shape[1:2] == (got,):
        if isinstance(layer, nn.Linear):
            new = f"nn.Linear({layer.in_features}, {num_classes})"
            return problem, [f"make {titled(step.call)} {new}"]
        if isinstance(layer, nn.Conv2d | nn.Conv1d):
            kind = type(layer).__name__
            return problem, [
                f"make {titled(step.call)} nn.{kind}({layer.in_channels}, {num_classes}, ...)"
            ]
    return problem, [f"put nn.Linear({got}, {num_classes}) at the end"]


def _mixed_up(found: Trace) -> Misfit:
    """Values of several images in one row, or of one image in several."""
    step = next((s for s in found.steps if _loses_the_batch(s)), None)
    if step is None:
        return "the net does not answer each image with a row of its own", []
    count = without_batch(step.output_shape)
    problem = (
        f"{titled(step.call)} does not leave each image a row of its own: "
        f"{in_words(without_batch(step.call.input_shapes[0]))} become {' x '.join(map(str, count))}"
    )
    return problem, ["write flatten(1), which does"]


def _loses_the_batch(step: Step) -> bool:
    came = step.call.input_shapes[:1]
    return bool(came) and came[0][:1] == (BATCH,) and step.output_shape[:1] != (BATCH,)
