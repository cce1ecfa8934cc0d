import pytest

from convscope.data.loading import load_data
from convscope.errors import BadValue, UnknownName
from tests.data.test_catalogue import MNIST_TEST, MNIST_TRAIN


def test_a_loaded_data_set_is_cut_in_three_parts_with_the_published_test(shared_data):
    splits = load_data("mnist", validation=0.1)
    assert splits.test.names == [f"test/{i}" for i in range(10_000)]
    assert splits.test.class_counts() == MNIST_TEST
    assert splits.validation.class_counts() == [round(n * 0.1) for n in MNIST_TRAIN]
    names = {*splits.train.names, *splits.validation.names}
    assert names == {f"train/{i}" for i in range(60_000)}


def test_split_seed_changes_the_cut_and_validation_its_size():
    plain, again, larger = (
        load_data("digits", split_seed=0),
        load_data("digits", split_seed=1),
        load_data("digits", validation=0.5),
    )
    assert set(plain.test.names) != set(again.test.names)
    assert set(plain.test.names) == set(larger.test.names)
    assert len(larger.validation) == pytest.approx(1438 / 2, abs=5)


def test_an_unknown_name_is_answered_with_what_was_meant():
    with pytest.raises(UnknownName, match="'cifar'.*did you mean.*cifar10"):
        load_data("cifar")


def test_an_option_of_folders_is_refused_for_a_set_of_the_catalogue():
    with pytest.raises(BadValue, match="size is for folders of pictures: digits comes as it is"):
        load_data("digits", size=32)
