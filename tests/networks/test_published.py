import re
from pathlib import Path

import pytest
import torch

from convscope.errors import BadModel
from convscope.networks.build import build_network
from convscope.networks.published import PUBLISHED, published_for

DOCS = Path(__file__).parents[2] / "docs" / "networks.md"


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_network_has_as_many_parameters_as_its_published_weights(name):
    entry = published_for(name)
    c, (h, w) = entry.preprocessing.channels, entry.preprocessing.size
    classes = len(entry.class_names)
    with torch.device("meta"):
        net = build_network(name, num_classes=classes, in_channels=c, input_size=(h, w))
        assert net(torch.zeros(2, c, h, w)).shape == (2, classes)
    parameters = sum(p.numel() for p in net.parameters())
    assert parameters == entry.parameters
    assert entry.megabytes == pytest.approx(parameters * 4e-6, abs=1.5)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_file_is_called_by_the_beginning_of_its_hash(name):
    entry = PUBLISHED[name]
    stem, digits = re.fullmatch(r"(\w+?(?:-owt)?)-([0-9a-f]{8})\.pth", entry.file).groups()
    assert stem.removesuffix("-owt") == name
    assert entry.sha256.startswith(digits)
    assert re.fullmatch("[0-9a-f]{8}|[0-9a-f]{64}", entry.sha256)
    assert entry.url == f"https://download.pytorch.org/models/{entry.file}"
    assert "BSD-3-Clause" in entry.licence


def test_deeper_networks_of_a_family_are_more_accurate():
    for family in (
        ["vgg11", "vgg13", "vgg16", "vgg19"],
        ["vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn"],
        ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"],
        ["alexnet", "squeezenet1_0", "squeezenet1_1"],
    ):
        for share in ("top1", "top5"):
            shares = [getattr(PUBLISHED[name], share) for name in family]
            assert shares == sorted(shares)
            assert 0.56 < shares[0] < shares[-1] < 0.95


@pytest.mark.parametrize("name", PUBLISHED)
def test_all_is_as_torchvision_says_where_that_is_installed(name):
    models = pytest.importorskip(
        "torchvision.models", reason="compares with torchvision, which is not installed"
    )
    entry, theirs = PUBLISHED[name], models.get_model_weights(name).IMAGENET1K_V1
    accuracy, prepared = theirs.meta["_metrics"]["ImageNet-1K"], theirs.transforms()
    assert (entry.url, entry.parameters) == (theirs.url, theirs.meta["num_params"])
    assert (100 * entry.top1, 100 * entry.top5) == pytest.approx(
        (accuracy["acc@1"], accuracy["acc@5"])
    )
    assert list(entry.class_names) == theirs.meta["categories"]
    assert [entry.preprocessing.resize] == prepared.resize_size
    assert [*entry.preprocessing.size] == 2 * prepared.crop_size
    assert [*entry.preprocessing.mean] == prepared.mean
    assert [*entry.preprocessing.std] == prepared.std
    assert prepared.antialias
    assert prepared.interpolation.value == entry.preprocessing.interpolation


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_documentation_says_the_same(name):
    entry = PUBLISHED[name]
    row = f"| `{name}` | `{entry.file}` | {entry.megabytes} | {entry.parameters:,} | "
    row += f"{100 * entry.top1:.2f} | {100 * entry.top5:.2f} |"
    assert row in DOCS.read_text(encoding="utf-8").splitlines()


def test_a_network_without_published_weights_is_told_the_nearest_that_has_some():
    with pytest.raises(BadModel, match=r"no published weights of 'resnet20' .* did you mean resne"):
        published_for("resnet20")
