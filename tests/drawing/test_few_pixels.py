import pytest
import torch

from convscope.drawing.few_pixels import few_pixels


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((720, 1280), (9, 16)),
        ((1280, 720), (16, 9)),
        ((28, 28), (12, 12)),
        ((5, 7), (5, 7)),
        ((9, 16), (9, 16)),
        ((2, 500), (2, 72)),
        ((1, 1000), (1, 144)),
        ((100, 3000), (8, 16)),
    ],
)
def test_a_picture_is_made_so_small_that_a_film_of_it_can_be_watched(size, small):
    image = torch.rand(1, *size).double() * 255
    shown = few_pixels(image)
    assert shown.shape == (1, *small)
    if size == small:
        assert shown is image
    else:
        assert torch.equal(shown, shown.round())


def test_a_smaller_picture_is_the_means_of_the_middle():
    image = torch.zeros(1, 24, 100).double()
    image[:, :, 38:62] = 100  # what is kept are columns 26 to 73
    image[:, 12:, 38:62] = 200
    shown = few_pixels(image)
    assert shown.shape == (1, 8, 16)
    assert shown[0, :, 0].tolist() == [0] * 8
    assert shown[0, :, 8].tolist() == [100] * 4 + [200] * 4
