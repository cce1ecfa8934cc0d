import pytest
import torch
from torch import nn

from convscope.errors import BadValue
from convscope.networks.anatomy import anatomy
from convscope.networks.filter_sizes import filter_choices


def test_the_choices_cost_what_the_anatomy_of_their_layers_says():
    for choice in filter_choices(7, 16, (11, 13)):
        widths = [7, *[choice.filters] * len(choice.kernels)]
        with torch.device("meta"):
            net = nn.Sequential(
                *(
                    nn.Conv2d(width, choice.filters, kernel, padding=kernel // 2)
                    for width, kernel in zip(widths, choice.kernels, strict=False)
                )
            )
        found = anatomy(net, (7, 11, 13))
        assert (choice.parameters.value, choice.macs.value) == (found.parameters, found.macs)
        assert found.layers[-1].receptive_field == (choice.field.value,) * 2


def test_what_is_equal_is_equal():
    small, large, twice, more = filter_choices(16, 16, (32, 32))
    assert large.field.value == twice.field.value == 5
    assert small.field.value == more.field.value == 3
    assert abs(more.parameters.value / large.parameters.value - 1) < 0.01
    assert twice.parameters.value < large.parameters.value


def test_the_formulas_are_written_out():
    _, large, twice, _ = filter_choices(16, 16, (32, 32))
    assert large.parameters.formula == "16 x (5x5x16) + 16 = 6,416"
    assert twice.parameters.formula == "2 x (16 x (3x3x16) + 16) = 4,640"
    assert twice.field.formula == "1 + (3 - 1)*1 = 3; 3 + (3 - 1)*1 = 5"
    assert filter_choices(3, 5, (11, 13))[2].parameters.formula == (
        "(5 x (3x3x3) + 5) + (5 x (3x3x5) + 5) = 370"
    )


def test_numbers_below_one_are_refused():
    with pytest.raises(BadValue, match="filters 0 is too small"):
        filter_choices(3, 0, (11, 13))
