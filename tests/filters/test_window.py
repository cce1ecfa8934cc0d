import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from convscope.errors import BadValue
from convscope.filters.window import (
    as_floats,
    check_images,
    check_place,
    read_window,
    slides,
)
from tests.filters.cases import each_axis


@st.composite
def windows(draw):
    """An image's sizes, and a window that fits: kernel_size, stride, padding, dilation."""
    kernel = draw(each_axis(st.integers(1, 4), 2))
    dilation, stride = (draw(each_axis(st.integers(1, 3), 2)) for _ in range(2))
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    sizes = [span + draw(st.integers(0, 6)) for span in spans]
    return sizes, kernel, stride, draw(each_axis(st.integers(0, 3), 2)), dilation


@given(windows())
def test_the_window_reads_the_pixels_that_unfold_lays_out(case):
    sizes, kernel, stride, padding, dilation = case
    image = torch.arange(1.0, 3 * sizes[0] * sizes[1] + 1).reshape(3, *sizes)
    columns = F.unfold(image[None], kernel, dilation, padding, stride)[0]  # (c * kh * kw, steps)
    axes = slides(sizes, kernel, stride, padding, dilation)
    assert axes[0].steps * axes[1].steps == columns.shape[1]
    for index in {0, columns.shape[1] // 2, columns.shape[1] - 1}:
        steps = divmod(index, axes[1].steps)
        covered = [axis.covers(step) for axis, step in zip(axes, steps, strict=True)]
        patch, inside = read_window(image, covered, outside=0.0)
        torch.testing.assert_close(patch, columns[:, index].double().reshape(3, *kernel))
        torch.testing.assert_close(inside, patch[0] > 0)
        counted = [axis.counted(step, False) for axis, step in zip(axes, steps, strict=True)]
        assert counted[0] * counted[1] == inside.sum()


@given(windows())
def test_what_a_cell_meets_is_what_the_steps_cover_at_that_cell(case):
    for axis in slides(*case):
        met = [list(axis.meets(cell)) for cell in range(axis.cells)]
        covered = [list(axis.covers(step)) for step in range(axis.steps)]
        assert met == [list(positions) for positions in zip(*covered, strict=True)]


def test_a_window_cut_by_the_edge_counts_what_is_left():
    (axis,) = slides([7], 3, 3, 1, ceil=True)
    assert [axis.counted(step, False) for step in range(axis.steps)] == [2, 3, 2]
    assert [axis.counted(step, True) for step in range(axis.steps)] == [3, 3, 3]
    (axis,) = slides([8], 4, 3, 0, ceil=True)
    covered = [axis.covers(step) for step in range(axis.steps)]
    assert covered == [range(4), range(3, 7), range(6, 10)]
    assert [axis.counted(step, True) for step in range(axis.steps)] == [4, 4, 2]


def test_padding_in_words():
    before = [(axis.before, axis.after) for axis in slides([7, 11], (3, 4), padding="same")]
    assert before == [(1, 1), (1, 2)]
    assert [axis.before for axis in slides([7, 11], (3, 4), padding="valid")] == [0, 0]


def test_errors_name_the_whole_image():
    with pytest.raises(BadValue, match="kernel_size 7 does not fit an image of 5x11 with"):
        slides([5, 11], 7)
    with pytest.raises(BadValue, match="kernel_size 7 does not fit a length of 5 with padding 0"):
        slides([5], 7)
    with pytest.raises(BadValue, match=r"stride \(1, 2, 3\) has 3 numbers for 2 axes"):
        slides([5, 11], 3, (1, 2, 3))


@pytest.mark.parametrize("shape", [(5, 7), (1, 1, 1, 1, 1)])
def test_images_are_a_batch_in_one_or_two_dimensions(shape):
    with pytest.raises(BadValue, match="give .n, c, h, w., or .n, c, length. in one dimension"):
        check_images(torch.zeros(shape))


@pytest.mark.parametrize("at", [(0, 3, 0, 0), (0, 0, 0), (0, 0, -1, 0), (0, 0, 0, 0, 0)])
def test_a_place_lies_in_the_output(at):
    check_place((1, 2, 4, 6), (2, 3, 5, 7), "channel")
    with pytest.raises(BadValue, match=r"\(n, channel, row, column\), .* than \(2, 3, 5, 7\)"):
        check_place(at, (2, 3, 5, 7), "channel")


def test_whole_numbers_become_floats_and_floats_stay():
    assert as_floats(torch.zeros(3, dtype=torch.uint8)).dtype == torch.float32
    assert as_floats(torch.zeros(3, dtype=torch.float64)).dtype == torch.float64
