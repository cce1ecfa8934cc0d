import sys
from types import ModuleType

import pytest
import torch
from torch import nn

from convscope.errors import BadNetwork, UnknownName
from convscope.networks.build import build_network, is_written_out, title
from convscope.networks.hub import is_of_timm, timm_builder

GIVEN = {"num_classes": 7, "in_channels": 2, "input_size": (11, 13)}


class Theirs(nn.Module):
    """Remembers what it was built with, and answers by the mean of each channel."""

    def __init__(self, name: str, **arguments: object) -> None:
        super().__init__()
        self.built_with = {"name": name, **arguments}
        self.head = nn.Linear(2, 7)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.head(images.mean((2, 3)))


@pytest.fixture
def timm(monkeypatch) -> None:
    """A stand-in for the package, which knows two networks."""
    module = ModuleType("timm")
    module.list_models = lambda: ["resnet18", "convnext_tiny"]
    module.create_model = Theirs
    monkeypatch.setitem(sys.modules, "timm", module)


@pytest.fixture
def no_timm(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)


def test_a_network_of_timm_is_built_without_weights_for_the_data(timm):
    net = build_network("timm:convnext_tiny", **GIVEN, arguments={"drop_rate": 0.1})
    assert net.built_with == {
        "name": "convnext_tiny",
        "pretrained": False,
        "num_classes": 7,
        "in_chans": 2,
        "drop_rate": 0.1,
    }
    assert net(torch.zeros(3, 2, 11, 13)).shape == (3, 7)


def test_a_tag_of_published_weights_may_follow_the_name(timm):
    assert build_network("timm:resnet18.tv_in1k", **GIVEN).built_with["name"] == "resnet18.tv_in1k"


def test_such_a_name_is_no_spec_and_no_file():
    assert is_of_timm("timm:resnet18")
    assert not is_of_timm("resnet18")
    assert not is_written_out("timm:resnet18")
    assert title("timm:resnet18") == "timm:resnet18"


def test_without_timm_the_error_says_how_to_get_it(no_timm):
    with pytest.raises(BadNetwork, match=r"^timm:resnet18 needs .*pip install 'convscope\[hub\]'"):
        timm_builder("timm:resnet18")


def test_what_timm_itself_lacks_is_named(monkeypatch):
    def fails(name: str) -> ModuleType:
        raise ModuleNotFoundError("No module named 'torchvision'", name="torchvision")

    monkeypatch.setattr("convscope.networks.hub.import_module", fails)
    with pytest.raises(BadNetwork, match="cannot be built: timm needs torchvision"):
        timm_builder("timm:resnet18")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("timm:resnet19", "did you mean resnet18"),
        ("timm:zzz", "list_models"),
        ("timm:hf-hub:timm/resnet18", "timm has no network 'hf-hub:timm/resnet18'"),
        ("timm:local-dir:/tmp/resnet18", "timm has no network"),
        ("timm:", "timm has no network ''"),
    ],
)
def test_a_network_that_timm_does_not_have_is_told(timm, name, said):
    with pytest.raises(UnknownName, match=said):
        build_network(name, **GIVEN)


@pytest.mark.parametrize("argument", ["pretrained", "checkpoint_path", "pretrained_cfg"])
def test_timm_reads_no_weights_itself(timm, argument):
    with pytest.raises(BadNetwork, match=f"takes no '{argument}': --weights reads weights, safely"):
        build_network("timm:resnet18", **GIVEN, arguments={argument: "x.pth"})
