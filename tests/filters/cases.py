"""Images and windows that fit each other, drawn at random: sizes small, and no two alike."""

import torch
from hypothesis import strategies as st
from torch import Tensor

PRIMES = [7, 11, 13]


def each_axis(values: st.SearchStrategy[int], axes: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.tuples(*[values] * axes)


@st.composite
def numbers(draw, *shape: int) -> Tensor:
    """Normally distributed numbers, float64."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


@st.composite
def images(draw, channels: int, axes: int) -> Tensor:
    """(2, channels, *sizes) of float64, different sizes on each axis."""
    sizes = draw(st.permutations(PRIMES))[:axes]
    return draw(numbers(2, channels, *sizes))


def corners_and_middle(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Places in an output of `shape`: the first, the last, one in the middle, one at an edge."""
    last = tuple(size - 1 for size in shape)
    middle = tuple(size // 2 for size in shape)
    return [(0,) * len(shape), last, middle, (*last[:2], *(0,) * (len(shape) - 3), last[-1])]
