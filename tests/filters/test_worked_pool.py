import torch

from convscope.filters.pool import explain_pool

PICTURES = torch.tensor([[1.0, 5, 2, 3, 4], [6, 0, -2, 9, 8], [7, 7, 3, 1, 0]])[None, None]


def test_a_maximum_as_it_is_read():
    assert explain_pool(PICTURES, "max", at=(0, 0, 0, 1)).lines() == [
        "image 0, channel 0, output row 0, column 1",
        "the window covers rows 0..1, columns 2..3",
        "max(2, 3, -2, 9) = 9, from row 1, column 3",
    ]


def test_a_mean_as_it_is_read():
    worked = explain_pool(PICTURES, "average", at=(0, 0, 0, 1))
    assert worked.lines()[-1] == "(2 + 3 - 2 + 9)/4 = 3"
    assert worked.text.splitlines() == worked.lines()


def test_padding_is_counted_or_not():
    counted = explain_pool(PICTURES, "average", 3, 2, 1, at=(0, 0, 0, 0))
    assert counted.lines()[1:] == [
        "the window covers rows -1..1, columns -1..1; 5 of 9 pixels lie outside",
        "(1 + 5 + 6 + 0)/9 = 1.33333",
    ]
    left_out = explain_pool(PICTURES, "average", 3, 2, 1, count_include_pad=False, at=(0, 0, 0, 0))
    assert left_out.lines()[2] == "(1 + 5 + 6 + 0)/4 = 3"
    assert counted.divisor == 9
    assert left_out.divisor == 4


def test_one_dimension_has_positions():
    worked = explain_pool(PICTURES[:, :, 1], "max", 3, 2, 1, at=(0, 0, 2))
    assert worked.lines() == [
        "image 0, channel 0, output position 2",
        "the window covers positions 3..5; 1 of 3 pixels lie outside",
        "max(9, 8) = 9, from position 3",
    ]
    assert worked.inside.tolist() == [True, True, False]


def test_a_maximum_over_no_pixel_has_no_place():
    worked = explain_pool(torch.ones(1, 1, 1), "max", 2, 1, 1, 2, at=(0, 0, 0))
    assert worked.lines()[1:] == [
        "the window covers positions -1, 1; 2 of 2 pixels lie outside",
        "max() = -inf",
    ]
