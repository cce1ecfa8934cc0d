import dataclasses

import pytest
import torch
from torch import nn

from convscope.data.augment import read_augment
from convscope.data.batches import Batches, TrainingBatches
from convscope.data.coordinates import as_answers
from convscope.data.moving_points import Mirror
from convscope.data.preprocess import fit_preprocessing
from convscope.data.scheme import Scheme
from convscope.errors import BadModel, BadNetwork, BadValue
from convscope.evaluation.evaluate import evaluate
from convscope.evaluation.points import points_loss
from convscope.evaluation.points_report import PointsReport
from convscope.evaluation.test_set import read_openings
from convscope.prediction.folder import load_model, read_config
from convscope.training.objective import Classification, build_objective
from convscope.training.plan import make_plan
from convscope.training.points import PointsObjective, augmentation_of, without_unknown_flip
from convscope.training.recipe import Recipe
from convscope.training.run import resume, train
from tests.data.marked import FIELDS, spots_in_memory


@pytest.fixture(scope="module")
def spots():
    return spots_in_memory()


def recipe(**fields) -> Recipe:
    return Recipe().changed(**{**FIELDS, **fields})


class Fixed(nn.Module):
    def __init__(self, answers):
        super().__init__()
        self.answers = nn.Parameter(answers)

    def forward(self, images):
        return self.answers[: len(images)]


def test_the_objective_is_the_loss_of_points_and_measures_the_same(spots):
    train_part = spots.train
    objective = build_objective(recipe(loss="smooth-l1"), train_part)
    assert isinstance(objective, PointsObjective)
    answers = as_answers(train_part.targets.nan_to_num(8.0) + 1.0, (17, 17))
    net, images = Fixed(answers), torch.zeros(len(answers), 1, 17, 17)
    expected = points_loss(answers, train_part.targets, (17, 17), "smooth-l1")
    torch.testing.assert_close(objective.loss(net, (images, train_part.targets)), expected)
    preprocessing = fit_preprocessing(train_part.images)
    measured = objective.measure(net, Batches(train_part, preprocessing, 500))
    assert measured["loss"] == pytest.approx(expected.item())
    assert objective.task.metrics == ("loss", "error")


@pytest.mark.parametrize(("fields", "told"), [
    ({"label_smoothing": 0.1}, "label_smoothing is for classes"),
    ({"class_weights": "balanced"}, "class_weights is for classes"),
    ({"loss": "cross-entropy"}, "cross-entropy is for classes"),
    ({"augment": "mixup"}, "mixup"),
])  # fmt: skip
def test_what_is_for_classes_is_refused(spots, fields, told):
    with pytest.raises(BadValue, match=told):
        make_plan("custom", recipe(**fields), data=spots)


def test_a_loss_for_points_is_refused_for_classes(spots):
    classes = dataclasses.replace(
        spots.train, task="classes", targets=torch.zeros(len(spots.train), dtype=torch.long)
    )
    with pytest.raises(BadValue, match="wing is for points"):
        build_objective(recipe(loss="wing"), classes)
    assert isinstance(build_objective(recipe(loss="cross-entropy"), classes), Classification)


def test_a_flip_that_was_asked_for_needs_pairs_and_the_recipes_own_goes_without(spots):
    unknown = dataclasses.replace(spots.train, scheme=Scheme())
    asked = recipe(augment="flip")
    assert without_unknown_flip("points", asked, unknown) is asked
    with pytest.raises(BadValue, match=r"pairs\.csv"):
        augmentation_of(read_augment("flip"), unknown)
    from convscope.training.catalogue import CATALOGUE

    named = CATALOGUE["points"].recipe
    left = without_unknown_flip("points", named, unknown)
    assert "flip" not in left.augment
    assert left.augment in named.augment
    assert without_unknown_flip("points", named, spots.train) is named
    assert named.augment.split("+")[0].startswith("flip")


def test_classes_keep_their_flip(spots):
    classes = dataclasses.replace(
        spots.train,
        task="classes",
        scheme=None,
        targets=torch.zeros(len(spots.train), dtype=torch.long),
    )
    from convscope.training.catalogue import CATALOGUE

    folder = CATALOGUE["folder"].recipe
    assert without_unknown_flip("folder", folder, classes) is folder
    assert augmentation_of(read_augment("flip"), classes) == read_augment("flip")


