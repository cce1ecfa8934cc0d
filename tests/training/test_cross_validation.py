"""Every training image is answered by a model that has not seen it: nothing here may leak."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
import torch
from torch.testing import assert_close

from convscope.data.dataset import Dataset, Splits
from convscope.data.preprocess import fit_preprocessing
from convscope.data.split import content_hashes, cut
from convscope.errors import BadData, BadModel
from convscope.evaluation.evaluate import answers_on
from convscope.evaluation.suspects import find_suspects
from convscope.evaluation.test_set import read_answers, read_openings
from convscope.prediction.folder import read_config
from convscope.prediction.model import Model
from convscope.training import cross_validation, plan
from convscope.training.cross_validation import cross_validate, read_cross_validated
from convscope.training.retraining import Subject, find_subject
from convscope.training.run import train


@dataclass
class Seen:
    """The images of each training, and the model and images of each answering, in order."""

    learned: list[Dataset] = field(default_factory=list)
    answered: list[tuple[Model, Dataset]] = field(default_factory=list)


@pytest.fixture
def seen(monkeypatch) -> Seen:
    """What goes into batches to learn from, and what is answered for the cross-validation."""
    seen, batches = Seen(), plan.TrainingBatches

    def learning(dataset, *args, **fields):
        seen.learned.append(dataset)
        return batches(dataset, *args, **fields)

    def answering(model, dataset):
        seen.answered.append((model, dataset))
        return answers_on(model, dataset)

    monkeypatch.setattr(plan, "TrainingBatches", learning)
    monkeypatch.setattr(cross_validation, "answers_on", answering)
    return seen


@pytest.fixture
def subject(bars, recipe) -> Callable[..., Subject]:
    """A run of the recipe of these fields on bars, or on other splits."""

    def make(splits: Splits = bars, **fields) -> Subject:
        return find_subject(train(recipe(**fields), data=splits).folder, data=splits)

    return make


def right_share(logits: torch.Tensor, labels: torch.Tensor) -> float:
    return (logits.argmax(1) == labels).float().mean().item()


def contents(*datasets: Dataset) -> set[bytes]:
    return {one for dataset in datasets for one in content_hashes(dataset.images)}


def noise(n: int) -> Dataset:
    """Pictures (3, 5, 7) with labels that have nothing to do with them."""
    random = torch.Generator().manual_seed(5)
    return Dataset(
        images=torch.randint(0, 256, (n, 3, 5, 7), generator=random, dtype=torch.uint8),
        targets=torch.randint(0, 2, (n,), generator=random),
        names=[str(i) for i in range(n)],
        target_names=("ant", "bee"),
    )


def test_each_training_image_is_answered_by_a_model_that_has_not_seen_it(bars, subject, seen):
    run = subject()
    seen.learned.clear()
    cross_validate(run)
    assert len(seen.learned) == len(seen.answered) == 3
    for learned, (model, answered) in zip(seen.learned, seen.answered, strict=True):
        assert not contents(learned) & contents(answered)
        assert contents(learned) | contents(answered) == contents(bars.train)
        assert model.preprocessing == fit_preprocessing(learned.images)  # the mean saw none either
    names = [name for _, answered in seen.answered for name in answered.names]
    assert sorted(names) == sorted(bars.train.names)


def test_validation_and_test_are_neither_learned_from_nor_answered(bars, subject, seen):
    run = subject()
    seen.learned.clear()
    cross_validate(run)
    used = contents(*seen.learned, *(dataset for _, dataset in seen.answered))
    assert used == contents(bars.train)
    assert not used & contents(bars.validation, bars.test)
    assert len(read_openings(run.folder)) == 1  # by the training


def test_the_answers_stand_in_the_order_of_the_training_part(bars, subject, seen):
    logits = cross_validate(subject())
    assert logits.shape == (64, 2)
    row = {name: i for i, name in enumerate(bars.train.names)}
    for model, answered in seen.answered:
        own = model.logits(model.preprocessing.normalize(answered.images))
        assert_close(logits[[row[name] for name in answered.names]], own)


def test_labels_that_are_noise_are_learned_by_heart_and_yet_only_guessed(subject, seen):
    splits = cut("noise", noise(210), None, validation=0.2)
    run = subject(splits, epochs=10, network_arguments={"hidden": [64]})
    seen.learned.clear()
    logits = cross_validate(run)
    for learned, (model, _) in zip(seen.learned, seen.answered, strict=True):
        assert right_share(answers_on(model, learned), learned.labels) > 0.95
    # by guessing, 135 answers are this far from a half once in 5,000 times
    assert right_share(logits, splits.train.labels) == pytest.approx(0.5, abs=0.16)


def test_wrong_labels_among_the_training_images_are_found(bars, subject):
    wrong = [2, 17, 31, 50]
    labels = bars.train.labels.clone()
    labels[wrong] = 1 - labels[wrong]
    splits = replace(bars, train=replace(bars.train, targets=labels), fingerprint="mislabelled")
    fields = {"network": "cnn", "network_arguments": {"hidden": 16}, "optimizer": "adamw"}
    logits = cross_validate(subject(splits, epochs=8, learning_rate=0.005, **fields))
    assert right_share(logits, bars.train.labels) > 0.9
    assert logits[wrong].argmax(1).equal(bars.train.labels[wrong])
    assert find_suspects(logits, labels)[0].index in wrong


def test_equal_pictures_and_groups_are_never_on_both_sides(bars, subject, seen):
    train_part = bars.train
    images = train_part.images.clone()
    images[[5, 9, 23]] = images[[40, 41, 42]]
    groups = tuple(f"patient {i // 5}" for i in range(len(train_part)))
    grouped = replace(train_part, images=images, groups=groups)
    run = subject(replace(bars, train=grouped, fingerprint="grouped"))
    seen.learned.clear()
    cross_validate(run)
    for learned, (_, answered) in zip(seen.learned, seen.answered, strict=True):
        assert learned.groups is not None
        assert answered.groups is not None
        assert not set(learned.groups) & set(answered.groups)
        assert not contents(learned) & contents(answered)
        assert len(learned) + len(answered) == len(grouped)


def test_the_answers_are_found_again_but_only_for_the_same_weights(bars, subject):
    run = subject()
    assert read_cross_validated(run.folder, run.weights_sha256) is None
    logits = cross_validate(run)
    weights_sha256 = read_config(run.folder)["weights_sha256"]
    stored = read_cross_validated(run.folder, weights_sha256)
    assert stored is not None
    assert_close(stored[0], logits, rtol=0, atol=0)
    assert stored[1].equal(bars.train.labels)
    assert read_cross_validated(run.folder, "0" * 64) is None


def test_other_stored_answers_are_left_alone(subject):
    run = subject(epochs=1)
    before = [read_answers(run.folder, run.weights_sha256, part) for part in ("test", "validation")]
    cross_validate(run)
    for part, stored in zip(("test", "validation"), before, strict=True):
        assert stored is not None
        assert_close(read_answers(run.folder, run.weights_sha256, part), stored)


def test_damaged_answers_are_a_bad_model(subject):
    run = subject(epochs=1)
    cross_validate(run)
    (path,) = run.folder.glob("cross_validated*")
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(BadModel, match="cross_validated_logits.safetensors is damaged"):
        read_cross_validated(run.folder, run.weights_sha256)


def test_twice_it_says_the_same(subject):
    run = subject(epochs=1, augment="shift:2")
    assert_close(cross_validate(run), cross_validate(run), rtol=0, atol=0)


def test_a_schedule_made_for_all_epochs_is_run_to_its_end(subject):
    run, said = subject(epochs=3), []
    cross_validate(run, said.append)
    assert said == [
        f"cross-validation, part {part} of 3: epoch {epoch}/3"
        for part in (1, 2, 3)
        for epoch in range(4)
    ]


def test_under_a_constant_schedule_it_stops_where_the_run_was_best(subject):
    run, said = subject(epochs=12, learning_rate=0.1, schedule="constant"), []
    assert 0 < run.best_epoch < 12
    cross_validate(run, said.append)
    assert said[-1] == f"cross-validation, part 3 of 3: epoch {run.best_epoch}/{run.best_epoch}"
    assert len(said) == 3 * (run.best_epoch + 1)


def test_a_run_that_was_best_untrained_still_learns_an_epoch(subject):
    run, said = subject(schedule="constant"), []
    cross_validate(replace(run, best_epoch=0), said.append)
    assert said[-1].endswith("epoch 1/1")


def test_images_that_cannot_be_taken_apart_are_refused_and_leave_nothing(bars, subject):
    twins = replace(bars.train, groups=tuple(str(i % 2) for i in range(len(bars.train))))
    run = subject(replace(bars, train=twins, fingerprint="twins"))
    with pytest.raises(BadData, match="64 images in 2 groups cannot be cut in 3 parts"):
        cross_validate(run)
    assert read_cross_validated(run.folder, run.weights_sha256) is None
