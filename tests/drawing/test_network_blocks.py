from functools import cache

import torch
from torch import nn

from convscope.drawing.network_blocks import MOST, Block, blocks_of, shortened
from convscope.networks.anatomy import anatomy
from convscope.networks.build import build_network


@cache
def blocks(name: str, size: int = 32) -> list[Block]:
    with torch.device("meta"):
        net = build_network(name, num_classes=7, in_channels=3, input_size=(size, size))
    return blocks_of(anatomy(net, (3, size, size)))


def test_activations_belong_to_the_block_before_them():
    found = blocks("cnn")
    assert [(b.role, b.label, b.shape) for b in found] == [
        ("image", "image", (3, 32, 32)),
        ("conv", "conv 3x3", (16, 32, 32)), ("pool", "maxpool 2x2/2", (16, 16, 16)),
        ("conv", "conv 3x3", (32, 16, 16)), ("pool", "maxpool 2x2/2", (32, 8, 8)),
        ("conv", "conv 3x3", (64, 8, 8)), ("pool", "maxpool 2x2/2", (64, 4, 4)),
        ("flatten", "flatten", (1024,)), ("dense", "linear", (500,)), ("dense", "linear", (7,)),
    ]  # fmt: skip
    assert [b.sources for b in found] == [(), *((i,) for i in range(9))]


def test_a_skip_leads_from_where_it_begins_to_where_it_is_added():
    found = blocks("resnet8")
    joins = {b.name: [found[s].name for s in b.sources] for b in found if b.role == "join"}
    assert joins == {
        "stage1.0.add()": ["stem.0", "stage1.0.conv2"],
        "stage2.0.add()": ["stage1.0.add()", "stage2.0.conv2"],
        "stage3.0.add()": ["stage2.0.add()", "stage3.0.conv2"],
    }


def test_other_layers_keep_their_own_names():
    class Odd(nn.Module):
        def forward(self, maps):
            return maps[:, :2]

    net = nn.Sequential(nn.ConvTranspose2d(3, 5, 2, 2), Odd(), nn.Upsample(scale_factor=2))
    found = blocks_of(anatomy(net, (3, 7, 11)))
    assert [(b.role, b.label) for b in found[1:]] == [
        ("conv", "transposed conv"), ("other", "Odd"), ("pool", "upsample"),
    ]  # fmt: skip


def test_a_short_net_is_drawn_whole_and_of_a_long_one_what_is_repeated_once():
    short = blocks("resnet8")
    assert shortened(short) == short
    whole = blocks("resnet50", 224)
    folded = shortened(whole)
    assert len(whole) > MOST
    assert {b.times for b in folded if b.part} == {2, 3, 5}
    count = sum(b.times for b in folded)
    assert count == len(whole)


def test_what_follows_a_folded_part_is_fed_as_before():
    folded = shortened(blocks("resnet20"))
    assert sum(b.times for b in folded) == len(blocks("resnet20"))
    for number, block in enumerate(folded):
        assert all(source < number for source in block.sources)
        if block.part:
            assert folded[block.part].part == block.part
    assert folded[-1].sources == (len(folded) - 2,)
