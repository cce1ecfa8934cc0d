import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from convscope.errors import BadValue
from convscope.filters.receptive_field import receptive_field
from tests.filters.formulas import sides

layers = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=4
)


@given(layers)
def test_it_is_the_extent_of_the_gradient_of_one_value(layers):
    """The window over the gradient has gaps only where a stride jumps over pixels."""
    signal = torch.zeros(1, 1, 1200, dtype=torch.float64, requires_grad=True)
    maps = signal
    for kernel_size, stride, dilation in layers:
        weight = torch.full((1, 1, kernel_size), 1 / kernel_size, dtype=torch.float64)
        maps = F.conv1d(maps, weight, stride=stride, dilation=dilation)
    seen = []
    for position in (0, 1):
        gradient = torch.autograd.grad(maps[0, 0, position], signal, retain_graph=True)[0]
        seen.append(gradient[0, 0].nonzero().flatten())
    field, jump = receptive_field(layers)
    assert field.value == seen[0][-1] - seen[0][0] + 1
    assert jump.value == seen[1][0] - seen[0][0]
    for worked in (field, jump):
        assert sides(worked.formula)[-1] == worked.value


def test_the_formulas_go_layer_by_layer():
    field, jump = receptive_field([(3, 1, 1), (4, 4, 1), (5, 1, 2)])
    assert field.formula == (
        "1 + (3 - 1)*1 = 3; 3 + (4 - 1)*1 = 6; "
        "effective kernel 2*(5 - 1) + 1 = 9: 6 + (9 - 1)*4 = 38"
    )
    assert jump.formula == "1*1 = 1; 1*4 = 4; 4*1 = 4"


def test_it_goes_on_from_what_went_before():
    first = [(3, 2, 1), (5, 1, 3)]
    then = [(2, 2, 1), (3, 1, 2)]
    before = receptive_field(first)
    after = receptive_field(then, before.field.value, before.jump.value)
    assert after.field.value == receptive_field(first + then).field.value
    assert after.jump.value == receptive_field(first + then).jump.value


def test_without_layers_a_value_is_a_pixel():
    assert [worked.value for worked in receptive_field([])] == [1, 1]


def test_published_fields():
    """Araujo et al. 2019: AlexNet's last pooling 195, VGG-16's 212."""
    alexnet = [(11, 4, 1), (3, 2, 1), (5, 1, 1), (3, 2, 1), *[(3, 1, 1)] * 3, (3, 2, 1)]
    two, three = [(3, 1, 1)] * 2, [(3, 1, 1)] * 3
    vgg16 = [*two, (2, 2, 1), *two, (2, 2, 1), *[*three, (2, 2, 1)] * 3]
    assert receptive_field(alexnet).field.value == 195
    assert receptive_field(vgg16).field.value == 212


def test_a_stride_of_zero_is_refused():
    with pytest.raises(BadValue, match="stride 0 is too small: use 1 or more"):
        receptive_field([(3, 0, 1)])
