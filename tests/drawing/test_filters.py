import numpy as np
import pytest
import torch

from convscope.drawing.figure import DARK, LIGHT, as_bytes
from convscope.drawing.filters import draw_filters, filter_pictures


def test_each_filter_has_its_own_scale_with_zero_in_the_middle():
    weight = torch.tensor([[-2.0, 0.0, 1.0], [0.01, -0.005, 0.0]]).reshape(2, 1, 1, 3)
    pictures = filter_pictures(weight)
    assert pictures.dtype == np.uint8
    assert pictures[..., 0].tolist() == [[[0, 128, 191]], [[255, 64, 128]]]
    assert (pictures == pictures[..., :1]).all()


def test_channels_are_colours():
    weight = torch.tensor([1.0, 0.0, -1.0]).reshape(1, 3, 1, 1)
    assert filter_pictures(weight).tolist() == [[[[255, 128, 0]]]]


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf")])
def test_filters_without_numbers_are_grey(value):
    weight = torch.full((2, 3, 5, 7), value, dtype=torch.bfloat16, requires_grad=True)
    assert filter_pictures(weight).shape == (2, 5, 7, 3)
    assert (filter_pictures(weight) == 128).all()


def test_filters_lie_in_a_grid_on_the_paper(theme):
    weight = torch.linspace(-1, 1, 10 * 9).reshape(10, 1, 3, 3)
    figure = draw_filters(weight, theme)
    sheet = figure.axes[0].images[0].get_array()
    tile = 3 * 10 + 2  # each weight 10 pixels wide, a line around the filter
    assert sheet.shape == (2 * tile + 4, 5 * tile + 4 * 4, 3)
    assert sheet[tile, 0].tolist() == as_bytes(theme.paper).tolist()
    assert sheet[0, 0].tolist() == as_bytes(theme.frame).tolist()
    sixth = filter_pictures(weight)[5]
    assert (sheet[tile + 4 + 1 :: 10, 1:31:10][:3] == sixth).all()
    assert figure.axes[0].get_title() == "10 filters of 1 x 3 x 3; grey is 0"


def test_of_many_filters_the_first_64_are_shown_and_it_is_said():
    figure = draw_filters(torch.randn(1500, 3, 5, 5), DARK)
    assert figure.axes[0].get_title() == "the first 64 of 1,500 filters of 3 x 5 x 5; grey is 0"
    assert figure.axes[0].images[0].get_array().shape == (8 * 32 + 7 * 4, 8 * 32 + 7 * 4, 3)


def test_the_rows_of_a_linear_layer_are_shown_smaller_than_they_are():
    weight = torch.tensor([-1.0, 1.0]).repeat(2 * 74 * 37).reshape(2, 1, 74, 74)
    sheet = draw_filters(weight, LIGHT).axes[0].images[0].get_array()
    assert sheet.shape == (34, 2 * 34 + 4, 3)
    assert abs(sheet[1:33, 1:33].mean() - 127.5) < 1
