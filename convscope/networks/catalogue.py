"""Name -> network: each takes num_classes, in_channels and input_size, and arguments of its own."""

from collections.abc import Callable, Mapping
from functools import partial

from torch import nn

from convscope.networks.cnn import CNN
from convscope.networks.lenet import LeNet
from convscope.networks.mlp import MLP
from convscope.networks.resnet_cifar import CIFARResNet

CATALOGUE: Mapping[str, Callable[..., nn.Module]] = {
    "mlp": MLP,
    "cnn": CNN,
    "lenet": LeNet,
    "resnet8": partial(CIFARResNet, blocks=1),
}
