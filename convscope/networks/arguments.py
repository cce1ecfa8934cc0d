"""What a module of torch was built with, read back from the module."""

from inspect import Parameter, signature
from typing import Any

from torch import nn

from convscope.errors import BadNetwork

ELSEWHERE = ("inplace", "device", "dtype")
"""Arguments that say nothing about what a module computes."""
MOST_PARAMETERS = 2**31


def arguments_of(module: nn.Module) -> dict[str, Any]:
    """Every argument of the module's class that decides what it computes, in their order.

    The module is one of torch's own layers, which keep their arguments under the same names.
    """
    return {name: _kept(module, name) for name in parameters_of(type(module))}


def parameters_of(kind: type[nn.Module]) -> dict[str, Parameter]:
    """The parameters of the class `kind` by name, but `inplace`, `device` and `dtype`."""
    found = signature(kind).parameters.values()
    anything = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)  # nn.Tanh names no parameter
    return {p.name: p for p in found if p.name not in ELSEWHERE and p.kind not in anything}


def is_usual(module: nn.Module, name: str, value: Any) -> bool:
    """Whether `value` is what the argument `name` of the module is when it is left out."""
    if name == "stride" and hasattr(module, "ceil_mode"):  # a pooling's stride is its kernel
        return plain(value) == plain(module.kernel_size)
    if name == "bias" and getattr(module, "affine", True) is False:  # no bias either
        return True
    return bool(plain(value) == parameters_of(type(module))[name].default)


def plain(value: Any) -> Any:
    """`value`, or the one number of a tuple that holds only equal ones: (3, 3) is 3."""
    if isinstance(value, tuple | list):
        return value[0] if len(set(value)) == 1 else tuple(value)
    return value


def materialised(net: nn.Module) -> nn.Module:
    """`net`, built on the meta device, with weights on the processor.

    They are drawn in the order in which its modules would have been built there.
    """
    count = sum(p.numel() for p in net.parameters())
    if count > MOST_PARAMETERS:
        raise BadNetwork(
            f"the network would have {count:,} parameters, {4 * count / 1e9:,.0f} GB of numbers: "
            f"at most {MOST_PARAMETERS:,} are built"
        )
    net.to_empty(device="cpu")
    for module in net.modules():
        reset = getattr(module, "reset_parameters", None)
        if callable(reset):
            reset()
    return net


def _kept(module: nn.Module, name: str) -> Any:
    value = getattr(module, name)
    if name == "bias":  # the module keeps the numbers, its argument says whether there are any
        return value is not None
    return value
