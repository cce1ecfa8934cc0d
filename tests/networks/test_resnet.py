import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convscope.networks.catalogue import CATALOGUE
from convscope.networks.resnet import BasicBlock, Bottleneck

SIZES = {
    "resnet18": (2, (2, 2, 2, 2), 11_689_512),
    "resnet34": (2, (3, 4, 6, 3), 21_797_672),
    "resnet50": (3, (3, 4, 6, 3), 25_557_032),
    "resnet101": (3, (3, 4, 23, 3), 44_549_160),
    "resnet152": (3, (3, 8, 36, 3), 60_192_808),
}
"""Convolutions in a block, blocks of each stage, parameters."""

every_resnet = pytest.mark.parametrize("name", SIZES)


def published(name: str) -> dict[str, tuple[int, ...]]:
    """Keys and shapes of torchvision's files."""
    depth, counts, _ = SIZES[name]
    layers, before = [("conv1", "bn1", 3, 64, 7)], 64
    for stage, (count, width) in enumerate(zip(counts, (64, 128, 256, 512), strict=True), 1):
        after = width if depth == 2 else 4 * width
        for i in range(count):
            at = f"layer{stage}.{i}"
            inner = (
                [(before, width, 3), (width, width, 3)]
                if depth == 2
                else [(before, width, 1), (width, width, 3), (width, after, 1)]
            )
            for j, sizes in enumerate(inner, 1):
                layers.append((f"{at}.conv{j}", f"{at}.bn{j}", *sizes))
            if before != after:
                layers.append((f"{at}.downsample.0", f"{at}.downsample.1", before, after, 1))
            before = after
    shapes: dict[str, tuple[int, ...]] = {"fc.weight": (1000, before), "fc.bias": (1000,)}
    for conv, norm, into, out, kernel in layers:
        shapes[f"{conv}.weight"] = (out, into, kernel, kernel)
        for key in ("weight", "bias", "running_mean", "running_var"):
            shapes[f"{norm}.{key}"] = (out,)
        shapes[f"{norm}.num_batches_tracked"] = ()
    return shapes


@every_resnet
def test_the_keys_shapes_and_number_of_parameters_are_the_published_ones(name):
    with torch.device("meta"):
        net = CATALOGUE[name]()
    assert {key: tuple(t.shape) for key, t in net.state_dict().items()} == published(name)
    assert sum(p.numel() for p in net.parameters()) == SIZES[name][2]


@every_resnet
def test_its_name_counts_the_layers_with_weights_but_the_shortcuts(name):
    with torch.device("meta"):
        net = CATALOGUE[name]()
    depth = sum(
        isinstance(layer, nn.Conv2d | nn.Linear) and "downsample" not in key
        for key, layer in net.named_modules()
    )
    assert f"resnet{depth}" == name


def test_the_stages_have_the_sizes_of_table_1():
    with torch.device("meta"):
        net, shapes = CATALOGUE["resnet50"](), {}
        for name, layer in net.named_children():
            layer.register_forward_hook(
                lambda _, __, answer, name=name: shapes.update({name: tuple(answer.shape[1:])})
            )
        net(torch.zeros(2, 3, 224, 224))
    assert shapes == {
        "conv1": (64, 112, 112), "bn1": (64, 112, 112), "relu": (64, 112, 112),
        "maxpool": (64, 56, 56), "layer1": (256, 56, 56), "layer2": (512, 28, 28),
        "layer3": (1024, 14, 14), "layer4": (2048, 7, 7), "avgpool": (2048, 1, 1), "fc": (1000,),
    }  # fmt: skip


def written_out(block: nn.Module, maps: torch.Tensor, layers: list[tuple[str, str, int, int]]):
    """Each convolution and its normalisation in turn, ReLU between them."""
    for i, (conv, norm, stride, padding) in enumerate(layers):
        weight = block.get_parameter(f"{conv}.weight")
        maps = F.conv2d(maps.relu() if i else maps, weight, None, stride, padding)
        norm = block.get_submodule(norm)
        scale = norm.weight / (norm.running_var + 1e-5).sqrt()
        maps = (maps - norm.running_mean.view(-1, 1, 1)) * scale.view(-1, 1, 1)
        maps = maps + norm.bias.view(-1, 1, 1)
    return maps


BASIC = [("conv1", "bn1", 2, 1), ("conv2", "bn2", 1, 1)]
BOTTLENECK = [("conv1", "bn1", 1, 0), ("conv2", "bn2", 2, 1), ("conv3", "bn3", 1, 0)]
PROJECTION = [("downsample.0", "downsample.1", 2, 0)]


@pytest.mark.parametrize(("kind", "layers"), [(BasicBlock, BASIC), (Bottleneck, BOTTLENECK)])
@pytest.mark.parametrize(("stride", "before"), [(2, 5), (1, 5), (1, 0)])
def test_a_block_answers_as_its_layers_written_out(kind, layers, stride, before):
    width = 3
    after = width * kind.expansion
    block = kind(before or after, width, stride).eval()
    for norm in block.modules():
        if isinstance(norm, nn.BatchNorm2d):
            for numbers in (norm.running_mean, norm.running_var, norm.weight, norm.bias):
                nn.init.uniform_(numbers, 0.5, 2.0)
    maps = torch.randn(2, before or after, 11, 13)
    steps = [(c, n, min(s, stride), p) for c, n, s, p in layers]
    kept = maps
    if before:
        kept = written_out(block, maps, [(c, n, stride, p) for c, n, _, p in PROJECTION])
    else:
        assert block.downsample is None
    expected = (written_out(block, maps, steps) + kept).relu()
    torch.testing.assert_close(block(maps), expected, rtol=1e-4, atol=1e-5)


def test_convolutions_begin_with_the_spread_that_their_outputs_ask_for():
    for key, layer in CATALOGUE["resnet18"]().named_modules():
        if isinstance(layer, nn.Conv2d):
            fan_out = layer.out_channels * layer.kernel_size[0] ** 2
            spread = (2 / fan_out) ** 0.5
            assert layer.weight.std().item() == pytest.approx(spread, rel=0.1), key
