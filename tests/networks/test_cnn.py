import torch
from torch.nn import functional as F

from convscope.networks.cnn import CNN


def test_the_layers_have_the_courses_names_and_shapes():
    shapes = {key: tuple(t.shape) for key, t in CNN().state_dict().items()}
    assert shapes == {
        "conv1.weight": (16, 3, 3, 3), "conv1.bias": (16,),
        "conv2.weight": (32, 16, 3, 3), "conv2.bias": (32,),
        "conv3.weight": (64, 32, 3, 3), "conv3.bias": (64,),
        "fc1.weight": (500, 1024), "fc1.bias": (500,),
        "fc2.weight": (10, 500), "fc2.bias": (10,),
    }  # fmt: skip


def test_with_100_hidden_units_on_mnist_it_has_82006_parameters():
    net = CNN(in_channels=1, input_size=(28, 28), hidden=100)
    # 16 (9 + 1) + 32 (16 * 9 + 1) + 64 (32 * 9 + 1) + 100 (64 * 3 * 3 + 1) + 10 (100 + 1)
    assert sum(p.numel() for p in net.parameters()) == 82_006


def test_the_answer_is_the_courses_with_relu_before_pooling():
    net = CNN(num_classes=7, in_channels=2, input_size=(19, 29), hidden=11).eval()
    images = torch.randn(5, 2, 19, 29)
    maps = images
    for conv in (net.conv1, net.conv2, net.conv3):
        maps = F.max_pool2d(F.relu(F.conv2d(maps, conv.weight, conv.bias, padding=1)), 2)
    assert maps.shape == (5, 64, 2, 3)
    hidden = F.relu(F.linear(maps.reshape(5, 384), net.fc1.weight, net.fc1.bias))
    expected = F.linear(hidden, net.fc2.weight, net.fc2.bias)
    torch.testing.assert_close(net(images), expected)


def test_dropout_acts_before_both_linear_layers_in_training():
    net = CNN(dropout=1.0)
    answer = net.train()(torch.randn(3, 3, 32, 32))
    torch.testing.assert_close(answer, net.fc2.bias.expand(3, 10))
