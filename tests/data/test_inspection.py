import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from convscope.data.dataset import Dataset, Origin, Splits
from convscope.data.inspection import inspect, mean_images
from convscope.data.split import fingerprint
from tests.data.marked import spots_in_memory

N, C, H, W = 97, 3, 17, 19
NAMES = ("ant", "bee", "cow")


def dataset(labels: list[int], seed: int, word: str) -> Dataset:
    """Noise, no two pictures alike."""
    shape = (len(labels), C, H, W)
    return Dataset(
        images=torch.from_numpy(
            np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
        ),
        targets=torch.tensor(labels),
        names=[f"{word}/{i}.png" for i in range(len(labels))],
        target_names=NAMES,
    )


def splits(train: Dataset | None = None, **origin) -> Splits:
    parts = [
        train or dataset([0, 1, 2] * 11, 0, "train"),
        dataset([0, 1, 2] * 3, 1, "val"),
        dataset([0, 1, 2] * 5, 2, "test"),
    ]
    return Splits(
        name="noise",
        train=parts[0],
        validation=parts[1],
        test=parts[2],
        fingerprint=fingerprint(*parts),
        origin=Origin(source="noise", **origin) if origin else None,
    )


def of_sizes(usual: list[tuple[int, int]], odd: dict[str, tuple[int, int]]) -> Dataset:
    whole = dataset([i % 3 for i in range(len(usual) + len(odd))], 0, "train")
    names = [*whole.names[: len(usual)], *odd]
    return replace(whole, names=names, sizes=torch.tensor([*usual, *odd.values()]))


def decided(found: Splits) -> dict[str, str]:
    return {decision.name: decision.sentence for decision in inspect(found).decisions}


def test_where_nothing_is_wrong_nothing_is_to_be_decided():
    found = inspect(splits())
    assert found.decisions == ()
    assert found.counts["test"] == {"ant": 5, "bee": 5, "cow": 5}
    assert found.imbalance == 1
    assert found.class_weights == dict.fromkeys(NAMES, 1.0)


def test_imbalance_is_told_with_the_weights_that_remedy_it():
    labels = [0] * 23 + [1] * 5 + [2] * 11
    found = inspect(splits(dataset(labels, 0, "train")))
    assert found.imbalance == 23 / 5
    assert found.class_weights == {"ant": 39 / 69, "bee": 39 / 15, "cow": 39 / 33}
    (decision,) = found.decisions
    assert decision.name == "imbalance"
    assert "bee: it has 5 to learn from, ant 23, 4.6 times as many" in decision.sentence


def test_a_copy_across_parts_and_a_label_that_differs_need_a_decision():
    whole = splits()
    train = replace(whole.train, images=whole.train.images.clone())
    train.images[4] = whole.test.images[4]
    train.images[7] = train.images[5]
    said = decided(replace(whole, train=train))
    assert set(said) == {"leaks", "labels"}
    assert "train/4.png = test/4.png" in said["leaks"]
    assert "1 in train and test" in said["leaks"]
    assert "train/5.png = train/7.png" in said["labels"]


def test_a_copy_within_train_with_the_same_label_is_only_a_fact():
    whole = splits()
    train = replace(whole.train, images=whole.train.images.clone())
    train.images[6] = train.images[3]
    found = inspect(replace(whole, train=train))
    assert [found.name(pair.second) for pair in found.alike] == ["train/6.png"]
    assert found.decisions == ()


@pytest.mark.parametrize(
    ("labels", "name", "said"),
    [
        ([0, 1] * 11, "empty", "cow: train has none"),
        ([0, 1] * 11 + [2], "single", "cow: there is one to learn from"),
    ],
)
def test_a_class_with_no_or_one_picture_is_told(labels, name, said):
    assert said in decided(splits(dataset(labels, 0, "train")))[name]


def test_a_single_class_is_told():
    parts = {
        part: Dataset(images=d.images, targets=d.targets * 0, names=d.names, target_names=("ant",))
        for part in ("train", "validation", "test")
        for d in [splits()[part]]
    }
    assert "ant is the only one" in decided(replace(splits(), **parts))["one class"]


def test_what_was_met_while_loading_is_told():
    said = decided(
        splits(
            broken=(("a.png", "is cut off"), ("b.png", "is empty")),
            copies=(("train/1.png", "test/2.png"),),
            empty=("dog",),
        )
    )
    assert "2 files that cannot be used: a.png (is cut off); b.png (is empty)" in said["broken"]
    assert "train/1.png = test/2.png" in said["copies"]
    assert "dog" in said["empty"]


def test_odd_sizes_are_listed_and_many_of_them_need_a_decision():
    odd = {"long": (100, 30), "tiny": (8, 9), "tall": (30, 90)}
    found = inspect(splits(of_sizes([(40, 30)] * 30, odd)))
    assert {name for name, _, _ in found.odd_sizes} == set(odd)
    assert "long (100 x 30)" in {d.name: d.sentence for d in found.decisions}["sizes"]
    assert inspect(splits(of_sizes([(40, 30)] * 300, odd))).decisions == ()


def test_pictures_that_are_all_long_are_not_odd():
    assert inspect(splits(of_sizes([(90, 30 + i % 3) for i in range(30)], {}))).odd_sizes == ()


def test_mean_images_are_the_means_of_the_classes():
    whole = dataset([i % 2 for i in range(N)], 5, "x")
    means = mean_images(whole)
    assert means.shape == (3, C, H, W)
    for label in range(2):
        expected = whole.images[whole.labels == label].double().mean(0) / 255
        assert_close(means[label].double(), expected, rtol=1e-6, atol=1e-6)
    assert not means[2].any()


def test_everything_is_json_with_names():
    whole = splits(broken=(("a.png", "is cut off"),))
    train = replace(whole.train, images=whole.train.images.clone())
    train.images[4] = whole.test.images[4]
    told = json.loads(json.dumps(inspect(replace(whole, train=train)).to_json()))
    assert told["alike"] == [
        {
            "first": {"part": "train", "name": "train/4.png"},
            "second": {"part": "test", "name": "test/4.png"},
            "exact": True,
            "correlation": 1.0,
            "same_label": True,
        }
    ]
    assert [decision["name"] for decision in told["decisions"]] == ["broken", "leaks"]


def test_points_that_are_known_in_no_image_of_a_part_need_a_decision():
    spots = spots_in_memory()
    found = inspect(spots)
    assert (found.decisions, found.class_weights) == ((), {})
    assert found.counts["train"]["left_spot"] == len(spots.train)
    assert 0 < found.counts["train"]["<i>seldom</i>"] < len(spots.train)
    never = spots.test.targets.clone()
    never[:, 1] = torch.nan
    bare = inspect(replace(spots, test=replace(spots.test, targets=never)))
    (decision,) = bare.decisions
    assert decision.sentence == (
        "Add coordinates of right_spot: they are known in no image of test."
    )


def test_equal_pictures_with_points_are_told_across_parts():
    spots = spots_in_memory()
    images = spots.train.images.clone()
    images[0] = spots.test.images[2]
    (pair,) = inspect(replace(spots, train=replace(spots.train, images=images))).alike
    assert (pair.exact, pair.same_label) == (True, True)
