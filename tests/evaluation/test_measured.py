import dataclasses
import json

import numpy as np
import pytest
import torch
from torch import nn
from torch.testing import assert_close

from convscope.data.coordinates import as_answers
from convscope.data.dataset import Dataset
from convscope.data.preprocess import Preprocessing
from convscope.errors import BadData
from convscope.evaluation.evaluate import evaluate
from convscope.evaluation.measured import (
    error_of_guessing,
    mean_to_store,
    points_for,
    read_scores,
    scores_of,
    stored_mean,
)
from convscope.evaluation.points_report import PointsReport
from convscope.evaluation.report import Report
from convscope.prediction.model import Model
from tests.data.marked import spots_in_memory


@pytest.fixture(scope="module")
def spots():
    return spots_in_memory()


class Middle(nn.Module):
    """Answers with the middle of the image, three times."""

    def forward(self, images):
        return images.new_zeros(len(images), 6)


def model(spots, side: int = 17) -> Model:
    return Model(
        net=Middle(),
        preprocessing=Preprocessing(
            size=(side, side), resize=side, channels=1, mean=(0.0,), std=(1.0,), crop="pad"
        ),
        target_names=spots.train.target_names,
        task="points",
        scheme=spots.train.scheme,
        provenance={"data": {"mean_points": mean_to_store(spots.train)}},
    )


def test_a_report_on_points_has_guessing_beside_it(spots):
    report = evaluate(model(spots), spots)
    assert isinstance(report, PointsReport)
    errors = (spots.test.targets - 8).norm(dim=2)
    known = spots.test.targets.numpy()
    flat = torch.from_numpy(np.linalg.norm(np.nanmax(known, 1) - np.nanmin(known, 1), axis=1))
    expected = (errors / flat[:, None]).nanmean(1).mean().item()
    assert report.error == pytest.approx(expected, rel=1e-5)
    assert report.guess == pytest.approx(error_of_guessing(spots.train, spots.test), rel=1e-5)
    assert report.unit == "the diagonal of the box around the points"


def test_scores_are_read_back_by_their_kind(spots):
    report = evaluate(model(spots), spots)
    assert read_scores(json.loads(json.dumps(report.to_json()))) == report
    logits, labels = torch.eye(3), torch.tensor([0, 1, 1])
    classes = Model(
        net=Middle(), preprocessing=model(spots).preprocessing, target_names=("a", "b", "c")
    )
    told = scores_of(classes, logits, labels, None, data="d", part="test")
    assert isinstance(told, Report)
    assert type(read_scores(json.loads(json.dumps(told.to_json())))) is Report


def test_the_mean_survives_its_storing_with_points_that_were_never_known(spots):
    never = spots.train.targets.clone()
    never[:, 2] = torch.nan
    stored = mean_to_store(dataclasses.replace(spots.train, targets=never))
    assert stored[2] == [None, None]
    mean = stored_mean({"mean_points": json.loads(json.dumps(stored))})
    assert mean is not None
    assert_close(mean[:2], (never[:, :2].mean(0) + 0.5) / 17)
    assert mean[2].isnan().all()
    assert stored_mean({}) is None
    assert stored_mean(None) is None


def test_points_are_matched_by_name_and_put_where_the_model_sees_them(spots):
    names = spots.test.target_names
    turned = dataclasses.replace(
        spots.test,
        targets=spots.test.targets[:, [2, 0, 1]],
        target_names=(names[2], names[0], names[1]),
    )
    assert_close(points_for(model(spots), turned), spots.test.targets, equal_nan=True)
    larger = points_for(model(spots, 34), turned)
    assert_close(larger, (spots.test.targets + 0.5) * 2 - 0.5, equal_nan=True)
    same = evaluate(model(spots, 34), turned)
    assert same.error == pytest.approx(evaluate(model(spots), spots.test).error, rel=1e-4)
    assert same.guess == pytest.approx(evaluate(model(spots), spots.test).guess, rel=1e-4)


def test_other_points_and_other_tasks_are_refused(spots):
    other = dataclasses.replace(spots.test, target_names=("left_spot", "right_spot", "tail"))
    with pytest.raises(BadData, match="do not have the same points"):
        evaluate(model(spots), other)
    classes = Dataset(
        images=spots.test.images,
        targets=torch.zeros(len(spots.test), dtype=torch.long),
        names=spots.test.names,
        target_names=("a",),
    )
    with pytest.raises(BadData, match="has classes, and the model answers with points"):
        evaluate(model(spots), classes)


def test_perfect_answers_have_no_error(spots):
    answers = as_answers(spots.test.targets.nan_to_num(3.0), (17, 17))
    report = scores_of(model(spots), answers, spots.test.targets, None, data="d", part="test")
    assert report.error == pytest.approx(0, abs=1e-6)
    assert report.guess is None
