import dataclasses

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch.testing import assert_close

from convscope.data.dataset import Dataset, Splits, channel_statistics
from convscope.data.scheme import Scheme
from convscope.errors import BadData

N, C, H, W = 5, 3, 11, 13


def dataset(**changes) -> Dataset:
    fields = {
        "images": torch.from_numpy(
            np.random.default_rng(0).integers(0, 256, (N, C, H, W), dtype=np.uint8)
        ),
        "targets": torch.tensor([0, 1, 1, 0, 1]),
        "names": list("abcde"),
        "target_names": ("ant", "bee", "cow"),
    }
    return Dataset(**{**fields, **changes})


def test_a_dataset_knows_its_sizes_and_words():
    whole = dataset()
    assert len(whole) == N
    assert whole.image_shape == (C, H, W)
    assert whole.class_names == ("ant", "bee", "cow")
    assert whole.labels.tolist() == [0, 1, 1, 0, 1]
    assert whole.class_counts() == [2, 3, 0]


def test_a_dataset_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        dataset().names = []


def test_a_subset_keeps_image_target_name_and_group_together_in_the_order_asked():
    whole = dataset(groups=tuple("vwxyz"))
    for at in ([4, 0, 2], torch.tensor([4, 0, 2])):
        part = whole.subset(at)
        assert_close(part.images, whole.images[[4, 0, 2]])
        assert part.targets.tolist() == [1, 0, 1]
        assert part.names == ["e", "a", "c"]
        assert part.groups == ("z", "v", "x")
        assert part.target_names == whole.target_names


def test_channel_statistics_equal_numpys():
    images = dataset().images
    mean, deviation = channel_statistics(images)
    values = images.numpy().astype(np.float64) / 255
    assert_allclose(mean, values.mean((0, 2, 3)), rtol=1e-12)
    assert_allclose(deviation, values.std((0, 2, 3)), rtol=1e-12)


def test_a_description_counts_images_and_classes():
    whole = dataset()
    mean, deviation = channel_statistics(whole.images)
    assert whole.describe() == {
        "images": N,
        "shape": [C, H, W],
        "classes": {"ant": 2, "bee": 3, "cow": 0},
        "mean": mean,
        "deviation": deviation,
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"images": torch.zeros(N, C, H, W)}, "uint8 is needed"),
        ({"images": torch.zeros(N, H, W, dtype=torch.uint8)}, r"\(n, c, h, w\)"),
        ({"targets": torch.tensor([0, 1])}, "5 images, 2 targets and 5 names"),
        ({"names": ["a"]}, "5 images, 5 targets and 1 names"),
        ({"groups": ("a", "b")}, "one of each per image"),
        ({"targets": torch.tensor([0, 1, 3, 0, 1])}, "run from 0 to 3, but there are 3"),
        ({"targets": torch.tensor([0, -1, 2, 0, 1])}, "run from -1 to 2"),
        (
            {
                "images": torch.zeros(0, C, H, W, dtype=torch.uint8),
                "targets": torch.zeros(0, dtype=torch.long),
                "names": [],
            },
            "not a single image",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(changes, words):
    with pytest.raises(BadData, match=words):
        dataset(**changes)


def test_only_a_classification_has_labels_and_class_names():
    points = dataset(task="points", targets=torch.rand(N, 3, 2))
    for read in (lambda: points.labels, lambda: points.class_names, points.class_counts):
        with pytest.raises(BadData, match="a data set of points has no"):
            read()
    assert points.subset([1]).task == "points"


def test_the_parts_are_found_by_their_names():
    whole = dataset()
    parts = [whole.subset([0, 1]), whole.subset([2]), whole.subset([3, 4])]
    splits = Splits(
        name="some", train=parts[0], validation=parts[1], test=parts[2], fingerprint="f"
    )
    assert [splits[part] for part in ("train", "validation", "test")] == parts
    assert splits.counts() == {"train": 2, "validation": 1, "test": 2}


def points(**changed) -> Dataset:
    return dataset(**{"task": "points", "targets": torch.rand(N, 3, 2), **changed})


def test_points_are_counted_where_they_are_known():
    targets = torch.rand(N, 3, 2)
    targets[:2, 1] = torch.nan
    found = points(targets=targets, scheme=Scheme(pairs=((0, 2),)))
    assert found.num_outputs == 6
    assert dataset().num_outputs == 3
    assert found.target_counts() == [N, N - 2, N]
    assert found.describe()["points"]["bee"] == N - 2
    assert found.subset([1, 0]).scheme == found.scheme
    assert torch.equal(found.subset([3]).targets, targets[[3]])


@pytest.mark.parametrize("targets", [
    torch.rand(N, 2, 2), torch.rand(N, 3, 3), torch.rand(N, 3, 2, dtype=torch.float64),
    torch.full((N, 3, 2), torch.nan), torch.full((N, 3, 2), torch.inf),
])  # fmt: skip
def test_points_of_another_shape_or_none_at_all_are_refused(targets):
    with pytest.raises(BadData, match="point"):
        points(targets=targets)


def test_balanced_weights_make_every_class_count_the_same():
    dataset = Dataset(
        images=torch.zeros(5, 1, 2, 2, dtype=torch.uint8),
        targets=torch.tensor([0, 0, 0, 0, 1]),
        names=list("abcde"),
        target_names=("x", "y", "z"),
    )
    assert dataset.balanced_weights() == pytest.approx([5 / 12, 5 / 3, 0])
