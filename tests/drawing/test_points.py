import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgba

from convscope.drawing.figure import DARK, LIGHT
from convscope.drawing.points import (
    FOUND,
    TRUE,
    draw_cumulative_errors,
    draw_mean_errors,
    draw_moved_points,
    draw_points,
    draw_points_sheet,
)
from tests.data.marked import spots_in_memory

PICTURE = np.zeros((31, 47, 3), np.uint8)
POINTS = torch.tensor([[3.0, 5.0], [40.0, 20.0], [7.5, 29.0]])


def test_points_lie_on_the_picture_in_its_own_pixels():
    axes = draw_points(PICTURE, POINTS).axes[0]
    (dots,) = axes.collections
    np.testing.assert_allclose(dots.get_offsets(), POINTS.numpy())
    assert tuple(dots.get_facecolor()[0]) == to_rgba(FOUND)
    assert (axes.get_xlim(), axes.get_ylim()) == ((-0.5, 46.5), (30.5, -0.5))


def test_a_line_leads_from_each_known_place_to_where_it_was_found():
    truth = POINTS + 2
    truth[1] = torch.nan
    lines, true, found = draw_points(PICTURE[:, :, :1], POINTS, truth).axes[0].collections
    segments = np.array(lines.get_segments())
    assert segments.shape == (2, 2, 2)
    np.testing.assert_allclose(segments[:, 0], truth[[0, 2]].numpy())
    np.testing.assert_allclose(segments[:, 1], POINTS[[0, 2]].numpy())
    assert tuple(true.get_facecolor()[0]) == to_rgba(TRUE)
    assert len(found.get_offsets()) == 3


def test_a_sheet_shows_the_first_images_each_with_its_points():
    train = spots_in_memory().train
    axes = draw_points_sheet(train, columns=7).axes[0]
    assert len(axes.collections) == len(train)
    ninth = axes.collections[8].get_offsets()  # second row, second column; a gap of one pixel
    np.testing.assert_allclose(ninth[:2], train.targets[8, :2].numpy() + [18, 18])
    assert "3 points" in axes.get_title(loc="left")


def test_moved_points_lie_on_the_images_that_moved_with_them():
    original = torch.rand(1, 31, 47), POINTS
    moved = POINTS.expand(6, 3, 2).clone()
    moved[5, 1, 0] = 60  # out of the image
    left, right = draw_moved_points(original, torch.rand(6, 1, 31, 47), moved, "shift").axes
    np.testing.assert_allclose(left.collections[0].get_offsets(), POINTS.numpy())
    sixth = right.collections[5].get_offsets()  # second row, second column; a gap of two pixels
    np.testing.assert_allclose(sixth, POINTS[[0, 2]].numpy() + [49, 33])


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_curve_climbs_by_an_image_at_each_error(theme):
    axes = draw_cumulative_errors([0.3, 0.1, 0.2, 0.4], [0.5, 0.6], theme).axes[0]
    model, guess = axes.lines
    np.testing.assert_allclose(model.get_xdata(), [10, 20, 30, 40])
    np.testing.assert_allclose(model.get_ydata(), [25, 50, 75, 100])
    np.testing.assert_allclose(guess.get_ydata(), [50, 100])
    assert len(draw_cumulative_errors([0.3], [], theme).axes[0].lines) == 1


def test_circles_are_as_large_as_the_errors():
    radii = torch.tensor([0.1, torch.nan, 0.3])
    axes = draw_mean_errors(POINTS / 50, radii).axes[0]
    assert [circle.get_radius() for circle in axes.patches] == pytest.approx([0.1, 0.3])
    centres = [circle.center for circle in axes.patches]
    np.testing.assert_allclose(centres, [(0.06, 0.1), (0.15, 0.58)], rtol=1e-5)
    low, high = axes.get_ylim()
    assert low > high  # down is down
