import re
from itertools import pairwise

import pytest
from torch import nn

from convscope.networks.anatomy import anatomy


def formulas(net: nn.Module, shape: tuple[int, ...], layer: int = 0) -> list[tuple[str, str]]:
    return [(what, worked.formula) for what, worked in anatomy(net, shape).layers[layer].formulas]


def test_a_convolution_is_worked_out():
    assert formulas(nn.Conv2d(3, 10, 3), (3, 130, 130)) == [
        ("height and width", "(130 - 3 + 2*0)/1 + 1 = 128"),
        ("parameters", "10 x (3x3x3) + 10 = 280"),
        ("MACs", "(128x128) x 10 x (3x3x3) = 4,423,680"),
        ("values", "10 x 128 x 128 = 163,840"),
        ("memory", "10 x 128 x 128 x 4 bytes = 655,360 bytes"),
        ("receptive field", "1 + (3 - 1)*1 = 3"),
        ("jump", "1*1 = 1"),
    ]


def test_axes_that_differ_are_worked_out_apart():
    net = nn.Conv2d(6, 9, (5, 2), stride=(2, 1), padding=(1, 0), groups=3, bias=False)
    assert formulas(net, (6, 12, 11)) == [
        ("height", "floor((12 - 5 + 2*1)/2) + 1 = floor(4.5) + 1 = 5"),
        ("width", "(11 - 2 + 2*0)/1 + 1 = 10"),
        ("parameters", "9 x (5x2x6/3) = 180"),
        ("MACs", "(5x10) x 9 x (5x2x6/3) = 9,000"),
        ("values", "9 x 5 x 10 = 450"),
        ("memory", "9 x 5 x 10 x 4 bytes = 1,800 bytes"),
        ("receptive field, height", "1 + (5 - 1)*1 = 5"),
        ("jump, height", "1*2 = 2"),
        ("receptive field, width", "1 + (2 - 1)*1 = 2"),
        ("jump, width", "1*1 = 1"),
    ]


def test_a_field_goes_on_from_what_came_before():
    net = nn.Sequential(nn.Conv2d(3, 5, 3), nn.MaxPool2d(4), nn.Conv2d(5, 7, 5, dilation=2))
    seen = dict(formulas(net, (3, 67, 67), layer=2))
    assert seen["receptive field"] == "effective kernel 2*(5 - 1) + 1 = 9: 6 + (9 - 1)*4 = 38"
    assert seen["jump"] == "4*1 = 4"
    assert dict(formulas(net, (3, 67, 67), layer=1))["height and width"] == (
        "floor((65 - 4 + 2*0)/4) + 1 = floor(15.25) + 1 = 16"
    )


def test_pooling_whose_last_window_is_cut_rounds_up():
    seen = dict(formulas(nn.MaxPool2d(3, 2, ceil_mode=True), (3, 12, 12)))
    assert seen["height and width"] == "ceil((12 - 3 + 2*0)/2) + 1 = ceil(4.5) + 1 = 6"


@pytest.mark.parametrize(
    ("net", "shape", "parameters", "macs"),
    [
        (nn.Linear(17, 5), (17,), "5 x 17 + 5 = 90", "5 x 17 = 85"),
        (nn.Linear(17, 5, bias=False), (17,), "5 x 17 = 85", "5 x 17 = 85"),
        (nn.Linear(17, 5), (7, 17), "5 x 17 + 5 = 90", "7 x 5 x 17 = 595"),
        (nn.BatchNorm2d(7), (7, 3, 5), "2 x 7 = 14", None),
        (nn.LayerNorm(5), (7, 5), "2 x 5 = 10", None),
        (nn.BatchNorm2d(7, affine=False), (7, 3, 5), None, None),
    ],
)
def test_parameters_and_macs(net, shape, parameters, macs):
    seen = dict(formulas(net, shape))
    assert (seen.get("parameters"), seen.get("MACs")) == (parameters, macs)


def test_a_transposed_convolution_says_how_large_it_makes_maps():
    seen = dict(formulas(nn.ConvTranspose2d(5, 7, 3, stride=2, output_padding=1), (5, 8, 8)))
    assert seen["height and width"] == "(8 - 1)*2 - 2*0 + 3 + 1 = 18"
    assert seen["parameters"] == "7 x (3x3x5) + 7 = 322"


def test_a_layer_that_is_called_again_has_no_parameters_the_second_time():
    conv = nn.Conv2d(3, 3, 3)
    layers = anatomy(nn.Sequential(conv, conv), (3, 11, 13)).layers
    assert [("parameters" in dict(layer.formulas)) for layer in layers] == [True, False]
    assert [layer.parameters for layer in layers] == [84, 0]


def test_where_several_windows_work_together_no_single_one_is_claimed():
    class Two(nn.Module):
        def forward(self, maps):
            return nn.functional.avg_pool2d(nn.functional.avg_pool2d(maps, 2), 3)

    (layer,) = anatomy(nn.Sequential(Two()), (3, 23, 29)).layers
    assert layer.window == ""
    assert "receptive field" not in dict(layer.formulas)
    assert layer.receptive_field == (6, 6)


@pytest.mark.parametrize("net", [nn.Conv2d(3, 5, 3, 2, 1), nn.AvgPool2d(3, 2)])
def test_every_formula_ends_in_its_value(net):
    (layer,) = anatomy(net, (3, 11, 13)).layers
    for _, worked in layer.formulas:
        last = re.findall(r"[\d,]+", worked.formula)[-1]
        assert int(last.replace(",", "")) == worked.value
    assert layer.window in ("3x3/2",)


def test_the_formulas_value_is_the_tables():
    net = nn.Sequential(nn.Conv2d(3, 5, (3, 5), padding=2), nn.ReLU(), nn.AvgPool2d(2))
    layers = anatomy(net, (3, 23, 29)).layers
    for before, layer in pairwise([None, *layers]):
        worked = dict(layer.formulas)
        assert worked["memory"].value == layer.memory
        if "height" in worked and before is None:
            assert (worked["height"].value, worked["width"].value) == layer.output_shape[1:]
