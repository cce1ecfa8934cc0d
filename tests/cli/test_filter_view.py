import torch

from convscope.cli.filter_view import View, measured, plain, size_words


def test_an_answer_is_summed_up_in_numbers():
    answer = torch.tensor([[-3.0, 0, 0], [1, 2, 6]]).reshape(1, 1, 2, 3)
    numbers = measured(answer)
    assert numbers == {
        "size": [2, 3],
        "smallest": -3,
        "largest": 6,
        "mean": 1,
        "below_zero": 1 / 6,
    }
    assert size_words(numbers) == "2 x 3"


def test_rounding_is_no_sign():
    numbers = measured(torch.tensor([[-1e-9, 0, 300, -300]], dtype=torch.float64)[None, None])
    assert (numbers["mean"], numbers["below_zero"]) == (0, 0.25)


def test_a_plain_picture_has_its_channels_last():
    images = torch.arange(3 * 2 * 5, dtype=torch.uint8).reshape(1, 3, 2, 5)
    assert plain(images)[1, 4].tolist() == [9, 19, 29]


def test_a_view_may_be_a_picture_alone():
    assert (View(pictures={}).numbers, View(pictures={}).lines) == ({}, ())
