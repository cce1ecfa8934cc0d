from collections import Counter

import numpy as np
import pytest
import torch
from PIL import Image as Picture

from convscope.data.dataset import Dataset
from convscope.data.preprocess import Preprocessing
from convscope.errors import BadImage
from convscope.prediction.pictures import Pictures, pictures_of, stratified

STORED = torch.randint(0, 256, (5, 3, 11, 13), dtype=torch.uint8)


def dataset(names=("a", "b", "c", "d", "e")) -> Dataset:
    return Dataset(
        images=STORED,
        targets=torch.tensor([0, 1, 1, 0, 1]),
        names=names,
        target_names=("ant", "bee"),
    )


def preprocessing(size) -> Preprocessing:
    return Preprocessing(size=size, resize=min(size), channels=3, mean=(0.5,) * 3, std=(0.2,) * 3)


def test_data_sets_follow_each_other_with_their_words():
    pictures = pictures_of("both", [dataset(), dataset(("f", "g", "h", "i", "j"))]).subset([8, 1])
    assert pictures.names == ("i", "b")
    assert pictures.labels == ("ant", "bee")
    np.testing.assert_array_equal(pictures.pixels(0), STORED[3].permute(1, 2, 0).numpy())


def test_stored_images_of_the_right_size_are_taken_as_they_are_and_others_prepared():
    pictures = pictures_of("set", [dataset()])
    assert pictures.stored(2, preprocessing((11, 13))).equal(STORED[2])
    smaller = preprocessing((5, 7))
    expected = smaller.store(STORED[2].permute(1, 2, 0).numpy())
    assert pictures.stored(2, smaller).equal(expected)


def test_a_file_is_read_when_it_is_asked_for(tmp_path):
    file = tmp_path / "new.png"
    pictures = Pictures(title="one", names=("new",), labels=(None,), places=(file,))
    with pytest.raises(BadImage):
        pictures.pixels(0)
    Picture.fromarray(np.full((11, 13, 3), 7, np.uint8)).save(file)
    assert pictures.stored(0, preprocessing((5, 7))).unique().tolist() == [7]


def test_points_are_no_labels():
    faces = Dataset(
        images=STORED[:2],
        targets=torch.rand(2, 1, 2),
        names=("a", "b"),
        target_names=("nose",),
        task="points",
    )
    assert pictures_of("faces", [faces]).labels == (None, None)


def test_each_label_keeps_its_share():
    labels = ["a"] * 500 + ["b"] * 300 + [None] * 200
    kept = stratified(labels, 100)
    assert kept == sorted(set(kept)) == stratified(labels, 100)
    assert Counter(labels[i] for i in kept) == {"a": 50, "b": 30, None: 20}
    assert stratified(labels, 1000) == list(range(1000))


def test_more_labels_than_places_are_cut_too():
    assert len(stratified([str(i) for i in range(53)], 17)) == 17
