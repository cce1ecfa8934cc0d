"""The words of a spec: which module each builds, and how its arguments are written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from convscope.networks.shape_words import Shape
from convscope.networks.spec_kinds import (
    COUNT,
    FACTOR,
    NUMBER,
    OUT,
    POSITIVE,
    SHARE,
    SWITCH,
    Kind,
    choice,
    length,
    or_same,
    size,
)


@dataclass(frozen=True)
class Field:
    """One argument: its word in a spec, its name in torch, and its kind."""

    word: str
    argument: str
    kind: Kind


@dataclass(frozen=True)
class Layer:
    """What a word builds."""

    modules: Mapping[int, type[nn.Module]]
    """By the dimensions of the maps that come: 2, 1, or 0 for values in a row."""
    given: tuple[Field, ...] = ()
    """Arguments without a name, in their order; all are needed."""
    options: tuple[Field, ...] = ()
    """Arguments behind their names; torch's own defaults hold where they are left out."""
    counted: str | None = None
    """torch's argument for the maps or numbers that come."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """torch's arguments that the word itself decides."""
    gives: Callable[[Shape, Mapping[str, Any]], Shape] | None = None
    """The shape of what goes, by that of what comes and torch's arguments.

    None asks torch, at the price of loading what it computes shapes with.
    """


BIAS = Field("bias", "bias", SWITCH)
CEIL = Field("ceil", "ceil_mode", SWITCH)
NORM = Field("eps", "eps", POSITIVE), Field("momentum", "momentum", SHARE)


def _same(shape: Shape, arguments: Mapping[str, Any]) -> Shape:
    return shape


def _pointwise(module: type[nn.Module], *fields: Field, options: tuple[Field, ...] = ()) -> Layer:
    return Layer({0: module, 1: module, 2: module}, fields, options, gives=_same)


def _conv(
    dimensions: int,
    module: type[nn.Module],
    sides: Callable[[int], Kind],
    padding: Kind,
    *more: Field,
) -> Layer:
    given = (Field("filters", "out_channels", OUT), Field("kernel", "kernel_size", sides(1)))
    options = (
        Field("stride", "stride", sides(1)),
        Field("padding", "padding", padding),
        *more,
        Field("dilation", "dilation", sides(1)),
        Field("groups", "groups", COUNT),
        BIAS,
    )
    return Layer({dimensions: module}, given, options, counted="in_channels")


def _pool(
    dimensions: int, module: type[nn.Module], sides: Callable[[int], Kind], *more: Field
) -> Layer:
    options = (Field("stride", "stride", sides(1)), Field("padding", "padding", sides(0)), *more)
    return Layer(
        {dimensions: module}, (Field("kernel", "kernel_size", sides(1)),), (*options, CEIL)
    )


def _globally(in_one: type[nn.Module], in_two: type[nn.Module]) -> Layer:
    return Layer({1: in_one, 2: in_two}, fixed={"output_size": 1})


LAYERS: Mapping[str, Layer] = {
    "conv": _conv(2, nn.Conv2d, size, or_same(size(0))),
    "conv1d": _conv(1, nn.Conv1d, length, or_same(length(0))),
    "transposed-conv": _conv(
        2, nn.ConvTranspose2d, size, size(0), Field("output-padding", "output_padding", size(0))
    ),
    "transposed-conv1d": _conv(
        1,
        nn.ConvTranspose1d,
        length,
        length(0),
        Field("output-padding", "output_padding", length(0)),
    ),
    "maxpool": _pool(2, nn.MaxPool2d, size, Field("dilation", "dilation", size(1))),
    "maxpool1d": _pool(1, nn.MaxPool1d, length, Field("dilation", "dilation", length(1))),
    "avgpool": _pool(2, nn.AvgPool2d, size, Field("count-padding", "count_include_pad", SWITCH)),
    "avgpool1d": _pool(
        1, nn.AvgPool1d, length, Field("count-padding", "count_include_pad", SWITCH)
    ),
    "global-avgpool": _globally(nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d),
    "global-maxpool": _globally(nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d),
    "adaptive-avgpool": Layer({2: nn.AdaptiveAvgPool2d}, (Field("size", "output_size", size(1)),)),
    "adaptive-maxpool": Layer({2: nn.AdaptiveMaxPool2d}, (Field("size", "output_size", size(1)),)),
    "upsample": Layer(
        {1: nn.Upsample, 2: nn.Upsample},
        (Field("factor", "scale_factor", FACTOR),),
        (Field("mode", "mode", choice("nearest", "linear", "bilinear", "bicubic")),),
    ),
    "relu": _pointwise(nn.ReLU),
    "relu6": _pointwise(nn.ReLU6),
    "leaky-relu": _pointwise(nn.LeakyReLU, options=(Field("slope", "negative_slope", NUMBER),)),
    "elu": _pointwise(nn.ELU),
    "gelu": _pointwise(nn.GELU),
    "silu": _pointwise(nn.SiLU),
    "tanh": _pointwise(nn.Tanh),
    "sigmoid": _pointwise(nn.Sigmoid),
    "batch-norm": Layer(
        {0: nn.BatchNorm1d, 1: nn.BatchNorm1d, 2: nn.BatchNorm2d},
        options=NORM,
        counted="num_features",
        gives=_same,
    ),
    "group-norm": Layer(
        {0: nn.GroupNorm, 1: nn.GroupNorm, 2: nn.GroupNorm},
        (Field("groups", "num_groups", COUNT),),
        NORM[:1],
        counted="num_channels",
        gives=_same,
    ),
    "local-response-norm": Layer(
        {1: nn.LocalResponseNorm, 2: nn.LocalResponseNorm},
        (Field("size", "size", COUNT),),
        (Field("alpha", "alpha", NUMBER), Field("beta", "beta", NUMBER), Field("k", "k", NUMBER)),
        gives=_same,
    ),
    "dropout": _pointwise(nn.Dropout, Field("share", "p", SHARE)),
    "dropout-maps": Layer(
        {2: nn.Dropout2d, 1: nn.Dropout1d}, (Field("share", "p", SHARE),), gives=_same
    ),
    "flatten": Layer({0: nn.Flatten, 1: nn.Flatten, 2: nn.Flatten}),
    "linear": Layer(
        {0: nn.Linear},
        (Field("features", "out_features", OUT),),
        (BIAS,),
        counted="in_features",
        gives=lambda shape, arguments: (arguments["out_features"],),
    ),
}
"""The word of each layer -> what it builds; `residual` alone has brackets and is not here."""

KNOWN: frozenset[type[nn.Module]] = frozenset(
    module for layer in LAYERS.values() for module in layer.modules.values()
)
"""Every module that has a word."""
