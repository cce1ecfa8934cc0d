import ast

import pytest

from convscope.errors import BadNetwork
from convscope.networks.literals import read_literal, refused


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    "text", ["3", "-0.5", "True", "None", "'same'", "(3, 5)", "[1, (2, 3)]", "-1", "1e-5"]
)
def test_a_literal_is_its_value(text):
    value = ast.literal_eval(text)
    assert read_literal(expression(text)) == (tuple(value) if isinstance(value, list) else value)


@pytest.mark.parametrize(("text", "value"), [("16 * 5 * 5", 400), ("(7 - 3) // 2 + 1", 3)])
def test_sums_of_numbers_are_worked_out(text, value):
    assert read_literal(expression(text)) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("width", 'line 1: "width" is a name, which is not read: write its value'),
        ("9 ** 9 ** 9", 'line 1: "9 ** 9 ** 9" is not read: numbers, tuples, True, False, None'),
        ("'a' * 9", "line 1: \"'a'\" is no number"),
        ("-'a'", "line 1: \"'a'\" is no number"),
        ("True + 1", 'line 1: "True" is no number'),
        ("3 // 0", 'line 1: "3 // 0" has no value: '),
        ("f(3)", 'line 1: "f(3)" is not read'),
        ("b'x'", "line 1: \"b'x'\" is not read"),
        ("{1: 2}", 'line 1: "{1: 2}" is not read'),
        ("a.b", 'line 1: "a.b" is not read'),
        ("[n for n in x]", 'line 1: "[n for n in x]" is not read'),
        ("...", 'line 1: "..." is not read'),
    ],
)
def test_anything_else_is_refused_with_its_words(text, said):
    with pytest.raises(BadNetwork) as refusal:
        read_literal(expression(text))
    assert str(refusal.value).startswith(said)


def test_long_code_is_shown_by_its_beginning():
    told = str(refused(expression("f(" + "x, " * 50 + ")"), "is long"))
    assert told.startswith('line 1: "f(x, x,')
    assert told.endswith('..." is long')
    assert len(told) < 90
