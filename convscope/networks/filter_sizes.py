"""More filters or larger ones: ways to spend the same field or the same parameters."""

from collections.abc import Sequence
from dataclasses import dataclass

from convscope.filters.geometry import Worked, conv_macs, conv_parameters, receptive_field
from convscope.filters.worked import at_least


@dataclass(frozen=True)
class Choice:
    """One or more convolutions on top of each other, that keep the size of the maps."""

    name: str
    kernels: tuple[int, ...]
    filters: int
    """Of each of them."""
    parameters: Worked
    macs: Worked
    field: Worked
    """Pixels of the maps that one value of the last convolution depends on, along one axis."""


def filter_choices(channels: int, filters: int, size: tuple[int, int]) -> list[Choice]:
    """Four choices for `channels` maps of `size` (h, w): `filters` of 3x3 to begin with.

    Then filters of 5x5; two layers of 3x3, which see as far; and as many 3x3 filters as the 5x5
    ones cost. Simonyan and Zisserman, "Very deep convolutional networks for large-scale image
    recognition", 2015, section 2.3, argue for the two layers.
    """
    at_least(1, channels=channels, filters=filters, height=size[0], width=size[1])
    larger = conv_parameters(channels, filters, 5).value
    more = round(larger / conv_parameters(channels, 1, 3).value)
    return [
        _choice("small filters", (3,), channels, filters, size),
        _choice("larger filters", (5,), channels, filters, size),
        _choice("two layers of small ones", (3, 3), channels, filters, size),
        _choice("more small filters", (3,), channels, more, size),
    ]


def _choice(
    name: str, kernels: tuple[int, ...], channels: int, filters: int, size: tuple[int, int]
) -> Choice:
    inputs = [channels, *[filters] * (len(kernels) - 1)]
    layers = list(zip(inputs, kernels, strict=True))
    return Choice(
        name,
        kernels,
        filters,
        _sum([conv_parameters(given, filters, kernel) for given, kernel in layers]),
        _sum([conv_macs(given, filters, kernel, size) for given, kernel in layers]),
        receptive_field([(kernel, 1, 1) for kernel in kernels]).field,
    )


def _sum(parts: Sequence[Worked]) -> Worked:
    """The sum of worked numbers, of equal ones as a product."""
    if len(parts) == 1:
        return parts[0]
    total = sum(part.value for part in parts)
    terms = [part.formula.rpartition(" = ")[0] for part in parts]
    if len(set(terms)) == 1:
        return Worked(total, f"{len(parts)} x ({terms[0]}) = {total:,}")
    return Worked(total, f"{' + '.join(f'({term})' for term in terms)} = {total:,}")
