"""What the recipes promise, trained for real."""

import statistics

import pytest

from convscope.training.run import train


def mean_accuracy(recipe: str, seeds: int) -> float:
    accuracies = []
    for seed in range(seeds):
        report = train(recipe, seed=seed, precision="float32").report
        assert report is not None
        accuracies.append(report.accuracy)
    print(recipe, [f"{100 * accuracy:.2f}" for accuracy in accuracies])
    return statistics.mean(accuracies)


@pytest.mark.slow
def test_the_embedded_digits_are_learned_in_seconds():
    assert mean_accuracy("digits-cnn", seeds=5) >= 0.97


@pytest.mark.slow
@pytest.mark.usefixtures("shared_data")
@pytest.mark.parametrize(
    ("recipe", "least"),
    [
        ("mnist-mlp", 0.982),
        ("mnist-cnn", 0.992),
        ("cifar10-cnn", 0.753),
        ("cifar10-cnn-augmented", 0.77),
    ],
)
def test_the_mean_of_three_seeds_reaches_what_the_recipe_promises(recipe, least):
    assert mean_accuracy(recipe, seeds=3) >= least
