"""Name -> network: each takes num_classes and in_channels, input_size where it needs it.

Names of published networks are torchvision's.
"""

from collections.abc import Callable, Mapping

from torch import nn

from convscope.networks.alexnet import AlexNet
from convscope.networks.cnn import CNN
from convscope.networks.keypoint_net import KeypointNet
from convscope.networks.lenet import LeNet
from convscope.networks.lenet5 import LeNet5
from convscope.networks.mlp import MLP
from convscope.networks.resnet import resnet18, resnet34, resnet50, resnet101, resnet152
from convscope.networks.resnet_cifar import (
    plain20,
    plain56,
    resnet8,
    resnet20,
    resnet32,
    resnet44,
    resnet56,
    resnet110,
)
from convscope.networks.squeezenet import squeezenet1_0, squeezenet1_1
from convscope.networks.vgg import (
    vgg11,
    vgg11_bn,
    vgg13,
    vgg13_bn,
    vgg16,
    vgg16_bn,
    vgg19,
    vgg19_bn,
)
from convscope.networks.zfnet import ZFNet

CATALOGUE: Mapping[str, Callable[..., nn.Module]] = {
    "mlp": MLP,
    "cnn": CNN,
    "lenet": LeNet,
    "lenet5": LeNet5,
    "alexnet": AlexNet,
    "zfnet": ZFNet,
    "vgg11": vgg11,
    "vgg11_bn": vgg11_bn,
    "vgg13": vgg13,
    "vgg13_bn": vgg13_bn,
    "vgg16": vgg16,
    "vgg16_bn": vgg16_bn,
    "vgg19": vgg19,
    "vgg19_bn": vgg19_bn,
    "squeezenet1_0": squeezenet1_0,
    "squeezenet1_1": squeezenet1_1,
    "resnet18": resnet18,
    "resnet34": resnet34,
    "resnet50": resnet50,
    "resnet101": resnet101,
    "resnet152": resnet152,
    "resnet8": resnet8,
    "resnet20": resnet20,
    "resnet32": resnet32,
    "resnet44": resnet44,
    "resnet56": resnet56,
    "resnet110": resnet110,
    "plain20": plain20,
    "plain56": plain56,
    "keypoint_net": KeypointNet,
}
