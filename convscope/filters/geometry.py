"""The sizes of a layer's output, each as a number and as its formula with the numbers filled in.

Counts (parameters, MACs, memory) are written in `counts`, the receptive field in
`receptive_field`; all of them can be imported from here.
"""

from fractions import Fraction

from convscope.errors import BadValue
from convscope.filters.counts import conv_macs as conv_macs
from convscope.filters.counts import conv_parameters as conv_parameters
from convscope.filters.counts import linear_macs as linear_macs
from convscope.filters.counts import linear_parameters as linear_parameters
from convscope.filters.counts import memory as memory
from convscope.filters.counts import norm_parameters as norm_parameters
from convscope.filters.receptive_field import ReceptiveField as ReceptiveField
from convscope.filters.receptive_field import receptive_field as receptive_field
from convscope.filters.worked import Worked as Worked
from convscope.filters.worked import at_least, effective_kernel, spread_first
from convscope.lookup import suggestion

EXACT = 1000
"""A fraction whose decimals end within thousandths is written out, any other is cut short."""


def output_size(
    size: int,
    kernel_size: int,
    stride: int = 1,
    padding: int | str = 0,
    dilation: int = 1,
    ceil: bool = False,
    name: str = "",
) -> Worked:
    """The output's size along one axis of a convolution or pooling: `(130 - 3 + 2*0)/1 + 1 = 128`.

    Where the stride does not divide, the floor shows: `floor((10 - 3 + 2*0)/2) + 1 = floor(3.5) +
    1 = 4`. With `ceil` the last window may be cut, but must start within the image or the padding
    before it, as torch's `ceil_mode` has it. `padding` is a number, "same" or "valid". `name` is
    what an error calls the image, "an image of 5x5"; `BadValue` says what does not fit.
    """
    at_least(1, size=size, stride=stride)
    before, after = padding_sides(padding, kernel_size, stride, dilation)
    span = effective_kernel(kernel_size, dilation).value
    room = size - span + before + after
    value = (-(-room // stride) if ceil else room // stride) + 1
    beyond = ceil and (value - 1) * stride >= size + before
    if value < 1:
        raise _does_not_fit(
            size, kernel_size, before + after, dilation, name or f"a size of {size}"
        )
    padded = f"2*{before}" if before == after else f"{before} + {after}"
    steps, ending = f"({size} - {span} + {padded})/{stride}", " + 1 - 1" if beyond else " + 1"
    if room % stride:
        rounding = "ceil" if ceil else "floor"
        exact = decimal(Fraction(room, stride))
        steps = f"{rounding}({steps}){ending} = {rounding}({exact})"
    why = " (one more window would start beyond the image)" if beyond else ""
    sum_ = f"{steps}{ending} = {value - beyond}{why}"
    return Worked(value - beyond, spread_first(kernel_size, dilation) + sum_)


def transposed_size(
    size: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    output_padding: int = 0,
    dilation: int = 1,
) -> Worked:
    """The output's size along one axis of a transposed convolution.

    (size - 1)*stride - 2*padding + kernel + output_padding: `(16 - 1)*2 - 2*1 + 3 + 1 = 32`. It is
    the size of an image that a convolution of these numbers takes to `size`; where there are
    several, `output_padding` (less than stride or dilation) says which.
    """
    at_least(1, size=size, kernel_size=kernel_size, stride=stride, dilation=dilation)
    at_least(0, padding=padding, output_padding=output_padding)
    if output_padding >= max(stride, dilation):
        raise BadValue(
            f"output_padding {output_padding} is too large for stride {stride} and dilation "
            f"{dilation}: use {max(stride, dilation) - 1} or less"
        )
    span = effective_kernel(kernel_size, dilation).value
    value = (size - 1) * stride - 2 * padding + span + output_padding
    sum_ = f"({size} - 1)*{stride} - 2*{padding} + {span} + {output_padding} = {value}"
    if value < 1:
        raise BadValue(f"nothing is left of a size of {size}: {sum_}; use less padding")
    return Worked(value, spread_first(kernel_size, dilation) + sum_)


def same_padding(kernel_size: int, dilation: int = 1) -> Worked:
    """The padding on each side that keeps the size at stride 1: `(3 - 1)/2 = 1`.

    An even window needs one more after the image than before it, as torch's `padding="same"`
    adds; the value is then the padding before, and the formula says so.
    """
    before, after = padding_sides("same", kernel_size, 1, dilation)
    span = effective_kernel(kernel_size, dilation).value
    half = f"{spread_first(kernel_size, dilation)}({span} - 1)/2 = "
    if before == after:
        return Worked(before, f"{half}{before}")
    return Worked(
        before,
        f"{half}{before}.5, which cannot be halved: {before} before and {after} after "
        f"(padding='same'), or use kernel_size {kernel_size - 1} or {kernel_size + 1}",
    )


def padding_sides(
    padding: int | str, kernel_size: int, stride: int, dilation: int
) -> tuple[int, int]:
    """The padding before and after the image along one axis, in pixels."""
    at_least(1, kernel_size=kernel_size, stride=stride, dilation=dilation)
    if isinstance(padding, int):
        at_least(0, padding=padding)
        return padding, padding
    if padding == "valid":
        return 0, 0
    if padding != "same":
        known = suggestion(padding, ("same", "valid"))
        raise BadValue(f"padding {padding!r} is neither a number nor a known word: {known}")
    if stride > 1:
        raise BadValue(
            f"padding 'same' keeps the size, which stride {stride} does not: "
            "use stride 1, or padding as a number"
        )
    total = effective_kernel(kernel_size, dilation).value - 1
    return total // 2, total - total // 2


def decimal(fraction: Fraction) -> str:
    """A fraction as a decimal number, cut short with three dots where it does not end: `2.33...`.

    It is cut, not rounded, so that its floor and ceiling can be read from it.
    """
    sign, size = "-" if fraction < 0 else "", abs(fraction)
    if EXACT % size.denominator == 0:
        return f"{sign}{float(size):.3f}".rstrip("0").rstrip(".")
    digits = 2
    while not (cut := int(size % 1 * 10**digits)):
        digits += 1
    return f"{sign}{int(size)}.{cut:0{digits}d}..."


def _does_not_fit(size: int, kernel_size: int, padded: int, dilation: int, name: str) -> BadValue:
    span = effective_kernel(kernel_size, dilation).value
    spread = f" with dilation {dilation} ({span} wide)" if dilation > 1 else ""
    lacking = -(-(span - size) // 2)
    largest = (size + padded - 1) // dilation + 1
    return BadValue(
        f"kernel_size {kernel_size}{spread} does not fit {name} with padding {padded // 2}: "
        f"pad by at least {lacking}, or use kernel_size <= {largest}"
    )
