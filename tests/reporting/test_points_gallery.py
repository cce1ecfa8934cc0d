import base64
import dataclasses
import io
import re

import numpy as np
import pytest
from PIL import Image as Picture

from convscope.reporting.points_gallery import BETWEEN, WORST, between, overlay, three, worst
from tests.reporting.points_run import clues, located, spots  # noqa: F401


def means(clues):  # noqa: F811
    return np.nanmean(clues.errors.numpy(), 1)


def test_the_best_the_median_and_the_worst_are_what_they_say(clues):  # noqa: F811
    errors = sorted(means(clues))
    told = [shown["error"] for shown in three(clues)]
    assert told == pytest.approx([errors[0], errors[(len(errors) - 1) // 2], errors[-1]])


def test_the_worst_come_worst_first_and_the_others_in_order(clues):  # noqa: F811
    errors = sorted(means(clues))
    assert [shown["error"] for shown in worst(clues)] == pytest.approx(errors[::-1][:WORST])
    told = [shown["error"] for shown in between(clues)]
    assert told == sorted(told)
    assert len(told) == BETWEEN


def test_an_overlay_is_the_picture_with_its_points_as_paths(clues):  # noqa: F811
    shown = overlay(clues, 2)
    known = ~clues.points[2].isnan().any(1)
    dots = re.findall(r"M([-\d.]+) ([-\d.]+)h0", shown["truth"])
    np.testing.assert_allclose(np.array(dots, float), clues.points[2][known].numpy(), atol=0.06)
    assert len(re.findall("h0", shown["found"])) == 3
    assert len(re.findall("L", shown["apart"])) == int(known.sum())
    content = base64.b64decode(shown["picture"].partition(",")[2])
    assert Picture.open(io.BytesIO(content)).size == (17, 17)


def test_without_data_there_are_points_and_no_picture(clues):  # noqa: F811
    bare = dataclasses.replace(clues, dataset=None)
    assert overlay(bare, 0)["picture"] is None
    assert overlay(bare, 0)["name"] == "test 0"
