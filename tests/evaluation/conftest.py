"""Two small data sets and a small model: every part of an evaluation can be written down."""

from pathlib import Path

import pytest
import torch

from convscope.data.dataset import Dataset, Splits
from convscope.data.preprocess import fit_preprocessing
from convscope.data.split import fingerprint
from convscope.evaluation.report import report_on
from convscope.evaluation.test_set import record_opening, save_answers, write_report
from convscope.networks.mlp import MLP
from convscope.prediction.folder import save_config, save_weights
from convscope.prediction.model import Model
from convscope.seed import generator, seeded

NAMES = ("ant", "bee", "cat", "dog", "eel")


def make_dataset(n: int, shape: tuple[int, int, int] = (1, 11, 13)) -> Dataset:
    """Noise with a label each, of every class."""
    drawn = generator("pictures", n, shape)
    return Dataset(
        images=torch.randint(0, 256, (n, *shape), generator=drawn, dtype=torch.uint8),
        targets=torch.arange(n) % len(NAMES),
        names=[str(i) for i in range(n)],
        target_names=NAMES,
    )


@pytest.fixture
def dataset() -> Dataset:
    return make_dataset(47)


@pytest.fixture
def splits() -> Splits:
    parts = make_dataset(61), make_dataset(23), make_dataset(31)
    train, validation, test = parts
    return Splits(
        name="noise",
        train=train,
        validation=validation,
        test=test,
        fingerprint=fingerprint(*parts),
    )


@pytest.fixture
def model(splits: Splits) -> Model:
    with seeded("model"):
        net = MLP(num_classes=5, in_channels=1, input_size=(11, 13), hidden=(17,), dropout=0.5)
    return Model(
        net=net.train(),
        preprocessing=fit_preprocessing(splits.train.images),
        target_names=NAMES,
        network="mlp",
        network_arguments={"hidden": [17], "dropout": 0.5},
    )


@pytest.fixture
def run(model: Model, splits: Splits, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that a training on `splits` leaves, its test set opened once."""
    folder = Path("runs/noise-1")
    folder.mkdir(parents=True)
    weights_sha256 = save_weights(folder, model.net)
    data = {
        "name": splits.name,
        "source": splits.name,
        "options": {"validation": 0.3, "split_seed": 7},
        "fingerprint": splits.fingerprint,
        "test_fingerprint": fingerprint(splits.test),
    }
    logits = model.logits(model.preprocessing.normalize(splits.test.images))
    labels = splits.test.labels
    save_answers(folder, logits, labels, weights_sha256)
    report = report_on(logits, labels, NAMES, data=splits.name, part="test")
    write_report(folder, report)
    record_opening(folder, "train", report, weights_sha256)
    save_config(folder, model, {"data": data, "weights_sha256": weights_sha256})

    def load(name: str, *, validation: float = 0.2, split_seed: int = 0) -> Splits:
        assert (name, validation, split_seed) == ("noise", 0.3, 7)
        return splits

    monkeypatch.setattr("convscope.evaluation.evaluate.load_data", load)
    return folder
