import torch
from torch import nn
from torch.testing import assert_close

from convscope.networks.residual import Residual


def test_the_input_is_added_to_what_the_main_branch_makes_of_it():
    conv = nn.Conv2d(3, 3, 3, padding=1)
    images = torch.randn(2, 3, 11, 13)
    assert_close(Residual(conv)(images), conv(images) + images)


def test_a_shortcut_of_its_own_takes_the_place_of_the_input():
    conv, shortcut = nn.Conv2d(3, 5, 3, stride=2, padding=1), nn.Conv2d(3, 5, 1, stride=2)
    images = torch.randn(2, 3, 11, 13)
    assert_close(Residual(conv, shortcut)(images), conv(images) + shortcut(images))


def test_an_empty_shortcut_is_kept():
    assert isinstance(Residual(nn.ReLU(), nn.Sequential()).shortcut, nn.Sequential)
    assert list(Residual(nn.Linear(3, 3)).state_dict()) == ["main.weight", "main.bias"]
