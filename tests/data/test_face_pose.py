import torch
from torch.testing import assert_close

from convscope.data.face_pose import NAMES, POINTS, Draws, along, posed
from convscope.seed import generator


def draws(n: int, value: float | None = None) -> Draws:
    if value is not None:
        return Draws(torch.full((n, 60), value))
    return Draws(torch.rand(n, 60, generator=generator("poses")))


def test_draws_are_taken_one_column_after_the_other():
    table = torch.rand(3, 5)
    taken = Draws(table)
    assert_close(taken.between(2.0, 4.0), 2 + 2 * table[:, 0])
    assert torch.equal(taken.take(2), table[:, 1:3])
    assert_close(taken.between(-1.0, 0.0), table[:, 3] - 1)


def test_a_face_that_looks_straight_ahead_is_its_own_mirror_image():
    pose = posed(draws(1, 0.5), 48)
    middle = pose.points["chin"][0, 0]
    for name in NAMES:
        if name.startswith("left"):
            other = pose.points[name.replace("left", "right")][0]
            assert_close(2 * middle - pose.points[name][0, 0], other[0], atol=1e-3, rtol=0)
            assert_close(pose.points[name][0, 1], other[1], atol=1e-3, rtol=0)
    assert_close(pose.across, torch.tensor([[1.0, 0.0]]))


def test_points_stay_in_the_image_and_the_eyes_above_the_mouth():
    pose = posed(draws(500), 48)
    everything = torch.stack(list(pose.points.values()), 1)
    assert everything.shape == (500, len(POINTS), 2)
    assert everything.min() > 0
    assert everything.max() < 47
    down = (pose.points["mouth_top"] - pose.points["left_pupil"]) * pose.down
    assert (down.sum(1) > 0).all()
    opened = (pose.points["mouth_bottom"] - pose.points["mouth_top"]) * pose.down
    assert (opened.sum(1) > 0).all()


def test_the_way_along_is_a_unit_and_a_length():
    unit, length = along(torch.zeros(1, 2), torch.tensor([[3.0, 4.0]]))
    assert_close(unit, torch.tensor([[0.6, 0.8]]))
    assert_close(length, torch.tensor([5.0]))