def test_training_batches_hand_on_moved_points(spots):
    steps = augmentation_of(read_augment("flip:1.0"), spots.train)
    assert isinstance(steps[0], Mirror)
    batches = TrainingBatches(
        spots.train, fit_preprocessing(spots.train.images), 500, seed=0, augment=steps
    )
    _, targets = next(batches.epoch(1))
    assert targets.shape == spots.train.targets.shape
    # the mirrored left spot is the right one's place again, for the spots are mirror images
    known = {tuple(row) for row in spots.train.targets[:, 0].tolist()}
    assert {tuple(row) for row in targets[:, 0].tolist()} == known


def test_the_variants_of_an_image_come_with_their_points(spots):
    steps = augmentation_of(read_augment("shift:3"), spots.train)
    preprocessing = fit_preprocessing(spots.train.images)
    batches = TrainingBatches(spots.train, preprocessing, 5, seed=0, augment=steps)
    images, points = batches.varied(3, 7)
    assert torch.equal(images, batches.variants(3, 7))
    assert points.shape == (7, 3, 2)
    assert len({tuple(row) for row in points[:, 0].tolist()}) > 1


def test_a_run_on_points_leaves_a_whole_folder(spots, own_place):
    run = train(recipe(epochs=4, augment="flip"), data=spots, out=own_place / "run")
    assert isinstance(run.report, PointsReport)
    assert run.history.columns[4:6] == ["validation_loss", "validation_error"]
    assert run.history["validation_error"][-1] < run.history["validation_error"][0]
    config = read_config(run.folder)
    assert (config["task"], config["scheme"]["pairs"]) == ("points", [[0, 1]])
    assert len(config["data"]["mean_points"]) == 3
    assert read_openings(run.folder)[0]["error"] == run.report.error
    assert evaluate(run.folder) == run.report
    again = evaluate(load_model(run.folder), spots)
    assert again.error == pytest.approx(run.report.error)
    assert again.guess == pytest.approx(run.report.guess)
    found = run.model.predict(spots.test.images[0].permute(1, 2, 0).numpy())
    assert found.names == spots.test.target_names


def test_a_run_that_goes_on_learns_the_same(spots, own_place):
    whole = train(recipe(epochs=3), data=spots, out=own_place / "whole")
    from convscope.training.run import train_watched

    class Stops:
        def begin(self, plan, state, folder):
            self.state = state

        def batches(self, batches):
            for batch in batches:
                yield batch
                if self.state.position.step == 4:
                    return

        def records(self, records):
            return records

    train_watched(recipe(epochs=3), data=spots, out=own_place / "half", onlooker=Stops())
    gone_on = resume(own_place / "half", data=spots)
    assert gone_on.history["validation_loss"] == whole.history["validation_loss"]


def test_a_network_must_answer_with_two_numbers_for_each_point(spots):
    class Three(nn.Module):
        def forward(self, images):
            return images.flatten(1)[:, :3]

    with pytest.raises(BadNetwork, match=r"\(2, 6\) is needed"):
        make_plan("custom", recipe(), data=spots, network=Three())


@pytest.mark.parametrize("network", ["cnn", "resnet8"])
def test_every_network_may_learn_points(spots, network):
    plan = make_plan("custom", recipe(network=network, network_arguments={}), data=spots)
    assert plan.net(torch.zeros(2, 1, 17, 17)).shape == (2, 6)
    assert plan.preprocessing.crop == "pad"


def test_studies_for_classes_say_so(spots, own_place):
    from convscope.evaluation.dropout import answer_in_both_modes
    from convscope.training.one_step import take_one_step
    from convscope.training.retraining import find_subject

    run = train(recipe(epochs=1), data=spots, out=own_place / "run")
    pixels = spots.test.images[0].permute(1, 2, 0).numpy()
    for study in (
        lambda: take_one_step(run.model, pixels, "left_spot"),
        lambda: answer_in_both_modes(run.model, pixels),
        lambda: find_subject(run.folder, data=spots),
    ):
        with pytest.raises(BadModel, match="answers with points"):
            study()
