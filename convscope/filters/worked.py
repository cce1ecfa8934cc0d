"""A number with the formula that made it, and the checks and parts that all formulas share."""

from collections.abc import Sequence
from dataclasses import dataclass

from convscope.errors import BadValue


@dataclass(frozen=True)
class Worked:
    """A number and how it comes about: `(130 - 3 + 2*0)/1 + 1 = 128`."""

    value: int
    formula: str

    def __str__(self) -> str:
        return self.formula


def effective_kernel(kernel_size: int, dilation: int = 1) -> Worked:
    """How many pixels the window spans: dilation leaves `dilation - 1` between its cells."""
    span = dilation * (kernel_size - 1) + 1
    return Worked(span, f"{dilation}*({kernel_size} - 1) + 1 = {span}")


def spread_first(kernel_size: int, dilation: int) -> str:
    """The effective kernel as the opening of a formula; nothing where there is no dilation."""
    if dilation == 1:
        return ""
    return f"effective kernel {effective_kernel(kernel_size, dilation).formula}: "


def at_least(least: int, **values: int) -> None:
    """`BadValue` names the first of `values` that is smaller than `least`."""
    for name, value in values.items():
        if value < least:
            raise BadValue(f"{name} {value} is too small: use {least} or more")


def per_axis(value: int | Sequence[int], axes: int, name: str) -> tuple[int, ...]:
    """One number for each of `axes` axes: one for all is repeated, as many as axes are kept."""
    if isinstance(value, int):
        return (value,) * axes
    if len(value) != axes:
        raise BadValue(
            f"{name} {tuple(value)} has {len(value)} numbers for {axes} axes: "
            f"give one for all, or {axes}"
        )
    return tuple(value)


def check_groups(groups: int, in_channels: int, out_channels: int) -> None:
    """`BadValue` unless `groups` divides both numbers of channels."""
    at_least(1, in_channels=in_channels, out_channels=out_channels, groups=groups)
    for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if channels % groups:
            fitting = [
                g for g in range(1, channels + 1) if in_channels % g == out_channels % g == 0
            ]
            raise BadValue(
                f"groups {groups} does not divide {name} {channels}: "
                f"use {' or '.join(map(str, fitting))}"
            )
