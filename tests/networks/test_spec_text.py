import pytest

from convscope.errors import BadNetwork
from convscope.networks.spec_text import Block, Line, Word, on_one_line, read_lines


def places(text: str) -> list[tuple[str, int, int]]:
    """Every word of the text in its order, with line and number."""

    def walk(lines):
        for line in lines:
            for item in line.items:
                if isinstance(item, Block):
                    yield from walk(item.lines)
                else:
                    yield item.text, item.line, item.number

    return list(walk(read_lines(text)))


def test_semicolons_and_line_ends_both_end_a_line():
    expected = [("conv", 1, 1), ("8", 1, 2), ("relu", 2, 1), ("linear", 3, 1), ("5", 3, 2)]
    for text in ("conv 8; relu; linear 5", "conv 8\nrelu\nlinear 5", "conv 8;\nrelu ;\n linear 5;",
                 "\n conv  8 ;relu\n\tlinear 5\n\n"):  # fmt: skip
        assert places(text) == expected


def test_lines_are_counted_as_an_editor_counts_them():
    assert places("conv 8\n\n\nrelu") == [("conv", 1, 1), ("8", 1, 2), ("relu", 4, 1)]


def test_brackets_count_as_part_of_the_word_before_them():
    text = "residual [conv 8; relu] shortcut [\n  conv 9\n]\ntanh"
    assert places(text) == [
        ("residual", 1, 1), ("conv", 1, 2), ("8", 1, 3), ("relu", 2, 1), ("shortcut", 2, 2),
        ("conv", 3, 1), ("9", 3, 2), ("tanh", 5, 1),
    ]  # fmt: skip


def test_a_block_belongs_to_its_line():
    (line,) = read_lines("residual [relu; tanh]")
    assert line == Line(
        (
            Word("residual", 1, 1),
            Block(Word("[", 1, 1), (Line((Word("relu", 1, 2),)), Line((Word("tanh", 2, 1),)))),
        )
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("conv 8 3]", 'line 1, word 3: "]" closes brackets that were never opened'),
        ("relu\nresidual [relu", 'line 2, word 1: "[" opens brackets that are never closed'),
        ("residual [" * 21, 'line 1, word 21: "[" opens too many brackets: 20 may be open'),
        ("conv 10, 3", 'line 1, word 2: "10," holds a sign that no spec has: spaces alone'),
        ("conv(10, 3)", 'line 1, word 1: "conv(10," holds a sign that no spec has'),
    ],
)
def test_what_no_line_can_hold_is_pointed_at(text, said):
    with pytest.raises(BadNetwork) as refusal:
        read_lines(text)
    assert str(refusal.value).startswith(said)


def test_brackets_after_nothing_are_told_when_the_word_is_asked_for():
    (line,) = read_lines("[relu]")
    with pytest.raises(BadNetwork, match="opens brackets after nothing: write residual before it"):
        line.word  # noqa: B018


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("conv 8 3\nrelu;\n\nlinear 5\n", "conv 8 3; relu; linear 5"),
        ("residual [\n  conv 8 3\n  relu\n] shortcut [\n conv 8 1;\n]\nrelu",
         "residual [conv 8 3; relu] shortcut [conv 8 1]; relu"),
        ("; relu ;; tanh;", "relu; tanh"),
        ("relu", "relu"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_text_of_several_lines_is_written_on_one(text, line):
    assert on_one_line(text) == line
    assert [word for word, *_ in places(line)] == [word for word, *_ in places(text)]
