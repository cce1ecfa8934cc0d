"""How much of the input one value deep inside depends on."""

from collections.abc import Iterable
from typing import NamedTuple

from convscope.filters.worked import Worked, at_least, effective_kernel, spread_first


class ReceptiveField(NamedTuple):
    """What one value of a layer sees of the input, along one axis, in input pixels."""

    field: Worked
    """The width of the stretch of input that the value depends on."""
    jump: Worked
    """How far apart in the input the stretches of two neighbouring values lie."""


def receptive_field(
    layers: Iterable[tuple[int, int, int]], field: int = 1, jump: int = 1
) -> ReceptiveField:
    """The receptive field and the jump after `layers`, each (kernel_size, stride, dilation).

    Layer by layer, field + (effective kernel - 1)*jump and jump*stride, joined by semicolons:
    `1 + (3 - 1)*1 = 3; 3 + (4 - 1)*1 = 6` and `1*1 = 1; 1*4 = 4`. `field` and `jump` are what
    went before, 1 and 1 at the input. Araujo, Norris and Sim, "Computing Receptive Fields of
    Convolutional Neural Networks", Distill 2019, section 2.
    """
    at_least(1, field=field, jump=jump)
    fields, jumps = [], []
    for kernel_size, stride, dilation in layers:
        at_least(1, kernel_size=kernel_size, stride=stride, dilation=dilation)
        span = effective_kernel(kernel_size, dilation).value
        wider, further = field + (span - 1) * jump, jump * stride
        first = spread_first(kernel_size, dilation)
        fields.append(f"{first}{field} + ({span} - 1)*{jump} = {wider}")
        jumps.append(f"{jump}*{stride} = {further}")
        field, jump = wider, further
    return ReceptiveField(
        Worked(field, "; ".join(fields) or str(field)), Worked(jump, "; ".join(jumps) or str(jump))
    )
