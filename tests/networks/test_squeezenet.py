import pytest
import torch
from torch.nn import functional as F

from convscope.data.pixels import read_pixels
from convscope.data.preprocess import Preprocessing
from convscope.networks.squeezenet import Fire, SqueezeNet, squeezenet1_0, squeezenet1_1
from convscope.prediction.weights import put_weights, read_weights

FIRES = {
    squeezenet1_0: {
        3: (96, 16, 64), 4: (128, 16, 64), 5: (128, 32, 128), 7: (256, 32, 128),
        8: (256, 48, 192), 9: (384, 48, 192), 10: (384, 64, 256), 12: (512, 64, 256),
    },
    squeezenet1_1: {
        3: (64, 16, 64), 4: (128, 16, 64), 6: (128, 32, 128), 7: (256, 32, 128),
        9: (256, 48, 192), 10: (384, 48, 192), 11: (384, 64, 256), 12: (512, 64, 256),
    },
}  # fmt: skip
"""Where the published files have their fire modules: channels in, squeezed, expanded."""
STEM = {squeezenet1_0: (96, 3, 7, 7), squeezenet1_1: (64, 3, 3, 3)}
NAMES = ["squeezenet1_0", "squeezenet1_1"]

every_version = pytest.mark.parametrize("build", FIRES, ids=NAMES)


def published(build) -> dict[str, tuple[int, ...]]:
    weights: dict[str, tuple[int, ...]] = {"features.0": STEM[build]}
    for at, (before, squeeze, expand) in FIRES[build].items():
        weights[f"features.{at}.squeeze"] = (squeeze, before, 1, 1)
        weights[f"features.{at}.expand1x1"] = (expand, squeeze, 1, 1)
        weights[f"features.{at}.expand3x3"] = (expand, squeeze, 3, 3)
    weights["classifier.1"] = (1000, 512, 1, 1)
    biases = {f"{key}.bias": shape[:1] for key, shape in weights.items()}
    return {f"{key}.weight": shape for key, shape in weights.items()} | biases


def shapes(weights) -> dict[str, tuple[int, ...]]:
    return {key: tuple(t.shape) for key, t in weights.items()}


@every_version
def test_the_keys_and_shapes_are_the_published_ones(build):
    with torch.device("meta"):
        assert shapes(build().state_dict()) == published(build)


@pytest.mark.parametrize(
    ("build", "parameters"),
    [(squeezenet1_0, 1_248_424), (squeezenet1_1, 1_235_496)],
    ids=NAMES,
)
def test_it_has_the_published_number_of_parameters(build, parameters):
    with torch.device("meta"):
        assert sum(p.numel() for p in build().parameters()) == parameters


@pytest.mark.parametrize(
    ("build", "sizes"),
    [(squeezenet1_0, (109, 54, 27, 13)), (squeezenet1_1, (111, 55, 27, 13))],
    ids=NAMES,
)
def test_the_maps_have_the_known_sizes_at_224(build, sizes):
    with torch.device("meta"):
        maps, found = torch.zeros(1, 3, 224, 224), []
        for layer in build().features:
            maps = layer(maps)
            found.append(maps.shape[2])
    assert tuple(dict.fromkeys(found)) == sizes


def test_a_fire_module_squeezes_and_expands_both_ways():
    fire, maps = Fire(5, 3, 7), torch.randn(2, 5, 11, 13)
    squeezed = F.conv2d(maps, fire.squeeze.weight, fire.squeeze.bias).clamp(min=0)
    one = F.conv2d(squeezed, fire.expand1x1.weight, fire.expand1x1.bias)
    three = F.conv2d(squeezed, fire.expand3x3.weight, fire.expand3x3.bias, padding=1)
    torch.testing.assert_close(fire(maps), torch.cat([one, three], 1).clamp(min=0))


def test_the_head_averages_the_rectified_maps_of_each_class():
    net = squeezenet1_1(num_classes=7, in_channels=2).eval()
    images = torch.randn(3, 2, 37, 53)
    maps = F.conv2d(net.features(images), *net.classifier[1].parameters())
    torch.testing.assert_close(net(images), maps.clamp(min=0).mean((2, 3)))


PREPROCESSING = Preprocessing(
    size=(224, 224), resize=256, channels=3, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)
)


@pytest.fixture(scope="module")
def trained(shared_data) -> SqueezeNet:
    """SqueezeNet 1.1 with the weights of ImageNet."""
    file = shared_data / "imagenet" / "squeezenet1_1_tvnorm.pt"
    weights = read_weights(file)
    assert shapes(weights) == published(squeezenet1_1)
    with torch.device("meta"):
        net = squeezenet1_1()
    put_weights(net.to_empty(device="cpu"), weights, file.name)
    return net.eval()


def test_the_dog_is_a_samoyed(trained, shared_data):
    dog = PREPROCESSING(read_pixels(shared_data / "imagenet" / "photos" / "pytorchhub_dog.jpg"))
    with torch.inference_mode():
        assert trained(dog[None]).argmax().item() == 258  # n02111889


def test_of_100_photographs_60_are_right_at_first_place_and_81_within_five(trained, shared_data):
    files = sorted((shared_data / "imagenet" / "samples").glob("*.jpg"))
    labels = torch.tensor([int(file.name[:3]) for file in files])
    assert len(labels) == 100
    images = torch.stack([PREPROCESSING(read_pixels(file)) for file in files])
    with torch.inference_mode():
        logits = torch.cat([trained(part) for part in images.split(10)])
    first_five = logits.topk(5).indices == labels[:, None]
    assert first_five[:, 0].sum() >= 60
    assert first_five.any(1).sum() >= 81
