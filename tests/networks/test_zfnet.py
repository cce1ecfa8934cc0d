import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convscope.networks.zfnet import ZFNet


@pytest.fixture(scope="module")
def at_the_papers_size() -> ZFNet:
    with torch.device("meta"):
        return ZFNet()


def test_the_maps_have_the_sizes_of_the_papers_figure(at_the_papers_size):
    maps, sizes = torch.zeros(1, 3, 224, 224, device="meta"), []
    for layer in at_the_papers_size.features:
        maps = layer(maps)
        if isinstance(layer, nn.Conv2d | nn.MaxPool2d):
            sizes.append(tuple(maps.shape[1:]))
    assert sizes == [
        (96, 110, 110), (96, 55, 55), (256, 26, 26), (256, 13, 13),
        (384, 13, 13), (384, 13, 13), (256, 13, 13), (256, 6, 6),
    ]  # fmt: skip


def test_its_parameters_are_those_counted_by_hand(at_the_papers_size):
    convolutions = [(96, 3, 7), (256, 96, 5), (384, 256, 3), (384, 384, 3), (256, 384, 3)]
    counted = sum(out * (before * k * k + 1) for out, before, k in convolutions)
    counted += 4096 * (256 * 36 + 1) + 4096 * (4096 + 1) + 1000 * (4096 + 1)
    assert counted == 62_357_608
    assert sum(p.numel() for p in at_the_papers_size.parameters()) == counted


def test_contrast_is_normalised_as_in_section_3_3_of_the_paper_of_2012(at_the_papers_size):
    layers = [m for m in at_the_papers_size.features if isinstance(m, nn.LocalResponseNorm)]
    assert len(layers) == 2
    maps = 17 * torch.rand(2, 11, 3, 5)
    for norm in layers:
        expected = torch.empty_like(maps)
        for i in range(11):
            near = maps[:, max(0, i - 2) : i + 3]
            expected[:, i] = maps[:, i] / (2 + 1e-4 * near.square().sum(1)) ** 0.75
        torch.testing.assert_close(norm(maps), expected)


def test_relu_comes_before_pooling_and_pooling_before_normalisation(at_the_papers_size):
    kinds = [type(layer).__name__ for layer in at_the_papers_size.features]
    first = ["Conv2d", "ReLU", "MaxPool2d", "LocalResponseNorm"]
    assert kinds == [*first, *first, *["Conv2d", "ReLU"] * 3, "MaxPool2d"]


def test_a_window_may_reach_over_the_edge():
    with torch.device("meta"):
        pool = ZFNet().features[2]
    maps = torch.randn(2, 3, 8, 10)
    expected = F.max_pool2d(F.pad(maps, (0, 1, 0, 1), value=-torch.inf), 3, 2)
    torch.testing.assert_close(pool(maps), expected)


def test_weights_begin_small_and_biases_at_zero():
    net = ZFNet(num_classes=7)
    for name, numbers in net.named_parameters():
        if name.endswith("bias"):
            assert not numbers.any()
        else:
            assert numbers.std().item() == pytest.approx(0.01, rel=0.05)
