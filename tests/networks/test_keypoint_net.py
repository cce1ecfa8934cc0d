import torch
from torch.testing import assert_close

from convscope.networks.keypoint_net import KeypointNet, centres_of_mass
from convscope.seed import seeded


def test_a_map_that_is_bright_at_one_place_answers_with_it():
    maps = torch.zeros(2, 3, 5, 7)
    maps[0, 0, 4, 1] = maps[0, 1, 0, 6] = maps[1, 2, 2, 3] = 50.0
    found = centres_of_mass(maps)
    assert_close(found[0, 0], torch.tensor([(2 * 1 + 1) / 7 - 1, (2 * 4 + 1) / 5 - 1]))
    assert_close(found[0, 1], torch.tensor([6 / 7, -4 / 5]))
    assert_close(found[1, 2], torch.zeros(2), atol=1e-6, rtol=0)
    assert_close(found[1, 0], torch.zeros(2), atol=1e-6, rtol=0)  # the same everywhere: the middle


def test_two_equal_places_answer_with_their_middle():
    maps = torch.full((1, 1, 4, 4), -99.0)
    maps[0, 0, 0, 0] = maps[0, 0, 2, 2] = 3.0
    assert_close(centres_of_mass(maps)[0, 0], torch.tensor([-0.25, -0.25]))


def test_answers_never_leave_the_image():
    with seeded("keypoints"):
        net = KeypointNet(14, 1)
        answers = net(100 * torch.randn(5, 1, 31, 37))
    assert answers.shape == (5, 14)
    assert answers.abs().max() < 1


def test_its_parameters_are_counted():
    """Convolutions without bias, norms of two numbers a map, 1x1 and 3x3 with bias, by hand."""

    def block(a: int, b: int) -> int:
        return 9 * a * b + 9 * b * b + a * b + 3 * 2 * b

    w = 16
    stem = 25 * 3 * w + 2 * w
    blocks = block(w, 2 * w) + block(2 * w, 3 * w) + block(3 * w, 4 * w)
    laterals = (4 * w * w + 2 * w) + (12 * w * w + 4 * w) + (16 * w * w + 4 * w)
    up, maps = 9 * 8 * w * w + 4 * w, 9 * 2 * w * 68 + 68
    total = stem + blocks + laterals + up + maps
    assert sum(p.numel() for p in KeypointNet(136).parameters()) == total == 166_612
