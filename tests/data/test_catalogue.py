import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import load_digits

from convscope.data.catalogue import CATALOGUE


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_data_set_says_what_it_is_and_how_its_files_are_checked(name):
    source = CATALOGUE[name]
    assert all([source.title, source.images, source.licence, source.recipe])
    assert source.home.startswith("http" if name != "faces" else "convscope/data/")
    if source.published is not None:
        assert bool(source.published.mirrors) != (source.published.archive is not None)
        hashes = list(source.published.files.values())
        assert all(len(bytes.fromhex(md5)) == 16 for md5 in hashes)
        assert len(set(hashes)) == len(hashes)


def test_digits_are_scikit_learns():
    whole, test = CATALOGUE["digits"].read(None)
    truth = load_digits()
    assert test is None
    assert whole.images.shape == (1797, 1, 8, 8)
    assert_array_equal(whole.images[:, 0], np.rint(truth.images * 255 / 16))
    assert_array_equal(whole.labels, truth.target)
    assert whole.class_names == tuple(str(name) for name in truth.target_names)


# yann.lecun.com/exdb/mnist: digits 0 to 9
MNIST_TRAIN = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
MNIST_TEST = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_mnist_has_its_published_counts(shared_data):
    pool, test = CATALOGUE["mnist"].read(None)
    assert pool.images.shape == (60_000, 1, 28, 28)
    assert test.images.shape == (10_000, 1, 28, 28)
    assert pool.class_counts() == MNIST_TRAIN
    assert test.class_counts() == MNIST_TEST
    assert pool.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert (pool.names[7], test.names[7]) == ("train/7", "test/7")


def test_cifar10_has_its_published_counts_and_upright_colours(shared_data):
    pool, test = CATALOGUE["cifar10"].read(None)
    assert pool.images.shape == (50_000, 3, 32, 32)
    assert test.images.shape == (10_000, 3, 32, 32)
    assert pool.class_counts() == [5000] * 10
    assert test.class_counts() == [1000] * 10
    words = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship")
    assert pool.class_names == test.class_names == (*words, "truck")
    # the sky is above and blue: in the upper rows of airplanes blue outweighs red
    sky = pool.images[pool.labels == 0][:, :, :8].float().mean((0, 2, 3))
    ground = pool.images[pool.labels == 0][:, :, -8:].float().mean((0, 2, 3))
    assert sky[2] > sky[0] + 10
    assert sky.sum() > ground.sum()
