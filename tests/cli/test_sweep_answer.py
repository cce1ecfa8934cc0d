import pytest

from convscope.cli.sweep_answer import again, conclude, measured, told
from convscope.training.sweep import sweep

FIELDS = {
    "network": "mlp",
    "network_arguments": {"hidden": 3},
    "epochs": 1,
    "threads": 1,
    "precision": "float32",
    "memory_format": "contiguous",
}


def shown(capfd, grid, **words) -> tuple[str, str]:
    conclude(sweep("digits-cnn", grid, fields={**FIELDS, **words}))
    return capfd.readouterr()


def test_seeds_are_told_as_means_with_their_spread(capfd, monkeypatch):
    out, _ = shown(capfd, {"learning_rate": (0.001, 0.01), "seed": (1, 2)})
    assert "over 2 seeds" in out
    lines = out.split("over 2 seeds")[1].splitlines()[1:4]
    heading = lines[0].split("  ")
    assert [word.strip() for word in heading if word.strip()] == [
        "learning_rate", "mean loss", "mean accuracy", "lowest to highest",
    ]  # fmt: skip
    for line in lines[1:]:
        _, mean, *_, low, _, high = line.split()
        assert float(low) <= float(mean) <= float(high)


def test_without_seeds_there_is_one_table(capfd):
    out, _ = shown(capfd, {"batch_size": (64, 128)})
    assert "seeds" not in out
    assert out.startswith("on validation, the best first")
    assert "chosen on validation: batch_size=" in out


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [("loss", 0.12345, "0.1235"), ("accuracy", 0.5, "50.00 %"), ("loss", None, "-")],
)
def test_numbers_are_written_for_people(metric, value, text):
    assert measured(metric, value) == text


def test_words_are_written_for_people(own_place):
    assert told("loss") == "validation loss"
    assert told("accuracy") == "accuracy"
    assert again(own_place / "my sweep").endswith("my sweep'")
