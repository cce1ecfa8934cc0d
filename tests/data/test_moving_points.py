import pytest
import torch
from torch.testing import assert_close

from convscope.data.augment import read_augment
from convscope.data.moving_points import Mirror, with_points
from convscope.data.scheme import Scheme
from convscope.errors import BadValue
from convscope.seed import generator

H, W = 41, 53
SCHEME = Scheme(pairs=((0, 2),))


def spots(n: int = 7, margin: int = 14) -> tuple[torch.Tensor, torch.Tensor]:
    """Images (n, 1, h, w), black but for a soft spot at each of three points, all well inside."""
    draw = torch.rand(n, 3, 2, generator=generator("spots"))
    points = margin + draw * torch.tensor([W - 1.0 - 2 * margin, H - 1.0 - 2 * margin])
    rows, columns = torch.arange(H).view(H, 1), torch.arange(W)
    apart = (columns - points[..., 0, None, None]) ** 2 + (rows - points[..., 1, None, None]) ** 2
    return torch.exp(-apart / 4.5), points  # a channel for each point


def centres(images: torch.Tensor) -> torch.Tensor:
    weights = images.clamp(min=0.05) - 0.05
    rows, columns = torch.arange(H).view(H, 1), torch.arange(W)
    mass = weights.sum((2, 3))
    x, y = (weights * columns).sum((2, 3)) / mass, (weights * rows).sum((2, 3)) / mass
    return torch.stack([x, y], 2)


@pytest.mark.parametrize("text", [
    "flip:1.0", "flip", "shift:5", "rotate:40", "affine:30:0.08:0.2", "crop:0.8", "colour:0.5",
    "cutout:3", "flip+affine:20:0.05:0.1+shift:2+rotate:10",
])  # fmt: skip
def test_bright_spots_are_where_the_moved_points_say(text):
    images, points = spots()
    n = len(images)
    for step in with_points(read_augment(text), SCHEME, 3):
        draws = torch.rand(n, step.draws, generator=generator("draws", text))
        before = images
        images, points = step(images, points, draws)
        if isinstance(step, Mirror):  # point 0 is now what point 2 was: so are the channels
            mirrored = (images != before).flatten(1).any(1)
            images = torch.where(mirrored.view(-1, 1, 1, 1), images[:, [2, 1, 0]], images)
    moved = text not in ("colour:0.5", "cutout:3")
    assert_close(centres(images), points, atol=0.5, rtol=0) if moved else None
    assert torch.equal(points, spots()[1]) is not moved


def test_a_mirror_swaps_pairs_and_leaves_the_others():
    images, points = spots(2)
    both, moved = Mirror(0.5, (2, 1, 0))(images, points, torch.tensor([[0.2], [0.7]]))
    assert torch.equal(both[0], images[0].flip(2))
    assert torch.equal(both[1], images[1])
    assert torch.equal(moved[1], points[1])
    assert_close(moved[0, :, 0], W - 1 - points[0, [2, 1, 0], 0])
    assert_close(moved[0, :, 1], points[0, [2, 1, 0], 1])


def test_points_that_are_not_known_stay_unknown():
    images, points = spots(3)
    points[1, 2] = torch.nan
    for step in with_points(read_augment("flip:1+affine+shift:3+crop"), SCHEME, 3):
        images, points = step(images, points, torch.full((3, step.draws), 0.3))
    unknown = points.isnan().any(2)
    assert unknown.sum() == 1
    assert unknown[1, 0]  # mirrored: the third is now the first


def test_what_points_cannot_do_is_refused():
    with pytest.raises(BadValue, match="mixup"):
        with_points(read_augment("mixup"), SCHEME, 3)
    with pytest.raises(BadValue, match=r"pairs\.csv"):
        with_points(read_augment("shift+flip"), Scheme(), 3)
    assert with_points(read_augment("shift+colour"), Scheme(), 3) == read_augment("shift+colour")
