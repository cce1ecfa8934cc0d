import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convscope.errors import BadValue
from convscope.training.grid import (
    combinations,
    described,
    folder_names,
    split_values,
    split_words,
    written,
)

SAFE = set(string.ascii_letters + string.digits + "._=+-")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.01", ["0.01"]),
        ("0.01,0.03, 0.1", ["0.01", "0.03", "0.1"]),
        ("[100,200],300", ["[100,200]", "300"]),
        ("nn.Sequential(nn.Conv2d(3, 16, 3), nn.ReLU())", None),
        ("conv(1, 2);{a, b}", None),
        ("a),b", ["a)", "b"]),
        ("conv(1, 2", None),
        (" kept as it is ", None),
        ("", [""]),
        ("1,", ["1", ""]),
    ],
)
def test_a_comma_parts_values_unless_brackets_hold_it(text, values):
    assert split_values(text) == (values or [text])


@given(st.lists(st.text("ab[(,)]+ .1"), min_size=1, max_size=5))
def test_within_brackets_no_comma_parts(texts):
    inner = ",".join(text for text in texts if not set(text) & set("[]()"))
    assert split_values(f"({inner})") == [f"({inner})"]


def test_words_with_one_value_are_told_from_words_with_several():
    words = {"seed": "1,2", "epochs": "3", "group_by": r"\d{1,3},x"}
    one, several = split_words(words, ["group_by"])
    assert one == {"epochs": "3", "group_by": r"\d{1,3},x"}
    assert several == {"seed": ["1", "2"]}


@pytest.mark.parametrize("text", ["1,", ",1", "1,,2", ","])
def test_nothing_beside_a_comma_is_refused(text):
    with pytest.raises(BadValue, match="nothing beside a comma"):
        split_words({"seed": text})


def test_every_combination_comes_once_the_last_field_changing_fastest():
    found = combinations({"a": (1, 2, 3), "b": ("x", "y")})
    assert [(c["a"], c["b"]) for c in found] == [
        (1, "x"), (1, "y"), (2, "x"), (2, "y"), (3, "x"), (3, "y"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        ({}, "needs a field with several values"),
        ({"seed": ()}, "seed has no value"),
        ({"seed": (1, 2, 1)}, "1 is given twice"),
        ({"rate": (0.1, 0.10)}, "0.1 is given twice"),
        ({"a": range(11), "b": range(7), "c": range(13)}, "11 x 7 x 13 values are 1,001 runs"),
        ({"a": range(10**4), "b": range(10**4)}, "100,000,000 runs"),
    ],
)
def test_a_grid_that_nobody_can_mean_is_refused(grid, said):
    with pytest.raises(BadValue, match=said):
        combinations({name: tuple(values) for name, values in grid.items()})


def test_a_thousand_runs_are_allowed():
    assert len(combinations({"a": range(40), "b": range(25)})) == 1000


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.01, "0.01"), (1e25, "1e25"), (True, "true"), ([512, 256], "512+256"), ([7], "[7]"),
     ("flip+shift:4", "flip+shift:4"), (None, "None")],
)  # fmt: skip
def test_a_value_is_written_as_it_is_typed(value, text):
    assert written(value) == text


def test_a_combination_is_read_in_its_folders_name():
    names = folder_names([{"learning_rate": 0.01, "batch_size": 128}, {"learning_rate": 0.1}])
    assert names == ["1-learning_rate=0.01+batch_size=128", "2-learning_rate=0.1"]
    assert described({"learning_rate": 0.01, "nesterov": False}) == (
        "learning_rate=0.01 nesterov=false"
    )


@given(st.lists(st.text(max_size=150), min_size=1, max_size=11))
def test_whatever_the_values_folders_have_safe_names_of_their_own(values):
    names = folder_names([{"network": value} for value in values])
    assert len(set(names)) == len(names)
    assert sorted(names) == names
    for name in names:
        assert set(name) <= SAFE
        assert len(name) <= 110
        assert name[0].isdigit()
        assert name[-1] != "."
