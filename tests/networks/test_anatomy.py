from collections import Counter, defaultdict

import pytest
import torch
from torch import nn

from convscope.errors import BadNetwork
from convscope.networks.anatomy import anatomy
from convscope.networks.build import build_network
from convscope.networks.catalogue import CATALOGUE
from tests.networks.depths import deepest_slow

SHAPE = (3, 67, 71)
LARGE = ("alexnet", "zfnet", "vgg", "resnet1")
"""Networks of tens of millions of weights: these are built and run without numbers, by torch."""


def build(name: str) -> nn.Module:
    with torch.device("meta" if name.startswith(LARGE) else "cpu"):
        return build_network(name, num_classes=7, in_channels=3, input_size=SHAPE[1:])


def run(net: nn.Module) -> tuple[dict[str, list[tuple[int, ...]]], int]:
    """The shape of each answer of each module, call by call, and the products of all layers."""
    shapes, products = defaultdict(list), []

    def note(name: str, module: nn.Module, answer: torch.Tensor) -> None:
        shapes[name].append(tuple(answer.shape[1:]))
        if isinstance(module, nn.Conv2d | nn.Linear):  # each value is a product with one filter
            products.append(answer.numel() * module.weight[0].numel())

    handles = [
        module.register_forward_hook(lambda m, _, answer, name=name: note(name, m, answer))
        for name, module in net.named_modules()
    ]
    device = next(net.parameters()).device
    with torch.no_grad():
        net.eval()(torch.zeros(1, *SHAPE, device=device))
    for handle in handles:
        handle.remove()
    return shapes, sum(products)


@pytest.mark.parametrize("name", deepest_slow(CATALOGUE))
def test_parameters_shapes_and_macs_are_those_of_the_net_itself(name):
    net = build(name)
    found, (shapes, products) = anatomy(net, SHAPE), run(net)
    count = sum(p.numel() for p in net.parameters())
    assert found.parameters == count == sum(layer.parameters for layer in found.layers)
    assert found.macs == products
    assert found.never_called == ()
    assert found.taken_as_all == ()
    calls = Counter()
    for layer in found.layers:
        if layer.name in shapes:
            assert layer.output_shape == shapes[layer.name][calls[layer.name]], layer.name
            calls[layer.name] += 1
    leaves = {name for name, module in net.named_modules() if not [*module.children()]}
    assert {name: len(shapes[name]) for name in leaves} == {name: calls[name] for name in leaves}


PUBLISHED = {
    "alexnet": ("features.12", 195),
    "vgg16": ("features.30", 212),
    "resnet50": ("layer4.2.relu", 483),
    "resnet101": ("layer4.2.relu", 1027),
    "resnet152": ("layer4.2.relu", 1507),
}


@pytest.mark.parametrize("name", deepest_slow(PUBLISHED))
def test_the_field_of_the_last_maps_is_the_published_one(name):
    # Araujo, Norris, Sim 2019, table of popular architectures; its residual networks take their
    # strides at the first 1x1 of a block as in the paper, ours at the 3x3 as torchvision's do
    last, published = PUBLISHED[name]
    with torch.device("meta"):
        net = build_network(name, num_classes=7, in_channels=3, input_size=(224, 224))
    for path, module in net.named_modules():
        if path.endswith(".conv2"):
            block = net.get_submodule(path.removesuffix(".conv2"))
            block.conv1.stride, module.stride = module.stride, (1, 1)
    fields = {layer.name: layer.receptive_field for layer in anatomy(net, (3, 224, 224)).layers}
    assert fields[last] == (published, published)
    if name == "vgg16":
        assert fields["features.28"] == (196, 196)  # conv5_3


def test_json_has_the_totals_and_the_table():
    net = nn.Sequential(
        nn.Conv2d(3, 10, 3), nn.MaxPool2d(4), nn.Conv2d(10, 20, 5, padding=2), nn.MaxPool2d(2)
    )
    shown = anatomy(net, (3, 130, 130)).to_json()
    assert list(shown) == ["input_shape", "parameters", "macs", "layers"]
    assert (shown["input_shape"], shown["parameters"]) == ([3, 130, 130], 5300)
    assert shown["macs"] == 128 * 128 * 10 * 27 + 32 * 32 * 20 * 250
    assert [row["output_shape"] for row in shown["layers"]] == [
        [10, 128, 128], [10, 32, 32], [20, 32, 32], [20, 16, 16],
    ]  # fmt: skip
    assert [row["parameters"] for row in shown["layers"]] == [280, 0, 5020, 0]
    assert shown["layers"][3] == {
        "name": "3",
        "kind": "MaxPool2d",
        "output_shape": [20, 16, 16],
        "parameters": 0,
        "macs": 0,
        "memory": 4 * 5120,
        "receptive_field": [26, 26],
        "jump": [8, 8],
    }


