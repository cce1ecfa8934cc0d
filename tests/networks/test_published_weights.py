"""The course's trained weights, through our data, preprocessing, networks and evaluation."""

import pytest

from convscope.data.dataset import Dataset
from convscope.data.loading import load_data
from convscope.data.preprocess import fit_preprocessing
from convscope.evaluation.evaluate import answers_on
from convscope.evaluation.report import Report, report_on
from convscope.networks.build import build_network
from convscope.prediction.model import Model
from convscope.prediction.weights import put_weights, read_weights


def report(dataset: Dataset, network: str, normalization: str, weights) -> Report:
    c, h, w = dataset.image_shape
    names = dataset.class_names
    net = build_network(network, num_classes=len(names), in_channels=c, input_size=(h, w))
    put_weights(net, read_weights(weights), weights.name)
    preprocessing = fit_preprocessing(dataset.images, normalization)
    model = Model(net=net, preprocessing=preprocessing, target_names=names)
    return report_on(answers_on(model, dataset), dataset.labels, names, data="", part="test")


@pytest.fixture(scope="module")
def cifar10_test(shared_data) -> Dataset:
    return load_data("cifar10").test


def test_the_courses_mlp_is_right_on_9817_of_10000_digits(shared_data):
    test = load_data("mnist").test
    found = report(test, "mlp", "0..1", shared_data / "seed" / "mnist_model.pt")
    assert (found.correct, found.total) == (9817, 10_000)


@pytest.mark.parametrize(
    ("file", "correct"), [("model_cifar.pt", 7378), ("model_augmented.pt", 7668)]
)
def test_the_courses_cnn_is_right_on_as_many_photographs(shared_data, cifar10_test, file, correct):
    found = report(cifar10_test, "cnn", "-1..1", shared_data / "seed" / file)
    assert (found.correct, found.total) == (correct, 10_000)
