import json

import numpy as np
import pytest
import torch
from scipy.stats import bootstrap
from torch.testing import assert_close

from convscope.errors import BadData
from convscope.evaluation.metrics import wilson_interval
from convscope.evaluation.points_report import (
    PointsReport,
    bootstrap_interval,
    report_on_points,
)

NAN = float("nan")
ERRORS = torch.tensor([[0.02, 0.04, NAN], [0.08, 0.10, 0.12], [NAN, NAN, NAN], [0.01, 0.02, 0.03]])
NAMES = ["nose", "ear", "tail"]


def report(errors=ERRORS, guessed=None, **more) -> PointsReport:
    return report_on_points(errors, guessed, NAMES, unit="a hand", data="dogs", part="test", **more)


def test_the_error_is_the_mean_over_images_of_the_mean_over_their_points():
    told = report()
    assert told.error == pytest.approx((0.03 + 0.10 + 0.02) / 3)
    assert told.median == pytest.approx(0.03)
    assert (told.total, told.measured, told.points) == (4, 3, 8)
    assert "1 of 4 images cannot be measured" in told.notes[0]


def test_shares_count_the_images_below_each_error():
    told = report()
    assert [row["images"] for row in told.shares] == [2, 2, 2 + int(ERRORS[1].mean() < 0.1)]
    assert told.shares[0]["interval"] == list(wilson_interval(2, 3))
    assert [row["below"] for row in told.shares] == [0.05, 0.08, 0.1]


def test_each_point_has_its_own_mean():
    told = report(guessed=ERRORS * 3)
    assert [row["known"] for row in told.per_point] == [3, 3, 2]
    assert told.per_point[2]["error"] == pytest.approx(0.075)
    assert told.per_point[2]["guess"] == pytest.approx(0.225)
    assert told.guess == pytest.approx(3 * told.error)
    assert report().guess is None
    assert report().per_point[0]["guess"] is None


def test_a_point_that_is_never_known_has_no_error():
    never = ERRORS.clone()
    never[:, 1] = NAN
    told = report(never)
    assert (told.per_point[1]["known"], told.per_point[1]["error"]) == (0, None)
    json.dumps(told.to_json(), allow_nan=False)


def test_where_nothing_can_be_measured_that_is_said():
    with pytest.raises(BadData, match="a hand is known in none"):
        report(torch.full((5, 3), NAN))


def test_the_interval_is_that_of_scipys_bootstrap():
    values = torch.rand(67, generator=torch.Generator().manual_seed(2)) ** 3
    low, high = bootstrap_interval(values)
    truth = bootstrap((values.numpy(),), np.mean, method="percentile", rng=3, n_resamples=5000)
    expected = truth.confidence_interval
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.01)
    assert bootstrap_interval(values) == (low, high)
    assert low < values.mean() < high


def test_a_report_survives_json_and_an_opening_keeps_its_headline():
    told = report(notes=["a note"])
    again = PointsReport.from_json(json.loads(json.dumps(told.to_json())))
    assert again == told
    assert told.to_json()["task"] == "points"
    assert told.headline() == {"error": told.error, "total": 4, "interval": list(told.interval)}
    assert_close(torch.tensor(again.interval), torch.tensor(told.interval))
