import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convscope.networks.catalogue import CATALOGUE
from convscope.networks.resnet_cifar import Block, resnet8


def counted_by_hand(blocks: int, in_channels: int, num_classes: int) -> int:
    """Convolutions without bias, two numbers of each batch normalisation, the linear layer."""
    total, before = in_channels * 16 * 9 + 2 * 16, 16
    for maps in (16, 32, 64):
        for _ in range(blocks):
            total += before * maps * 9 + maps * maps * 9 + 4 * maps
            before = maps
    return total + 64 * num_classes + num_classes


@pytest.mark.parametrize(
    ("name", "blocks", "parameters"),
    [
        ("resnet8", 1, 75_290),
        ("resnet20", 3, 269_722),  # table 6: 0.27M
        ("resnet32", 5, 464_154),  # 0.46M
        ("resnet44", 7, 658_586),  # 0.66M
        ("resnet56", 9, 853_018),  # 0.85M
        ("resnet110", 18, 1_727_962),  # 1.7M
        ("plain20", 3, 269_722),
        ("plain56", 9, 853_018),
    ],
)
def test_depth_and_parameters_are_the_papers(name, blocks, parameters):
    with torch.device("meta"):
        net = CATALOGUE[name]()
    depth = sum(isinstance(m, nn.Conv2d | nn.Linear) for m in net.modules())
    assert depth == 6 * blocks + 2 == int(name.removeprefix("resnet").removeprefix("plain"))
    assert sum(p.numel() for p in net.parameters()) == parameters
    assert counted_by_hand(blocks, 3, 10) == parameters


def test_the_parameters_of_resnet8_keep_their_names():
    keys = {key for key, _ in resnet8().named_parameters()}
    norms = {f"stem.1.{key}" for key in ("weight", "bias")}
    for stage in (1, 2, 3):
        for i in (1, 2):
            norms |= {f"stage{stage}.0.bn{i}.{key}" for key in ("weight", "bias")}
    convolutions = {f"stage{stage}.0.conv{i}.weight" for stage in (1, 2, 3) for i in (1, 2)}
    assert keys == norms | convolutions | {"stem.0.weight", "head.weight", "head.bias"}


def test_resnet8_takes_another_number_of_blocks():
    assert sum(p.numel() for p in resnet8(blocks=3).parameters()) == 269_722


def test_a_plain_network_has_the_weights_of_the_residual_one():
    with torch.device("meta"):
        plain, residual = (CATALOGUE[name]().state_dict() for name in ("plain20", "resnet20"))
    assert {k: t.shape for k, t in plain.items()} == {k: t.shape for k, t in residual.items()}


def test_convolutions_begin_with_the_spread_that_their_inputs_ask_for():
    for layer in CATALOGUE["resnet20"]().modules():
        if isinstance(layer, nn.Conv2d):
            spread = (2 / (layer.in_channels * 9)) ** 0.5
            assert layer.weight.std().item() == pytest.approx(spread, rel=0.15)


def test_channels_and_classes_change_the_first_and_the_last_layer_only():
    net = resnet8(num_classes=7, in_channels=5)
    assert sum(p.numel() for p in net.parameters()) == counted_by_hand(1, 5, 7)


def test_the_stages_halve_the_size_and_double_the_maps():
    net, shapes = resnet8().eval(), {}
    for name, layer in net.named_children():
        layer.register_forward_hook(
            lambda _, __, answer, name=name: shapes.update({name: tuple(answer.shape)})
        )
    net(torch.zeros(2, 3, 32, 32))
    assert shapes == {
        "stem": (2, 16, 32, 32),
        "stage1": (2, 16, 32, 32),
        "stage2": (2, 32, 16, 16),
        "stage3": (2, 64, 8, 8),
        "head": (2, 10),
    }


def test_a_block_that_adds_nothing_is_its_shortcut():
    block = Block(5, 11, stride=2).eval()
    nn.init.zeros_(block.conv2.weight)
    maps = torch.randn(3, 5, 7, 13)
    expected = torch.zeros(3, 11, 4, 7)
    expected[:, :5] = maps[:, :, ::2, ::2].clamp(min=0)
    torch.testing.assert_close(block(maps), expected)


@pytest.mark.parametrize("residual", [True, False])
def test_a_block_answers_as_its_layers_written_out(residual):
    block = Block(5, 5, 1, residual).eval()
    for norm in (block.bn1, block.bn2):
        for numbers in (norm.running_mean, norm.running_var, norm.weight, norm.bias):
            nn.init.uniform_(numbers, 0.5, 2.0)
    maps = torch.randn(3, 5, 7, 13)
    changed = maps
    for conv, norm in ((block.conv1, block.bn1), (block.conv2, block.bn2)):
        changed = (
            F.conv2d(changed.relu(), conv.weight, padding=1)
            if norm is block.bn2
            else (F.conv2d(changed, conv.weight, padding=1))
        )
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        changed = (changed - norm.running_mean.view(-1, 1, 1)) * scale.view(-1, 1, 1)
        changed = changed + norm.bias.view(-1, 1, 1)
    torch.testing.assert_close(block(maps), (changed + maps * residual).relu())
