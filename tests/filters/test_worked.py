import pytest

from convscope.errors import BadValue
from convscope.filters.worked import (
    Worked,
    at_least,
    check_groups,
    effective_kernel,
    per_axis,
    spread_first,
)
from tests.filters.formulas import sides


def test_a_worked_number_is_printed_as_its_formula():
    assert str(Worked(4, "2 + 2 = 4")) == "2 + 2 = 4"


@pytest.mark.parametrize(("kernel_size", "dilation"), [(1, 5), (3, 1), (3, 2), (4, 3), (11, 7)])
def test_the_effective_kernel_reaches_from_the_first_cell_to_the_last(kernel_size, dilation):
    cells = [cell * dilation for cell in range(kernel_size)]
    worked = effective_kernel(kernel_size, dilation)
    assert worked.value == cells[-1] - cells[0] + 1
    assert set(sides(worked.formula)) == {worked.value}


def test_a_kernel_that_is_not_dilated_needs_no_word():
    assert spread_first(3, 1) == ""
    assert spread_first(3, 2) == "effective kernel 2*(3 - 1) + 1 = 5: "


def test_the_value_that_is_too_small_is_named():
    at_least(1, stride=1, dilation=2)
    with pytest.raises(BadValue, match="^stride 0 is too small: use 1 or more$"):
        at_least(1, kernel_size=3, stride=0)


def test_one_number_stands_for_every_axis():
    assert per_axis(3, 2, "stride") == (3, 3)
    assert per_axis([3, 5], 2, "stride") == (3, 5)
    with pytest.raises(BadValue, match=r"^stride \(3, 5\) has 2 numbers for 3 axes: .* or 3$"):
        per_axis((3, 5), 3, "stride")


def test_groups_that_do_not_divide_are_answered_with_those_that_do():
    check_groups(3, 6, 9)
    with pytest.raises(BadValue, match="^groups 4 does not divide in_channels 6: use 1 or 3$"):
        check_groups(4, 6, 9)
    with pytest.raises(BadValue, match="^groups 2 does not divide out_channels 9: use 1 or 3$"):
        check_groups(2, 6, 9)
    with pytest.raises(BadValue, match="^groups 0 is too small: use 1 or more$"):
        check_groups(0, 6, 9)
