"""The receptive field against the extent of the gradient that is not zero.

Weights are equal and positive with mean one, activations the identity, max pooling average pooling;
in float64. Equal filters answer alike, so one map stands for all of them.
"""

from collections import Counter, defaultdict

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convscope.networks.build import build_network
from convscope.networks.catalogue import CATALOGUE
from convscope.networks.trace import trace
from tests.networks.depths import deepest_slow

LARGEST = 256
SIZES = {"tall": (307, 67), "wide": (67, 311)}
POINTWISE = (nn.ReLU, nn.Tanh, nn.Dropout, nn.BatchNorm2d, nn.LocalResponseNorm, nn.Identity)


class EqualFilters(nn.Module):
    """What a convolution answers whose weights are all the same: one map, or `maps` times that."""

    def __init__(self, conv: nn.Conv2d, maps: int) -> None:
        super().__init__()
        window = torch.ones(1, 1, *conv.kernel_size, dtype=torch.float64)
        self.weight, self.maps = nn.Parameter(window / window.numel()), maps
        self.numbers = (conv.stride, conv.padding, conv.dilation)

    def forward(self, maps):
        answer = F.conv2d(maps.mean(1, keepdim=True), self.weight, None, *self.numbers)
        return answer.expand(-1, self.maps, -1, -1)


class EqualRows(nn.Module):
    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.rows = linear.out_features

    def forward(self, values):
        return values.mean(-1, keepdim=True).expand(*values.shape[:-1], self.rows)


def evened_out(net: nn.Module, one_map: bool) -> nn.Module:
    for name, child in list(net.named_children()):
        if isinstance(child, nn.Conv2d):
            maps = 1 if one_map else child.out_channels
            setattr(net, name, EqualFilters(child, maps))
        elif isinstance(child, nn.Linear):
            setattr(net, name, EqualRows(child))
        elif isinstance(child, nn.MaxPool2d):
            numbers = (child.kernel_size, child.stride, child.padding, child.ceil_mode)
            setattr(net, name, nn.AvgPool2d(*numbers))
        elif isinstance(child, POINTWISE):
            setattr(net, name, nn.Identity())
        else:
            evened_out(child, one_map)
    return net.double().eval()


def seen_by_layers(net: nn.Module, size: tuple[int, int]) -> dict[str, list]:
    """What every module answered, call by call, for an image that asks for its gradient."""
    answers = defaultdict(list)
    for name, module in net.named_modules():
        module.register_forward_hook(lambda _, __, out, name=name: answers[name].append(out))
    image = torch.ones(1, 3, *size, dtype=torch.float64, requires_grad=True)
    answers["image"] = [image]
    net(image)
    return answers


def extent(answer: torch.Tensor, position: list[int], image: torch.Tensor, axis: int):
    unit = answer[(0, slice(None), *position)].sum()
    (gradient,) = torch.autograd.grad(unit, image, retain_graph=True)
    reached = gradient[0].sum(0).nonzero()[:, axis]
    return int(reached.min()), int(reached.max())


@pytest.mark.parametrize("name", deepest_slow(CATALOGUE))
def test_the_field_of_every_layer_is_the_extent_of_its_gradient(name):
    shape = "wide" if name in ("cnn", "lenet5", "squeezenet1_1", "resnet8") else "tall"
    axis, size = ("tall", "wide").index(shape), SIZES[shape]
    partly = name == "lenet5"  # picks maps by their numbers, so it needs all of them
    with torch.device("cpu" if partly else "meta"):
        net = build_network(name, num_classes=3, in_channels=3, input_size=size)
    steps = trace(net, (3, *size)).steps
    answers = seen_by_layers(evened_out(net, one_map=not partly), size)
    calls, checked = Counter(), 0
    for step in steps:
        sight, layer = step.reach[axis], step.call.name
        answer = answers[layer][calls[layer]] if layer in answers else None
        calls[layer] += 1
        if answer is None or sight.dim is None or sight.field(0) > LARGEST:
            continue
        if step.call.inputs[0].reach == step.reach:
            assert isinstance(step.call.module, POINTWISE) or step.call.kind == "Conv2d"
            continue  # what comes in was checked: a value of its own place, or a 1x1 convolution
        position = [s.count // 2 for s in step.reach]
        found = extent(answer, position, answers["image"][0], axis)
        assert found == sight.at(position[axis]), layer
        checked += 1
    assert checked >= (0 if name == "mlp" else 4)
