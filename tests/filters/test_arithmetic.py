import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.filters.arithmetic import number, places, product, signed_sum

numbers = st.floats(-1e6, 1e6)


@given(numbers)
def test_a_number_is_right_to_six_digits(value):
    assert float(number(value)) == pytest.approx(value, rel=5e-6)


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=7), st.integers(-99, 99))
def test_whole_numbers_are_exact(values, other):
    assert [int(number(float(value))) for value in values] == values
    assert eval(signed_sum([float(value) for value in values])) == sum(values)
    assert eval(product(float(values[0]), float(other))) == values[0] * other


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.0, "2"), (-0.25, "-0.25"), (1 / 3, "0.333333"), (-0.0, "0"), (1e-9, "1e-09")]
    + [(1234567.0, "1234567"), (math.inf, "inf"), (math.nan, "nan"), (0.1 + 0.2, "0.3")],
)
def test_numbers_as_they_are_read(value, text):
    assert number(value) == text


def test_negative_factors_stand_in_brackets():
    assert product(1.0, 2.0) == "1*2"
    assert product(-1.0, 0.5) == "(-1)*0.5"
    assert product(0.5, -1.0) == "0.5*(-1)"


def test_a_sum_takes_the_signs_of_its_numbers():
    assert signed_sum([5.0, -2.0, 3.0]) == "5 - 2 + 3"
    assert signed_sum([-5.0]) == "-5"


def test_positions_in_words():
    assert places(range(2, 3), "row") == "row 2"
    assert places(range(-1, 2), "row") == "rows -1..1"
    assert places(range(0, 6, 2), "row") == "rows 0, 2, 4"
