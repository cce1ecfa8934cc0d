"""How the numbers of a layer come about: sizes, parameters, MACs, memory and field, worked out."""

from collections.abc import Callable, Iterator
from math import prod

from torch import Tensor, nn

from convscope.filters.geometry import (
    Worked,
    conv_macs,
    conv_parameters,
    linear_macs,
    linear_parameters,
    memory,
    norm_parameters,
    output_size,
    receptive_field,
    transposed_size,
)
from convscope.networks.operation import Operation
from convscope.networks.reach import Reach
from convscope.networks.reach_windows import WINDOWS, pooled
from convscope.networks.steps import BATCH, Step, without_batch

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
NORMS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm)

Formula = tuple[str, Worked]
"""What a number is, and how it comes about."""
Window = tuple[int, int, int]
"""(kernel_size, stride, dilation) along one axis."""


def work_out(step: Step, before: Reach, after: Reach, parameters: int) -> tuple[Formula, ...]:
    """The formulas of a step: sizes first, then parameters, MACs, values, memory, field and jump.

    `before` is what its first input sees, `after` what its output does; `parameters` counts its
    own. What has no formula here is left out.
    """
    found = [f for operation, output in step.operations for f in _of_operation(operation, output)]
    if parameters and isinstance(step.call.module, NORMS):
        found.append(("parameters", norm_parameters(parameters // 2)))
    true = {"parameters": parameters, "MACs": step.macs // BATCH}
    shape = without_batch(step.output_shape)
    values = " x ".join(map(str, shape)) + f" = {prod(shape):,}"
    return (
        *(f for f in found if f[1].value == true.get(f[0], f[1].value)),
        ("values", Worked(prod(shape), values if len(shape) > 1 else f"{prod(shape):,}")),
        ("memory", memory(shape)),
        *_seen(step, before, after),
    )


def window_of(step: Step) -> str:
    """The window that a step moves over its maps, as a table says it: `3x3`, `7x7/2`."""
    windows = [w for operation, _ in step.operations if (w := _windows(operation))]
    if len(windows) != 1:
        return ""
    kernel, strides, _ = zip(*windows[0], strict=True)
    moved = [str(n) for n in dict.fromkeys(strides)]
    return "x".join(map(str, kernel)) + (f"/{'x'.join(moved)}" if moved != ["1"] else "")


def _of_operation(operation: Operation, output: Tensor) -> Iterator[Formula]:
    name, arguments = operation.name, operation.arguments
    if name == "convolution":
        yield from _by_axis(operation, output, _conv_size)
        yield from _of_convolution(operation, output)
    elif name in WINDOWS and WINDOWS[name][1] is pooled:
        yield from _by_axis(operation, output, _pool_size)
    elif name in ("mm", "addmm"):
        *_, left, right = (t for t in arguments.values() if isinstance(t, Tensor))
        rows, (inputs, outputs) = left.shape[0] // BATCH, right.shape
        yield "parameters", linear_parameters(inputs, outputs, bias=name == "addmm")
        if rows:
            yield "MACs", linear_macs(inputs, outputs, rows)


def _of_convolution(operation: Operation, output: Tensor) -> Iterator[Formula]:
    arguments = operation.arguments
    weight, groups = arguments["weight"], arguments["groups"]
    channels, kernel = operation.input.shape[1], tuple(weight.shape[2:])
    bias = arguments["bias"] is not None
    yield "parameters", conv_parameters(channels, output.shape[1], kernel, bias, groups)
    if not arguments["transposed"]:
        yield "MACs", conv_macs(channels, output.shape[1], kernel, output.shape[2:], groups)


def _by_axis(
    operation: Operation, output: Tensor, size: Callable[[Operation, int, int], Worked]
) -> Iterator[Formula]:
    """One formula for each axis, or one for several that share it."""
    maps = operation.input
    axes = output.dim() - 2 if operation.name == "convolution" else WINDOWS[operation.name][0]
    formulas = [size(operation, axis, maps.shape[maps.dim() - axes + axis]) for axis in range(axes)]
    for formula in dict.fromkeys(formulas):
        shared = [n for n, f in zip(AXES[axes], formulas, strict=True) if f == formula]
        yield " and ".join(shared), formula


def _conv_size(operation: Operation, axis: int, size: int) -> Worked:
    kernel = operation.arguments["weight"].shape[2 + axis]
    stride, dilation = operation.number("stride", axis), operation.number("dilation", axis)
    padding = operation.number("padding", axis, 0)
    if operation.arguments["transposed"]:
        added = operation.number("output_padding", axis, 0)
        return transposed_size(size, kernel, stride, padding, added, dilation)
    return output_size(size, kernel, stride, padding, dilation)


def _pool_size(operation: Operation, axis: int, size: int) -> Worked:
    kernel = operation.number("kernel_size", axis)
    return output_size(
        size,
        kernel,
        operation.number("stride", axis, usual=kernel),
        operation.number("padding", axis, 0),
        operation.number("dilation", axis),
        ceil=bool(operation.arguments["ceil_mode"]),
    )


def _seen(step: Step, before: Reach, after: Reach) -> Iterator[Formula]:
    """Field and jump, where a window made them of a whole-numbered field and jump."""
    windows = [w for operation, _ in step.operations if (w := _windows(operation))]
    if len(windows) != 1 or len(windows[0]) != len(after):
        return
    formulas = []
    for window, taken, given in zip(windows[0], before, after, strict=True):
        if taken.dim is None or given.dim is None or not isinstance(taken.jump, int):
            return
        worked = receptive_field([window], taken.field(0), taken.jump)
        if (worked.field.value, worked.jump.value) != (given.field(0), given.jump):
            return
        formulas.append(worked)
    for worked in dict.fromkeys(formulas):
        names = [n for n, w in zip(AXES[len(formulas)], formulas, strict=True) if w == worked]
        along = "" if len(names) == len(formulas) else f", {' and '.join(names)}"
        yield f"receptive field{along}", worked.field
        yield f"jump{along}", worked.jump


def _windows(operation: Operation) -> list[Window]:
    """The window along each axis; none of an operation without one."""
    if operation.name == "convolution":
        kernel = operation.arguments["weight"].shape[2:]
        if operation.arguments["transposed"]:
            return []
        return [(k, *_moves(operation, axis, 1)) for axis, k in enumerate(kernel)]
    if operation.name in WINDOWS and WINDOWS[operation.name][1] is pooled:
        axes = range(WINDOWS[operation.name][0])
        kernel = [operation.number("kernel_size", axis) for axis in axes]
        return [(k, *_moves(operation, axis, k)) for axis, k in enumerate(kernel)]
    return []


def _moves(operation: Operation, axis: int, usual: int) -> tuple[int, int]:
    return operation.number("stride", axis, usual), operation.number("dilation", axis)
