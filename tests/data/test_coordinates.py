import torch
from torch.nn import functional as F
from torch.testing import assert_close

from convscope.data.coordinates import as_answers, in_pixels, known

SIZE = (11, 17)


def test_the_edges_are_minus_one_and_one_as_grid_sample_counts_them():
    image = torch.rand(1, 1, *SIZE, generator=torch.Generator().manual_seed(0))
    points = torch.tensor([[[0.0, 0.0], [16.0, 10.0], [5.0, 7.0]]])
    grid = as_answers(points, SIZE).view(1, 1, 3, 2)
    seen = F.grid_sample(image, grid, align_corners=False)[0, 0, 0]
    assert_close(seen, image[0, 0, [0, 10, 7], [0, 16, 5]])


def test_pixels_are_the_inverse_of_answers():
    answers = torch.rand(5, 14, generator=torch.Generator().manual_seed(1)) * 2 - 1
    assert_close(as_answers(in_pixels(answers, SIZE), SIZE), answers)
    assert_close(in_pixels(torch.tensor([[-1.0, -1.0, 1.0, 1.0, 0.0, 0.0]]), SIZE)[0],
                 torch.tensor([[-0.5, -0.5], [16.5, 10.5], [8.0, 5.0]]))  # fmt: skip


def test_points_outside_or_not_a_number_are_not_known():
    nan = float("nan")
    points = torch.tensor([[[-0.5, 10.5], [16.5, -0.5], [16.6, 3.0], [3.0, 10.6], [nan, nan]]])
    assert known(points, SIZE).tolist() == [[True, True, False, False, False]]
