import pytest

from convscope.networks.spec_kinds import (
    CLASSES,
    FACTOR,
    OUT,
    SHARE,
    SWITCH,
    choice,
    length,
    or_same,
    size,
    whole,
)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (OUT, "17", 17),
        (OUT, "classes", CLASSES),
        (SWITCH, "yes", True),
        (SWITCH, "no", False),
        (SHARE, "0.25", 0.25),
        (SHARE, "1", 1.0),
        (size(1), "3x5", (3, 5)),
        (size(1), "3x3", 3),
        (or_same(size(0)), "0x2", (0, 2)),
        (or_same(size(0)), "same", "same"),
        (choice("nearest", "bilinear"), "bilinear", "bilinear"),
    ],
)
def test_a_text_is_read_as_its_kind(kind, text, value):
    assert kind.read(text) == value


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (OUT, ["0", "-1", "2.5", "x", "", "1e3", "class", "1234567890", "\N{SUPERSCRIPT TWO}"]),
        (SWITCH, ["true", "1", "Yes"]),
        (SHARE, ["1.5", "-0.1", "nan", "inf", "half"]),
        (size(1), ["3x5x7", "3x", "x3", "0", "3,5"]),
        (length(1), ["3x5"]),
        (FACTOR, ["0", "-2"]),
        (choice("nearest", "bilinear"), ["linearly"]),
    ],
)
def test_any_other_text_is_refused(kind, texts):
    for text in texts:
        with pytest.raises(ValueError, match=r"(?s).*"):
            kind.read(text)
        assert kind.rule


def test_a_whole_number_is_written_in_plain_digits():
    assert whole("007", 1) == 7
    with pytest.raises(ValueError, match="3"):
        whole("3", 4)
