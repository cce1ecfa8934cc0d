import math

import pytest
import torch
from torch.nn import functional as F

from convscope.networks.lenet5 import LeNet5, PartlyConnected, RadialBasis, Squash, Subsampling

TABLE_1 = """
X...XXX..XXXX.XX
XX...XXX..XXXX.X
XXX...XXX..X.XXX
.XXX..XXXX..X.XX
..XXX..XXXX.XX.X
...XXX..XXXX.XXX
"""
"""Rows: maps of S2. Columns: maps of C3."""

COUNTS = {"c1": 156, "s2": 12, "c3": 1516, "s4": 32, "c5": 48_120, "f6": 10_164, "output": 0}
SHAPES = {
    "c1": (6, 28, 28), "s2": (6, 14, 14), "c3": (16, 10, 10), "s4": (16, 5, 5),
    "c5": (120, 1, 1), "f6": (84,), "output": (10,),
}  # fmt: skip


def test_each_layer_has_the_papers_number_of_parameters():
    net = LeNet5()
    found = {name: sum(p.numel() for p in getattr(net, name).parameters()) for name in COUNTS}
    assert found == COUNTS
    assert sum(p.numel() for p in net.parameters()) == 60_000


def test_the_maps_have_the_sizes_of_the_papers_figure():
    net, shapes = LeNet5(), {}
    for name in SHAPES:
        net.get_submodule(name).register_forward_hook(
            lambda _, __, answer, name=name: shapes.update({name: tuple(answer.shape[1:])})
        )
    net(torch.zeros(3, 1, 28, 28))
    assert shapes == SHAPES


def test_it_has_the_papers_340908_connections():
    positions = {name: math.prod(shape[1:]) for name, shape in SHAPES.items()}
    sums = sum(SHAPES[name][0] * positions[name] * (4 + 1) for name in ("s2", "s4"))
    shared = sum(COUNTS[name] * positions[name] for name in ("c1", "c3", "c5", "f6"))
    assert shared + sums + 84 * 10 == 340_908


def test_c3_is_a_convolution_whose_filters_are_zero_where_table_1_is_empty():
    layer = PartlyConnected()
    joined = [[c == "X" for c in column] for column in zip(*TABLE_1.split(), strict=True)]
    table = torch.tensor(joined)  # (16, 6)
    assert table.sum(0).tolist() == [10] * 6
    dense = torch.zeros(16, 6, 5, 5)
    convs = (layer.threes, layer.fours, layer.all)
    row = 0
    for conv in convs:
        for kernels in conv.weight:
            # grouped filters hold the kernels of their own maps, in the order they were gathered
            inputs = table[row].nonzero().flatten().tolist()
            order = sorted(inputs, key=lambda i, row=row: (i - row) % 6) if row < 12 else inputs
            dense[row, order] = kernels.detach()
            row += 1
    maps = torch.randn(3, 6, 11, 13)
    expected = F.conv2d(maps, dense, torch.cat([conv.bias for conv in convs]))
    torch.testing.assert_close(layer(maps), expected, rtol=1e-4, atol=1e-5)


def test_subsampling_adds_four_values_scales_and_shifts():
    layer, maps = Subsampling(5), torch.randn(3, 5, 11, 14)
    with torch.no_grad():
        layer.weight.copy_(torch.arange(5) - 1.5)
        layer.bias.copy_(torch.arange(5) * 7.0)
    sums = maps[:, :, :10].unflatten(3, (7, 2)).unflatten(2, (5, 2)).sum((3, 5))
    expected = sums * layer.weight.view(5, 1, 1) + layer.bias.view(5, 1, 1)
    torch.testing.assert_close(layer(maps), expected)


def test_the_squashing_leaves_one_at_one():
    values = torch.tensor([0.0, 1.0, -1.0, 100.0])
    expected = torch.tensor([0.0, 1.0, -1.0, 1.7159])
    torch.testing.assert_close(Squash()(values), expected, rtol=1e-4, atol=1e-4)


def test_the_nearest_code_answers_and_the_loss_is_equation_9():
    output = RadialBasis(84, 7)
    features = output.codes[[5, 2, 3]] + 0.3 * torch.randn(3, 84)
    logits = output(features)
    assert logits.argmax(1).tolist() == [5, 2, 3]
    distances = torch.cdist(features.double(), output.codes.double()) ** 2
    torch.testing.assert_close(logits.double(), -distances, rtol=1e-4, atol=1e-3)
    labels = torch.tensor([5, 1, 3])
    wrong = distances[range(3), labels] + (-distances).exp().sum(1).log()
    loss = F.cross_entropy(logits, labels).double()
    torch.testing.assert_close(loss, wrong.mean(), rtol=1e-4, atol=1e-4)


def test_the_codes_are_signs_kept_with_the_weights_and_never_trained():
    net = LeNet5(num_classes=13)
    codes = net.state_dict()["output.codes"].clone()
    assert codes.abs().eq(1).all()
    assert 400 < codes.eq(1).sum() < 692  # 546 of 1092, and nine deviations
    assert len(codes.unique(dim=0)) == 13
    optimizer = torch.optim.SGD(net.parameters(), 0.1, weight_decay=0.1)
    net(torch.randn(5, 1, 28, 28)).sum().backward()
    optimizer.step()
    assert torch.equal(net.output.codes, codes)


@pytest.mark.parametrize(
    ("name", "inputs"), [("c1", 25), ("s2", 4), ("c3.threes", 75), ("c5", 400), ("f6", 120)]
)
def test_weights_begin_within_the_papers_bounds(name, inputs):
    layer = LeNet5().get_submodule(name)
    numbers = torch.cat([p.detach().flatten() for p in layer.parameters()])
    assert numbers.abs().max() <= 2.4 / inputs
    assert numbers.abs().max() > 0.4 * 2.4 / inputs


def test_it_learns_to_tell_two_patterns():
    with torch.random.fork_rng():
        torch.manual_seed(7)
        net = LeNet5(num_classes=2, input_size=(13, 17))
        images = torch.randn(2, 1, 13, 17).repeat(8, 1, 1, 1)
    labels = torch.arange(2).repeat(8)
    optimizer = torch.optim.SGD(net.parameters(), 0.01)
    for _ in range(30):
        optimizer.zero_grad()
        F.cross_entropy(net(images), labels).backward()
        optimizer.step()
    assert net(images).argmax(1).equal(labels)
