import pytest
import torch
from torch import nn

from convscope.errors import BadNetwork
from convscope.networks.arguments import (
    arguments_of,
    is_usual,
    materialised,
    parameters_of,
    plain,
)


@pytest.mark.parametrize(
    ("module", "told"),
    [
        (
            nn.Conv2d(3, 5, (3, 7), 2, padding=1, dilation=(1, 2), bias=False),
            {"in_channels": 3, "out_channels": 5, "kernel_size": (3, 7), "stride": (2, 2),
             "padding": (1, 1), "dilation": (1, 2), "bias": False},
        ),
        (nn.Conv1d(4, 6, 5, groups=2, padding="same"),
         {"in_channels": 4, "out_channels": 6, "kernel_size": (5,), "groups": 2,
          "padding": "same"}),
        (nn.MaxPool2d(3), {"kernel_size": 3}),
        (nn.MaxPool2d((3, 5), (3, 5)), {"kernel_size": (3, 5)}),
        (nn.AvgPool2d(3, 1, ceil_mode=True), {"kernel_size": 3, "stride": 1, "ceil_mode": True}),
        (nn.Linear(7, 11, bias=False), {"in_features": 7, "out_features": 11, "bias": False}),
        (nn.Linear(7, 11), {"in_features": 7, "out_features": 11}),
        (nn.BatchNorm2d(7, momentum=None), {"num_features": 7, "momentum": None}),
        (nn.BatchNorm2d(7, affine=False), {"num_features": 7, "affine": False}),
        (nn.ReLU(), {}),
        (nn.Dropout(), {}),
        (nn.Upsample(scale_factor=3), {"scale_factor": 3.0}),
    ],
)  # fmt: skip
def test_what_a_module_was_built_with_is_read_back(module, told):
    arguments = arguments_of(module)
    found = {key: value for key, value in arguments.items() if not is_usual(module, key, value)}
    assert found == told
    assert repr(type(module)(**arguments)) == repr(module)


def test_where_and_how_it_is_kept_is_no_argument():
    assert list(parameters_of(nn.Linear)) == ["in_features", "out_features", "bias"]
    assert list(parameters_of(nn.Dropout)) == ["p"]


def test_a_tuple_of_one_number_is_the_number():
    values = [(3, 3), (5,), [2, 2], (3, 5), 7, "same", (), None]
    assert [plain(value) for value in values] == [3, 5, 2, (3, 5), 7, "same", (), None]


def test_weights_are_drawn_as_if_the_net_had_been_built_with_them():
    def build():
        return nn.Sequential(
            nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.GroupNorm(5, 5), nn.Flatten(), nn.Linear(5, 7)
        )

    torch.manual_seed(3)
    expected = build().state_dict()
    torch.manual_seed(3)
    with torch.device("meta"):
        net = build()
    found = materialised(net).state_dict()
    assert list(found) == list(expected)
    assert all(torch.equal(found[key], expected[key]) for key in expected)
    assert all(p.requires_grad for p in net.parameters())


def test_a_net_that_no_machine_holds_is_refused_before_memory_is_asked_for():
    with torch.device("meta"):
        net = nn.Linear(2_000_003, 1_000_003)
    said = r"would have 2,000,010,000,012 parameters, 8,000 GB of numbers: at most 2,147,483,648"
    with pytest.raises(BadNetwork, match=said):
        materialised(net)
