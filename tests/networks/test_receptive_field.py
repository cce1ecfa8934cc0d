from math import inf

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from convscope.networks.receptive_field import (
    ALL,
    Sight,
    fixed,
    join,
    look,
    pixels,
    samples,
    shares,
    spread,
    window,
)

# kinds and numbers; what they mean is looked up in the test, beartype draws random numbers there
small = st.integers(1, 4)
windows = st.tuples(st.just("window"), small, st.integers(0, 3), st.integers(1, 2), small)
transposed = st.tuples(st.just("spread"), small, small, st.integers(0, 2))
resized = st.tuples(st.just("samples"), small, small, st.sampled_from([1, 2, 4]), st.booleans())
adapted = st.tuples(st.just("shares"), st.integers(1, 7), small)
looked = {
    "window": lambda kernel, padding, dilation, stride: (
        window(kernel, padding, dilation), stride,
    ),
    "spread": lambda kernel, stride, padding: (spread(kernel, stride, padding), 1),
    "samples": samples,
    "shares": shares,
}  # fmt: skip


def through(chain) -> tuple[Sight, list]:
    """What the positions behind a chain see, and what each link of it looks at."""
    sight, links = pixels(2, 11), [looked[kind](*numbers) for kind, *numbers in chain]
    for seen, stride in links:
        sight = look(sight, seen, stride, 11)
    return sight, links


def followed(chain, position: int) -> set[int]:
    """The pixels that `position` behind `chain` sees, one position after the other."""
    if not chain:
        return {position}
    *before, (seen, stride) = chain
    times, r = divmod(position, len(seen))
    return {pixel for offset in seen[r] for pixel in followed(before, offset + stride * times)}


@given(st.lists(windows | transposed | resized | adapted, max_size=4), st.integers(-5, 9))
def test_a_chain_sees_what_following_every_position_says(chain, position):
    sight, links = through(chain)
    found = followed(links, position)
    assert sight.at(position) == ((min(found), max(found)) if found else (inf, -inf))


@given(st.lists(windows, max_size=3), st.lists(windows, max_size=3))
def test_two_paths_together_see_from_the_first_to_the_last(one, other):
    (first, links), (second, others) = through(one), through(other)
    both = join(first, second)
    if first.jump == second.jump:
        found = followed(links, 5) | followed(others, 5)
        assert both.at(5) == (min(found), max(found))
    else:
        assert both.dim is None
        assert both.lows[0] == min(s.at(p)[0] for s in (first, second) for p in range(11))


def test_published_chain():
    # Araujo et al. 2019, table 1: VGG-16 up to its last pooling
    sight = pixels(2, 224)
    for convolutions in (2, 2, 3, 3, 3):
        for _ in range(convolutions):
            sight = look(sight, window(3, 1), 1, 224)
        sight = look(sight, window(2, 0), 2, 112)
    assert (sight.field(224), sight.jump) == (212, 32)


def test_positions_that_see_all_alike_see_no_further_than_the_image():
    assert fixed(-3, 7).field(11) == 8
    assert ALL.field(11) == 11
    assert fixed(inf, -inf).field(11) == 0
    assert ALL.jump is None


def test_all_positions_together_see_from_the_first_to_the_last():
    sight = look(pixels(2, 13), window(3, 1), 2, 7)
    assert sight.everywhere() == fixed(-1, 13)
    assert look(pixels(2, 13), window(3, 0), 5, 1).everywhere() == fixed(0, 2)


def test_half_the_jump_behind_an_enlargement():
    twice = look(pixels(2, 7), *samples(7, 14, 1), 14)
    assert (twice.jump, twice.field(7)) == (0.5, 1)
    assert [twice.at(p) for p in (3, 4)] == [(1, 1), (2, 2)]


def test_an_axis_that_shares_its_dimension_is_laid_out_or_given_up():
    rows = Sight(2, (0,), (0,), 1, count=5, inner=3)
    assert [rows.along(15).at(p) for p in (2, 3, 14)] == [(0, 0), (1, 1), (4, 4)]
    columns = Sight(2, (0,), (0,), 1, count=3)
    assert columns.along(15) == fixed(0, 2)
    assert columns.along(3) is columns


@pytest.mark.parametrize(("size", "count"), [(13, 5), (12, 4), (7, 3), (5, 7)])
def test_shares_are_those_of_torchs_adaptive_pooling(size, count):
    for position in range(count):
        found = sensitive(lambda row: F.adaptive_avg_pool1d(row, count), size, position)
        assert seen_by(shares(size, count), position) == found


@pytest.mark.parametrize(("size", "count"), [(5, 10), (7, 11), (10, 5), (6, 4)])
@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize(("taps", "mode"), [(1, "nearest"), (2, "bilinear"), (4, "bicubic")])
def test_samples_are_those_of_torchs_interpolation(size, count, corners, taps, mode):
    if taps == 1 and corners:
        return
    align = {} if taps == 1 else {"align_corners": corners}

    def enlarge(row):
        picture = row[:, :, None].expand(1, 1, size, size).transpose(2, 3)
        return F.interpolate(picture, (count, count), mode=mode, **align)[0, 0, :, 0]

    for position in range(count // 3 + 1, count - count // 3):
        found = sensitive(enlarge, size, position)
        inside = seen_by(samples(size, count, taps, corners), position)
        assert [p for p in inside if 0 <= p < size] == found


def sensitive(function, size: int, position: int) -> list[int]:
    """The positions of a row on which a value depends."""
    row = torch.linspace(1, 2, size, dtype=torch.float64).reshape(1, 1, size).requires_grad_()
    (gradient,) = torch.autograd.grad(function(row).flatten()[position], row)
    return gradient.flatten().nonzero().flatten().tolist()


def seen_by(windows, position: int) -> list[int]:
    seen, stride = windows
    times, r = divmod(position, len(seen))
    return [offset + stride * times for offset in seen[r]]
