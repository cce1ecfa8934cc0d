import pytest
import torch
from torch import nn

from convscope.errors import BadNetwork
from convscope.networks.build import build_network
from convscope.networks.catalogue import CATALOGUE
from convscope.seed import seeded

SHAPES = [(1, 13, 17), (3, 32, 32), (2, 19, 16), (5, 23, 29)]

every_network = pytest.mark.parametrize("name", CATALOGUE)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=lambda s: "x".join(map(str, s)))


def build(name: str, shape: tuple[int, int, int], num_classes: int = 7) -> nn.Module:
    c, h, w = shape
    with seeded("contract", name):
        return build_network(name, num_classes=num_classes, in_channels=c, input_size=(h, w))


def images(n: int, shape: tuple[int, int, int]) -> torch.Tensor:
    return torch.randn(n, *shape, generator=torch.Generator().manual_seed(11))


@every_network
@every_shape
@pytest.mark.parametrize(("n", "num_classes"), [(3, 7), (1, 2)])
def test_images_become_one_score_per_class(name, shape, n, num_classes):
    net = build(name, shape, num_classes).eval()
    assert net(images(n, shape)).shape == (n, num_classes)


@every_network
@every_shape
def test_gradients_reach_every_parameter(name, shape):
    net = build(name, shape)
    net(images(5, shape)).square().sum().backward()
    without = [key for key, p in net.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []


@every_network
def test_no_layer_overwrites_what_another_one_answered(name):
    net, answers = build(name, (3, 32, 32)), {}

    def keep(layer: nn.Module, _, answer: torch.Tensor) -> None:
        answers[layer] = (answer, answer._version)

    for layer in net.modules():
        assert not getattr(layer, "inplace", False)
        layer.register_forward_hook(keep)
    net(images(3, (3, 32, 32)))
    assert len(answers) > 3
    assert all(answer._version == version for answer, version in answers.values())


@every_network
def test_each_image_is_answered_by_itself(name):
    net, batch = build(name, (3, 32, 32)).eval(), images(5, (3, 32, 32))
    alone = torch.cat([net(image[None]) for image in batch])
    torch.testing.assert_close(net(batch), alone)
    assert not torch.allclose(alone[0], alone[1])


@every_network
def test_the_memory_format_changes_no_number(name):
    net, batch = build(name, (3, 32, 32)).eval(), images(3, (3, 32, 32))
    plain = net(batch)
    last = net.to(memory_format=torch.channels_last)(
        batch.contiguous(memory_format=torch.channels_last)
    )
    torch.testing.assert_close(last, plain, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "too_small", "smallest", "said"),
    [
        ("cnn", (7, 8), (8, 8), "an image of 7x8 is too small for cnn.*use 8x8 or larger"),
        ("lenet", (12, 11), (12, 12), "an image of 12x11 is too small.*use 12x12 or larger"),
    ],
)
def test_an_image_that_is_too_small_is_refused_with_the_smallest(name, too_small, smallest, said):
    with pytest.raises(BadNetwork, match=said):
        build(name, (1, *too_small))
    assert build(name, (1, *smallest))(images(3, (1, *smallest))).shape == (3, 7)


@pytest.mark.parametrize("name", ["mlp", "resnet8"])
def test_the_others_take_an_image_of_a_single_pixel(name):
    assert build(name, (3, 1, 1)).eval()(images(5, (3, 1, 1))).shape == (5, 7)
