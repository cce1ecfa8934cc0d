import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convscope.networks.resnet_cifar import Block, CIFARResNet


def counted_by_hand(blocks: int, in_channels: int, num_classes: int) -> int:
    """Convolutions without bias, two numbers of each batch normalisation, the linear layer."""
    total, before = in_channels * 16 * 9 + 2 * 16, 16
    for maps in (16, 32, 64):
        for _ in range(blocks):
            total += before * maps * 9 + maps * maps * 9 + 4 * maps
            before = maps
    return total + 64 * num_classes + num_classes


@pytest.mark.parametrize(
    ("blocks", "depth", "parameters"), [(1, 8, 75_290), (3, 20, 269_722), (5, 32, 464_154)]
)
def test_depth_and_parameters_are_the_papers(blocks, depth, parameters):
    # table 6 says 0.27M for 20 layers and 0.46M for 32
    net = CIFARResNet(blocks=blocks)
    assert sum(isinstance(m, nn.Conv2d | nn.Linear) for m in net.modules()) == depth
    assert sum(p.numel() for p in net.parameters()) == parameters
    assert counted_by_hand(blocks, 3, 10) == parameters


def test_channels_and_classes_change_the_first_and_the_last_layer_only():
    net = CIFARResNet(num_classes=7, in_channels=5)
    assert sum(p.numel() for p in net.parameters()) == counted_by_hand(1, 5, 7)


def test_the_stages_halve_the_size_and_double_the_maps():
    net, shapes = CIFARResNet().eval(), {}
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


def test_a_block_answers_as_its_layers_written_out():
    block = Block(5, 5, stride=1).eval()
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
    torch.testing.assert_close(block(maps), (changed + maps).relu())
