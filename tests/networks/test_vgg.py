import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convscope.networks.catalogue import CATALOGUE

CONVOLUTIONS = {
    "vgg11": (0, 3, 6, 8, 11, 13, 16, 18),
    "vgg13": (0, 2, 5, 7, 10, 12, 15, 17, 20, 22),
    "vgg16": (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28),
    "vgg19": (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34),
    "vgg11_bn": (0, 4, 8, 11, 15, 18, 22, 25),
    "vgg13_bn": (0, 3, 7, 10, 14, 17, 21, 24, 28, 31),
    "vgg16_bn": (0, 3, 7, 10, 14, 17, 20, 24, 27, 30, 34, 37, 40),
    "vgg19_bn": (0, 3, 7, 10, 14, 17, 20, 23, 27, 30, 33, 36, 40, 43, 46, 49),
}
"""Where the published files have their convolutions, in `features`."""
WIDTHS = {
    8: (64, 128, 256, 256, 512, 512, 512, 512),
    10: (64, 64, 128, 128, 256, 256, 512, 512, 512, 512),
    13: (64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512),
    16: (64, 64, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512, 512, 512, 512, 512),
}
PARAMETERS = {
    "vgg11": 132_863_336, "vgg13": 133_047_848, "vgg16": 138_357_544, "vgg19": 143_667_240,
    "vgg11_bn": 132_868_840, "vgg13_bn": 133_053_736, "vgg16_bn": 138_365_992,
    "vgg19_bn": 143_678_248,
}  # fmt: skip

every_vgg = pytest.mark.parametrize("name", CONVOLUTIONS)


def published(name: str) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    before, positions = 3, CONVOLUTIONS[name]
    for at, width in zip(positions, WIDTHS[len(positions)], strict=True):
        shapes |= {f"features.{at}.weight": (width, before, 3, 3), f"features.{at}.bias": (width,)}
        if name.endswith("_bn"):
            for key in ("weight", "bias", "running_mean", "running_var"):
                shapes[f"features.{at + 1}.{key}"] = (width,)
            shapes[f"features.{at + 1}.num_batches_tracked"] = ()
        before = width
    for at, size in ((0, (4096, 25_088)), (3, (4096, 4096)), (6, (1000, 4096))):
        shapes |= {f"classifier.{at}.weight": size, f"classifier.{at}.bias": size[:1]}
    return shapes


@every_vgg
def test_the_keys_and_shapes_are_the_published_ones(name):
    with torch.device("meta"):
        net = CATALOGUE[name]()
    assert {key: tuple(t.shape) for key, t in net.state_dict().items()} == published(name)


@every_vgg
def test_it_has_the_published_number_of_parameters(name):
    with torch.device("meta"):
        net = CATALOGUE[name]()
    assert sum(p.numel() for p in net.parameters()) == PARAMETERS[name]


@every_vgg
def test_its_name_counts_the_layers_with_weights(name):
    with torch.device("meta"):
        net = CATALOGUE[name]()
    depth = sum(isinstance(layer, nn.Conv2d | nn.Linear) for layer in net.modules())
    assert f"vgg{depth}" == name.removesuffix("_bn")


def test_the_maps_are_those_of_the_written_out_layers():
    with torch.device("meta"):
        features = CATALOGUE["vgg11_bn"](in_channels=2).features.eval()
    features.to_empty(device="cpu")
    for key, numbers in features.state_dict().items():
        if numbers.ndim > 1:
            nn.init.kaiming_normal_(numbers)
        elif numbers.ndim == 1:
            nn.init.uniform_(numbers, 0.5, 1.5)
        else:
            assert key.endswith("num_batches_tracked")
    weights = features.state_dict()
    images = torch.randn(3, 2, 37, 67)
    maps = images
    for at in CONVOLUTIONS["vgg11_bn"]:
        conv, norm = (weights[f"{at}.{key}"] for key in ("weight", "bias")), at + 1
        maps = F.conv2d(maps, *conv, padding=1)
        mean, deviation = (
            weights[f"{norm}.running_mean"],
            (weights[f"{norm}.running_var"] + 1e-5).sqrt(),
        )
        scale = weights[f"{norm}.weight"] / deviation
        maps = (maps - mean.view(-1, 1, 1)) * scale.view(-1, 1, 1)
        maps = (maps + weights[f"{norm}.bias"].view(-1, 1, 1)).clamp(min=0)
        if at in (0, 4, 11, 18, 25):
            maps = F.max_pool2d(maps, 2)
    assert maps.shape == (3, 512, 1, 2)
    torch.testing.assert_close(features(images), maps, rtol=1e-3, atol=1e-3)


def test_two_hidden_layers_with_relu_then_dropout_answer():
    with torch.device("meta"):
        net = CATALOGUE["vgg16"]()
    kinds = [type(layer).__name__ for layer in net.classifier]
    assert kinds == ["Linear", "ReLU", "Dropout", "Linear", "ReLU", "Dropout", "Linear"]
    assert [layer.p for layer in net.classifier if isinstance(layer, nn.Dropout)] == [0.5, 0.5]


def test_any_size_is_averaged_to_7x7_before_the_linear_layers():
    with torch.device("meta"):
        net = CATALOGUE["vgg11"]()
    maps = torch.randn(2, 3, 14, 21)
    expected = maps.unflatten(3, (7, 3)).unflatten(2, (7, 2)).mean((3, 5))
    torch.testing.assert_close(net.avgpool(maps), expected)


def test_weights_begin_with_the_spread_that_torchvision_gives_them():
    for key, numbers in CATALOGUE["vgg11"]().named_parameters():
        if key.endswith("bias"):
            assert not numbers.any()
        else:
            spread = (2 / (len(numbers) * 9)) ** 0.5 if numbers.ndim == 4 else 0.01
            assert numbers.std().item() == pytest.approx(spread, rel=0.1), key
