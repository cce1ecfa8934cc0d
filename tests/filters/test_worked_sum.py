import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convscope.filters.convolve import explain


def test_the_worked_sum_as_it_is_read():
    pictures = torch.arange(1.0, 31).reshape(1, 2, 3, 5)
    weight = torch.tensor([[[[1.0, 0], [-1, 2]], [[0, 0.5], [-0.25, 0]]]])
    worked = explain(pictures, weight, torch.tensor([0.5]), padding=1, at=(0, 0, 0, 2))
    assert worked.lines() == [
        "image 0, filter 0, output row 0, column 2",
        "pixel*weight over channels 0..1, rows -1..0, columns 1..2; "
        "2 of 4 pixels are padding, read as 0",
        "channel 0: 0*1 + 0*0",
        "         + 2*(-1) + 3*2 = 4",
        "channel 1: 0*0 + 0*0.5",
        "         + 17*(-0.25) + 18*0 = -4.25",
        "channels together: 4 - 4.25 = -0.25",
        "+ bias 0.5",
        "= 0.25",
    ]
    assert worked.text.splitlines() == worked.lines()


def test_one_dimension_has_positions_and_one_channel_needs_no_sum():
    signal = torch.tensor([[[3.0, -2, 5, 7, 11]]])
    worked = explain(signal, torch.tensor([[[2.0, -1, 1]]]), dilation=2, at=(0, 0, 0))
    assert worked.lines() == [
        "image 0, filter 0, output position 0",
        "pixel*weight over channel 0, positions 0, 2, 4",
        "channel 0: 3*2 + 5*(-1) + 11*1 = 12",
        "+ bias 0",
        "= 12",
    ]


@given(st.integers(0, 10**6), st.integers(1, 3), st.integers(1, 4), st.integers(1, 3))
def test_the_lines_add_up(seed, channels, rows, columns):
    """Small whole numbers, so that what is printed is exact."""
    generator = torch.Generator().manual_seed(seed)
    pictures = torch.randint(-9, 10, (2, channels, 5, 7), generator=generator).float()
    weight = torch.randint(-9, 10, (3, channels, rows, columns), generator=generator).float()
    worked = explain(pictures, weight, torch.tensor([1.0, -7, 3]), padding="same", at=(1, 1, 4, 6))
    text = worked.text
    sums = re.findall(r"channel \d+: ([^=]*) = (\S+)", text)
    for added, total in sums:
        assert eval(re.sub(r"\s+", " ", added)) == int(total)
    assert len(sums) == channels
    assert sum(int(total) for _, total in sums) - 7 == worked.total
    assert text.endswith(f"+ bias -7\n= {int(worked.total)}")


def test_numbers_that_are_not_whole_are_shown_to_six_digits():
    worked = explain(torch.full((1, 1, 1), 1 / 3), torch.full((1, 1, 1), 0.1), at=(0, 0, 0))
    assert worked.lines()[2] == "channel 0: 0.333333*0.1 = 0.0333333"
    assert worked.total == pytest.approx(1 / 30)
