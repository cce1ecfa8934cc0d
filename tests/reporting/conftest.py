"""One tiny run with hostile names, trained once, and copies of it to write pages about."""

import dataclasses
import shutil
from pathlib import Path

import pytest
import torch

from convscope.data.dataset import Dataset, Splits
from convscope.data.split import cut
from convscope.reporting.calibrated import Calibrated, calibrate
from convscope.reporting.evidence import Evidence, gather
from convscope.training.recipe import Recipe
from convscope.training.run import train

HOSTILE = ("<img src=x onerror=alert(1)>", "\"quotes\" & 'quotes' $x$", "=cmd()")
FIELDS = {
    "network": "cnn",
    "network_arguments": {"hidden": 8},
    "epochs": 3,
    "batch_size": 13,
    "learning_rate": 0.05,
    "threads": 1,
    "precision": "float32",
    "memory_format": "contiguous",
    "snapshots": "each-epoch",
}


def small_set(n: int, class_names: tuple[str, ...], side: int = 17) -> Dataset:
    """Grey noise with a bright bar whose place tells the class; hostile picture names."""
    random = torch.Generator().manual_seed(5)
    labels = torch.arange(n) % len(class_names)
    images = torch.randint(0, 90, (n, 1, side, side), generator=random, dtype=torch.uint8)
    for image, label in zip(images, labels.tolist(), strict=True):
        image[0, label % side] = 255
    return Dataset(
        images=images,
        targets=labels,
        names=[f"<b onclick='x'>{i}</b></script><script>alert({i})</script>" for i in range(n)],
        target_names=class_names,
    )


@pytest.fixture(scope="session")
def splits() -> Splits:
    """120 images of three classes."""
    return cut("<i>bars</i>", small_set(120, HOSTILE), None, validation=0.25)


@pytest.fixture(scope="session")
def trained(splits: Splits, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run on them; only to be read and copied."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    return train(Recipe().changed(**FIELDS), data=splits, out=folder).folder


@pytest.fixture(scope="session")
def evidence(trained: Path, splits: Splits) -> Evidence:
    """What is known of it."""
    return gather(trained, data=splits)


@pytest.fixture(scope="session")
def calibrated(evidence: Evidence) -> Calibrated:
    """How far its probabilities can be trusted."""
    return calibrate(evidence.validation, evidence.measured)


@pytest.fixture
def run(trained: Path, own_place: Path) -> Path:
    """A copy of it in the test's own place."""
    return Path(shutil.copytree(trained, own_place / "run"))


def changed(evidence: Evidence, **values) -> Evidence:
    """`evidence` with other values; those of config and report are put into these."""
    config = {**evidence.config, **values.pop("config", {})}
    report = dataclasses.replace(evidence.report, **values.pop("report", {}))
    return dataclasses.replace(evidence, config=config, report=report, **values)
