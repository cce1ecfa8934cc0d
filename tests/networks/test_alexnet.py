import torch
from torch.nn import functional as F

from convscope.networks.alexnet import AlexNet

PUBLISHED = {
    "features.0.weight": (64, 3, 11, 11), "features.0.bias": (64,),
    "features.3.weight": (192, 64, 5, 5), "features.3.bias": (192,),
    "features.6.weight": (384, 192, 3, 3), "features.6.bias": (384,),
    "features.8.weight": (256, 384, 3, 3), "features.8.bias": (256,),
    "features.10.weight": (256, 256, 3, 3), "features.10.bias": (256,),
    "classifier.1.weight": (4096, 9216), "classifier.1.bias": (4096,),
    "classifier.4.weight": (4096, 4096), "classifier.4.bias": (4096,),
    "classifier.6.weight": (1000, 4096), "classifier.6.bias": (1000,),
}  # fmt: skip


def test_the_keys_and_shapes_are_the_published_ones():
    with torch.device("meta"):
        net = AlexNet()
    assert {key: tuple(t.shape) for key, t in net.state_dict().items()} == PUBLISHED


def test_it_has_61100840_parameters():
    with torch.device("meta"):
        net = AlexNet()
    assert sum(p.numel() for p in net.parameters()) == 61_100_840


def test_the_maps_have_the_known_sizes_at_224():
    with torch.device("meta"):
        maps, sizes = torch.zeros(1, 3, 224, 224), []
        for layer in AlexNet().features:
            maps = layer(maps)
            if sizes[-1:] != [tuple(maps.shape[1:])]:
                sizes.append(tuple(maps.shape[1:]))
    assert sizes == [
        (64, 55, 55), (64, 27, 27), (192, 27, 27), (192, 13, 13),
        (384, 13, 13), (256, 13, 13), (256, 6, 6),
    ]  # fmt: skip


def test_the_answer_is_that_of_the_written_out_layers():
    net = AlexNet(num_classes=7, in_channels=2).eval()
    weights = net.state_dict()

    def conv(maps, key, stride, padding):
        maps = F.conv2d(maps, weights[f"{key}.weight"], weights[f"{key}.bias"], stride, padding)
        return maps.clamp(min=0)

    images = torch.randn(3, 2, 67, 131)
    maps = F.max_pool2d(conv(images, "features.0", 4, 2), 3, 2)
    maps = F.max_pool2d(conv(maps, "features.3", 1, 2), 3, 2)
    maps = conv(conv(maps, "features.6", 1, 1), "features.8", 1, 1)
    maps = F.max_pool2d(conv(maps, "features.10", 1, 1), 3, 2)
    assert maps.shape == (3, 256, 1, 3)
    values = maps[:, :, :, [0, 0, 1, 1, 2, 2]].expand(3, 256, 6, 6).reshape(3, 9216)
    values = F.linear(values, weights["classifier.1.weight"], weights["classifier.1.bias"])
    values = F.linear(values.relu(), weights["classifier.4.weight"], weights["classifier.4.bias"])
    expected = F.linear(values.relu(), weights["classifier.6.weight"], weights["classifier.6.bias"])
    torch.testing.assert_close(net(images), expected)