class Tokens(nn.Module):
    """Parameters that belong to no layer, one that two layers share, and a layer never called."""

    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, 5))
        self.embed = nn.Linear(11, 5)
        self.attend = nn.MultiheadAttention(5, 1, batch_first=True)
        self.back = nn.Linear(5, 11)
        self.again = nn.Linear(5, 11)
        self.again.weight = self.back.weight
        self.spare = nn.Sequential(nn.Linear(2, 3))

    def forward(self, values):
        tokens = torch.cat([self.token.expand(len(values), 1, 5), self.embed(values)], 1)
        tokens = self.attend(tokens, tokens, tokens)[0]
        return self.back(tokens) + self.again(tokens)


def test_every_parameter_is_counted_once():
    found = anatomy(Tokens(), (7, 11))
    assert [(layer.name, layer.parameters) for layer in found.layers] == [
        ("token", 5), ("embed", 60), ("cat()", 0), ("attend", 4 * 5 * 5 + 4 * 5), ("back", 66),
        ("again", 11), ("add()", 0),
    ]  # fmt: skip
    assert found.never_called == (("spare.0", "Linear", 9),)
    assert found.parameters == sum(p.numel() for p in Tokens().parameters())
    assert found.to_json()["never_called"] == [
        {"name": "spare.0", "kind": "Linear", "parameters": 9}
    ]


def test_tokens_see_themselves_until_they_attend():
    found = anatomy(Tokens(), (7, 11))
    assert [layer.receptive_field for layer in found.layers[1:4]] == [(1,), (1,), (7,)]
    assert [layer.sees_all for layer in found.layers[1:4]] == [False, False, True]
    assert found.layers[3].jump == (None,)


@pytest.mark.parametrize(
    ("net", "shape", "output", "field"),
    [
        (nn.Conv1d(3, 5, 7, stride=2), (3, 29), (5, 12), (7,)),
        (nn.Linear(17, 5), (17,), (5,), ()),
        (nn.Conv3d(2, 5, (1, 2, 3)), (2, 5, 7, 11), (5, 5, 6, 9), (1, 2, 3)),
        (nn.LSTM(11, 5, batch_first=True), (7, 11), (7, 5), (7,)),
    ],
)
def test_other_inputs_than_images(net, shape, output, field):
    (layer,) = anatomy(net, shape).layers
    assert (layer.output_shape, layer.receptive_field) == (output, field)


def test_sources_say_where_a_layers_input_comes_from():
    layers = anatomy(build("resnet8"), SHAPE).layers
    add = next(i for i, layer in enumerate(layers) if layer.name == "stage1.0.add()")
    assert sorted(layers[s].name for s in layers[add].sources) == ["stage1.0.bn2", "stem.2"]
    assert layers[0].sources == (-1,)
    assert layers[add].input_shapes == ((16, 67, 71), (16, 67, 71))


def test_the_net_is_left_as_it_was():
    net = build("resnet8").train()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    anatomy(net, SHAPE)
    assert net.training
    assert not any(module._forward_hooks for module in net.modules())
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())


def test_what_does_not_fit_is_told_with_the_ways_to_mend_it():
    net = nn.Sequential(nn.Conv2d(3, 5, 3), nn.Flatten(), nn.Linear(500, 7))
    said = (
        r"layer 2 \(Linear\) takes 500 values in a row and gets 605 \(5 maps of 11x11\): "
        r"make it nn.Linear\(605, 7\), or resize the images to 12x12, or put "
        r"nn.AdaptiveAvgPool2d\(10\) before the flattening, which fits images of any size"
    )
    with pytest.raises(BadNetwork, match=said):
        anatomy(net, (3, 13, 13))


def test_a_net_that_decides_by_its_values_is_told_so():
    class Deciding(nn.Module):
        def forward(self, images):
            return images if images.mean() > 0 else -images

    with pytest.raises(BadNetwork, match="decides by its values"):
        anatomy(Deciding(), (3, 11, 13))
