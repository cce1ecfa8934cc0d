import pytest

from convscope.cli.output import interval, percent, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [("cat", "cat"), ("a\x1b[2Jb", "a\\x1b[2Jb"), ("two\nlines", "two\\nlines"), ("häß", "häß")],
)
def test_text_is_shown_as_text(text, shown):
    assert printable(text) == shown


def test_fractions_are_percent_where_people_read():
    assert percent(0.98765) == "98.77 %"
    assert percent(None) == "-"
    assert interval([0.1234, 0.5]) == "12.3 to 50.0 %"
