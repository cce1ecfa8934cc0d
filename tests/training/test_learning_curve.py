"""What more images would buy: each point is a run on a part, the last one the run itself."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from torch.testing import assert_close

from convscope.data.split import content_hashes, hold_out
from convscope.errors import BadModel
from convscope.evaluation.comparison import compare_answers
from convscope.evaluation.evaluate import answers_on
from convscope.evaluation.metrics import wilson_interval
from convscope.evaluation.test_set import read_openings
from convscope.prediction.folder import load_model
from convscope.training import learning_curve, plan
from convscope.training.learning_curve import (
    LearningCurve,
    Point,
    measure_learning_curve,
    read_learning_curve,
)
from convscope.training.retraining import Subject, find_subject
from convscope.training.run import train

FIELDS = {"epochs": 8, "learning_rate": 0.02, "network_arguments": {"hidden": [16]}}
"""All of the bars are enough to learn something, a half is not."""


@pytest.fixture
def subject(bars, recipe) -> Callable[..., Subject]:
    """A run on bars."""

    def make(**fields) -> Subject:
        return find_subject(train(recipe(**{**FIELDS, **fields}), data=bars).folder, data=bars)

    return make


def curve_of(low: float, gain: float, high: float) -> LearningCurve:
    """A curve that differs from others in its gain only."""
    fields = {"correct": 3, "total": 5, "accuracy": 0.6, "interval": (0.2, 0.9)}
    return LearningCurve(
        points=(Point(share=0.5, images=7, **fields), Point(share=1.0, images=13, **fields)),
        gain=gain,
        gain_interval=(low, high),
        weights_sha256="of nothing",
    )


def test_the_last_point_is_what_the_run_itself_reached(bars, recipe):
    run = train(recipe(**FIELDS), data=bars)
    last = measure_learning_curve(find_subject(run.folder, data=bars)).points[-1]
    assert (last.share, last.images, last.total) == (1.0, 64, 16)
    assert last.accuracy == pytest.approx(run.history.best.validation["accuracy"])


def test_the_other_points_are_of_runs_on_those_parts(bars, recipe, subject, monkeypatch):
    models = []

    def answering(model, dataset):
        assert dataset is bars.validation
        models.append(model)
        return answers_on(model, dataset)

    monkeypatch.setattr(learning_curve, "answers_on", answering)
    points = measure_learning_curve(subject()).points
    assert [point.share for point in points] == [0.25, 0.5, 1.0]
    assert len({point.accuracy for point in points}) > 1
    for point, model in zip(points[:-1], models[:-1], strict=True):
        _, part = hold_out(bars.train, point.share)
        run = train(recipe(**FIELDS), data=replace(bars, train=part))
        assert point.accuracy == pytest.approx(run.history.best.validation["accuracy"])
        assert point.images == len(part)
        assert_close(model.net.state_dict(), run.model.net.state_dict(), rtol=0, atol=0)


def test_each_part_has_its_share_of_every_class_and_lies_in_the_next(bars, subject, monkeypatch):
    run, learned, batches = subject(epochs=1), [], plan.TrainingBatches

    def learning(dataset, *args, **fields):
        learned.append(dataset)
        return batches(dataset, *args, **fields)

    monkeypatch.setattr(plan, "TrainingBatches", learning)
    measure_learning_curve(run)
    quarter, half = learned
    counts = bars.train.class_counts()
    assert quarter.class_counts() == [round(count / 4) for count in counts]
    assert half.class_counts() == [round(count / 2) for count in counts]
    one, two, all_of_it = (
        set(content_hashes(dataset.images)) for dataset in (quarter, half, bars.train)
    )
    assert one < two < all_of_it  # so neither validation nor test is ever learned from
    assert len(read_openings(run.folder)) == 1  # by the training


def test_a_points_numbers_belong_together(subject):
    for point in measure_learning_curve(subject(epochs=1)).points:
        assert point.accuracy == point.correct / point.total
        assert point.interval == wilson_interval(point.correct, point.total)


def test_the_gain_is_what_the_second_half_brought(bars, recipe, subject):
    run = subject()
    curve = measure_learning_curve(run)
    assert curve.gain == pytest.approx(curve.points[-1].accuracy - curve.points[-2].accuracy)
    assert curve.gain != 0
    _, half = hold_out(bars.train, 0.5)
    smaller = train(recipe(**FIELDS), data=replace(bars, train=half)).model
    answers = [answers_on(model, bars.validation) for model in (smaller, load_model(run.folder))]
    truth = compare_answers(*answers, bars.validation.labels)
    assert (curve.gain, curve.gain_interval) == (truth.difference, truth.interval)


def test_it_is_kept_in_the_folder_and_read_back_equal(subject):
    run = subject(epochs=1)
    assert read_learning_curve(run.folder, run.weights_sha256) is None
    curve = measure_learning_curve(run)
    assert read_learning_curve(run.folder, run.weights_sha256) == curve
    stored = json.loads((run.folder / "learning_curve.json").read_text())
    assert stored == json.loads(json.dumps(curve.to_json()))
    assert stored["sentence"] == curve.sentence
    assert LearningCurve.from_json(stored) == curve


def test_other_weights_are_not_answered_with_an_old_curve(subject):
    run = subject(epochs=1)
    curve = measure_learning_curve(run)
    assert curve.weights_sha256 == run.weights_sha256
    assert read_learning_curve(run.folder, "0" * 64) is None


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"7", b'{"points": [7]}', b"\xff\xfe{", "half", "a field less"]
)
def test_a_damaged_file_is_a_bad_model(tmp_path, content):
    path = tmp_path / "learning_curve.json"
    path.write_text(json.dumps(curve_of(-0.01, 0.02, 0.05).to_json()))
    fields = json.loads(path.read_text())
    assert read_learning_curve(tmp_path, "of nothing") is not None
    if content == "half":
        content = path.read_bytes()[:99]
    elif content == "a field less":
        del fields["points"][0]["images"]
        content = json.dumps(fields).encode()
    path.write_bytes(content)
    with pytest.raises(BadModel, match="learning_curve.json is damaged: delete it, and measure"):
        read_learning_curve(tmp_path, "of nothing")


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        ((0.001, 0.012, 0.025), "twice as many images would probably help, by less than that"),
        ((-0.012, -0.002, 0.009), "more images of this kind would buy little"),
        ((-0.012, 0.002, 0.011), "it cannot be told from chance whether more images would help"),
    ],
)
def test_the_sentence_says_what_the_interval_allows(interval, said):
    low, gain, high = interval
    sentence = curve_of(low, gain, high).sentence
    assert sentence.startswith(
        f"The second half of the training images brought {100 * gain:+.2f} percentage points on "
        f"validation (95 % interval {100 * low:+.2f} to {100 * high:+.2f}): "
    )
    assert sentence.endswith(f"{said}.")


def test_who_waits_hears_of_each_epoch(subject):
    said: list[str] = []
    measure_learning_curve(subject(epochs=2), told=said.append)
    assert said == [
        f"learning curve, {share}% of the training images: epoch {epoch}/2"
        for share in (25, 50)
        for epoch in range(3)
    ]


def test_a_network_of_your_own_is_named_once_more(bars, recipe, tmp_path):
    (tmp_path / "mine.py").write_text(
        "from torch import nn\n"
        "class Net(nn.Sequential):\n"
        "    def __init__(self, num_classes):\n"
        "        super().__init__(nn.Flatten(), nn.Linear(143, num_classes))\n"
    )
    fields = {**FIELDS, "network": "mine.py:Net", "network_arguments": {}}
    run = train(recipe(**fields), data=bars)
    with pytest.raises(BadModel, match="--network file.py:Class"):
        find_subject(run.folder, data=bars)
    curve = measure_learning_curve(find_subject(run.folder, data=bars, network="mine.py:Net"))
    assert curve.points[-1].accuracy == pytest.approx(run.history.best.validation["accuracy"])
