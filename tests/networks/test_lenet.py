import torch
from torch.nn import functional as F

from convscope.networks.lenet import LeNet


def test_it_has_61706_parameters():
    # 6 (25 + 1) + 16 (6 * 25 + 1) + 120 (400 + 1) + 84 (120 + 1) + 10 (84 + 1)
    assert sum(p.numel() for p in LeNet().parameters()) == 61_706


def test_the_maps_have_the_sizes_of_the_papers_figure():
    net, sizes = LeNet().eval(), {}
    for name, layer in net.named_children():
        if name != "relu":
            layer.register_forward_hook(
                lambda _, __, answer, name=name: sizes.setdefault(name, []).append(
                    tuple(answer.shape[1:])
                )
            )
    net(torch.zeros(3, 1, 28, 28))
    assert sizes == {
        "conv1": [(6, 28, 28)],  # C1
        "pool": [(6, 14, 14), (16, 5, 5)],  # S2, S4
        "conv2": [(16, 10, 10)],  # C3
        "fc1": [(120,)],  # C5
        "fc2": [(84,)],  # F6
        "fc3": [(10,)],
    }


def test_28x28_is_answered_as_its_zero_padded_32x32():
    net, images = LeNet(num_classes=7).eval(), torch.randn(3, 1, 28, 28)
    padded = F.pad(images, (2, 2, 2, 2))
    maps = F.max_pool2d(F.relu(F.conv2d(padded, net.conv1.weight, net.conv1.bias)), 2)
    maps = F.max_pool2d(F.relu(F.conv2d(maps, net.conv2.weight, net.conv2.bias)), 2)
    hidden = F.relu(F.linear(maps.reshape(3, 400), net.fc1.weight, net.fc1.bias))
    hidden = F.relu(F.linear(hidden, net.fc2.weight, net.fc2.bias))
    expected = F.linear(hidden, net.fc3.weight, net.fc3.bias)
    torch.testing.assert_close(net(images), expected)
