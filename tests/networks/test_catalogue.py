import importlib.util
from pathlib import Path

import pytest
import torch
from torch import nn

from convscope.errors import BadNetwork
from convscope.networks.build import build_network
from convscope.networks.catalogue import CATALOGUE
from convscope.seed import seeded

VGGS = [name for name in CATALOGUE if name.startswith("vgg")]
SMALLEST = {
    "cnn": 8, "lenet": 12, "lenet5": 12, "alexnet": 63, "zfnet": 47, "squeezenet1_0": 21,
    "squeezenet1_1": 17, **dict.fromkeys(VGGS, 32),
}  # fmt: skip
"""Least height and width; the others take a single pixel."""
PUBLISHED = [
    "alexnet", *VGGS, "squeezenet1_0", "squeezenet1_1",
    "resnet18", "resnet34", "resnet50", "resnet101", "resnet152",
]  # fmt: skip
"""Those that torchvision has under the same name."""
SISTERS = {
    "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn", "resnet34", "resnet101",
    "resnet152", "resnet32", "resnet44", "resnet56", "resnet110", "plain56",
}  # fmt: skip
"""Deeper ones of a family: only their shapes are tested, everything else in a smaller sister."""
SHAPES = [(1, 13, 17), (3, 32, 32), (2, 19, 16), (5, 23, 29)]

every_network = pytest.mark.parametrize("name", CATALOGUE)
every_family = pytest.mark.parametrize("name", [n for n in CATALOGUE if n not in SISTERS])


def shape_for(name: str, number: int = 1) -> tuple[int, int, int]:
    """One of SHAPES, larger by what the network needs: none of its sides is below the smallest."""
    c, h, w = SHAPES[number]
    more = max(0, SMALLEST.get(name, 1) - 13)
    return c, h + more, w + more


def on_paper(name: str, shape: tuple[int, int, int], num_classes: int = 7) -> nn.Module:
    c, h, w = shape
    with torch.device("meta"):
        return build_network(name, num_classes=num_classes, in_channels=c, input_size=(h, w))


def build(name: str, shape: tuple[int, int, int]) -> nn.Module:
    """The network with numbers in it; where linear layers have 4,096 units they have 13 here."""
    with seeded("contract", name):
        if name in ("alexnet", "zfnet", *VGGS):
            return narrowed(on_paper(name, shape))
        c, h, w = shape
        return build_network(name, num_classes=7, in_channels=c, input_size=(h, w))


def narrowed(net: nn.Module) -> nn.Module:
    for layer in net.modules():
        if isinstance(layer, nn.Linear):
            out, into = (13 if size == 4096 else size for size in layer.weight.shape)
            layer.weight = nn.Parameter(layer.weight[:out, :into])
            layer.bias = nn.Parameter(layer.bias[:out])
    for layer in net.to_empty(device="cpu").modules():
        if isinstance(layer, nn.Conv2d | nn.Linear | nn.BatchNorm2d):
            layer.reset_parameters()
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight)
    return net


def images(n: int, shape: tuple[int, int, int], device: str = "cpu") -> torch.Tensor:
    generator = torch.Generator().manual_seed(11)
    return torch.randn(n, *shape, generator=generator).to(device)


@every_network
def test_images_become_one_score_per_class(name):
    for n, num_classes in [(3, 7)] if name in SISTERS else [(3, 7), (1, 2)]:
        shape = shape_for(name, n)
        net = on_paper(name, shape, num_classes).eval()
        assert net(images(n, shape, "meta")).shape == (n, num_classes)


@every_family
@pytest.mark.parametrize("number", [0, 2])
def test_gradients_reach_every_parameter(name, number):
    shape = shape_for(name, number)
    net = build(name, shape)
    net(images(5, shape)).square().sum().backward()
    without = [key for key, p in net.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []


@every_family
def test_no_layer_overwrites_what_another_one_answered(name):
    net, answers = on_paper(name, shape_for(name)), {}

    def keep(layer: nn.Module, _, answer: torch.Tensor) -> None:
        answers[layer] = (answer, answer._version)

    for layer in net.modules():
        assert not getattr(layer, "inplace", False)
        layer.register_forward_hook(keep)
    net(images(3, shape_for(name), "meta"))
    assert len(answers) > 3
    assert all(answer._version == version for answer, version in answers.values())


@every_family
def test_each_image_is_answered_by_itself(name):
    net, batch = build(name, shape_for(name)).eval(), images(3, shape_for(name))
    alone = torch.cat([net(image[None]) for image in batch])
    torch.testing.assert_close(net(batch), alone, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(alone[0], alone[1])


@every_family
def test_the_memory_format_changes_no_number(name):
    net, batch = build(name, shape_for(name)).eval(), images(3, shape_for(name))
    plain = net(batch)
    last = net.to(memory_format=torch.channels_last)(
        batch.contiguous(memory_format=torch.channels_last)
    )
    torch.testing.assert_close(last, plain, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", SMALLEST)
def test_an_image_that_is_too_small_is_refused_with_the_smallest(name):
    side = SMALLEST[name]
    for too_small in ((1, side - 1, side), (1, side + 4, side - 1)):
        said = rf"an image of {too_small[1]}x{too_small[2]} is too small.*use {side}x{side} or lar"
        with pytest.raises(BadNetwork, match=said):
            on_paper(name, too_small)
    smallest = (1, side, side)
    assert on_paper(name, smallest)(images(3, smallest, "meta")).shape == (3, 7)


@pytest.mark.parametrize("name", [n for n in CATALOGUE if n not in {*SMALLEST, *SISTERS}])
def test_the_others_take_an_image_of_a_single_pixel(name):
    net = on_paper(name, (3, 1, 1)).eval()
    assert net(images(5, (3, 1, 1), "meta")).shape == (5, 7)


@pytest.mark.parametrize("name", PUBLISHED)
def test_torchvisions_weights_give_torchvisions_logits(name):
    models = pytest.importorskip(
        "torchvision.models", reason="compares with torchvision, which is not installed"
    )
    theirs = getattr(models, name)(num_classes=17).eval()
    ours = on_paper(name, (3, 67, 71), num_classes=17).eval()
    ours.load_state_dict(theirs.state_dict(), assign=True)
    batch = images(2, (3, 67, 71))
    with torch.inference_mode():
        torch.testing.assert_close(ours(batch), theirs(batch), rtol=1e-5, atol=1e-5)


@pytest.fixture(scope="module")
def measuring():
    """The script that counts what docs/networks.md says."""
    path = Path(__file__).parents[2] / "docs" / "measure_networks.py"
    spec = importlib.util.spec_from_file_location("measure_networks", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["lenet5", "alexnet", "squeezenet1_1", "resnet18", "resnet20"])
def test_the_figures_on_the_page_are_those_counted(name, measuring):
    page = measuring.PAGE.read_text(encoding="utf-8")
    assert measuring.row(name) in page, "run docs/measure_networks.py"


def test_every_network_of_the_table_is_on_the_page_once(measuring):
    table = measuring.PAGE.read_text(encoding="utf-8").split(measuring.BEGIN)[1]
    rows = table.split(measuring.END)[0].splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == list(measuring.INPUTS)
