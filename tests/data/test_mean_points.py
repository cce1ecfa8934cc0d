import torch
from torch.testing import assert_close

from convscope.data.dataset import Dataset
from convscope.data.mean_points import guessed_points, mean_points
from convscope.data.placement import place

NAMES = ("a", "b", "c")


def dataset(points: torch.Tensor, sizes: torch.Tensor | None = None) -> Dataset:
    n = len(points)
    return Dataset(
        images=torch.zeros(n, 1, 20, 20, dtype=torch.uint8),
        targets=points,
        names=[str(i) for i in range(n)],
        target_names=NAMES,
        sizes=sizes,
        task="points",
    )


def test_the_mean_is_a_fraction_of_the_image_where_no_size_is_known():
    points = torch.tensor([[[3.5, 9.5], [0, 0], [-0.5, 19.5]], [[7.5, 9.5], [2, 4], [-0.5, 19.5]]])
    points[0, 1] = torch.nan
    mean = mean_points(dataset(points))
    assert_close(mean, torch.tensor([[0.3, 0.5], [0.125, 0.225], [0.0, 1.0]]))
    assert_close(guessed_points(mean, dataset(points))[1, 0], torch.tensor([5.5, 9.5]))


def test_a_place_in_pictures_of_two_shapes_is_the_same_fraction_of_each():
    sizes, fraction = torch.tensor([[40, 10], [15, 60]]), torch.tensor([0.2, 0.7])
    stored = []
    for w, h in sizes.tolist():
        there = fraction * torch.tensor([w, h]) - 0.5
        stored.append(place(w, h, (20, 20), 20, "pad").to_image(there))
    points = torch.stack(stored)[:, None].expand(2, 3, 2).clone()
    mean = mean_points(dataset(points, sizes))
    assert_close(mean, fraction.expand(3, 2))
    assert_close(guessed_points(mean, dataset(points, sizes)), points, atol=1e-4, rtol=1e-4)


def test_a_point_that_is_never_known_has_no_mean():
    points = torch.ones(2, 3, 2)
    points[:, 2] = torch.nan
    mean = mean_points(dataset(points))
    assert mean[2].isnan().all()
    assert not mean[:2].isnan().any()
