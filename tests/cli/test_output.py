import pytest

from convscope.cli.output import ArrivalBar, interval, percent, printable, working


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


class Stream:
    """Stands for the console that asides go to."""

    def __init__(self, is_terminal: bool) -> None:
        self.is_terminal = is_terminal
        self.lines: list[str] = []

    def print(self, text) -> None:
        self.lines.append(str(text))


def test_long_work_is_told_once_a_piece_where_there_is_no_terminal(monkeypatch):
    stream = Stream(is_terminal=False)
    monkeypatch.setattr("convscope.cli.output.ASIDE", stream)
    with working() as told:
        for piece in ("part 1", "part 2"):
            for epoch in range(3):
                told(f"{piece}: epoch {epoch}/3")
    assert stream.lines == ["part 1", "part 2"]


@pytest.mark.parametrize(
    ("unit", "said"), [("bytes", "fetching ..."), ("pictures", "reading pictures ...")]
)
def test_what_arrives_is_told_once_where_there_is_no_terminal(monkeypatch, unit, said):
    stream = Stream(is_terminal=False)
    monkeypatch.setattr("convscope.cli.output.ASIDE", stream)
    bar = ArrivalBar()
    bar.unit, bar.total = unit, 3
    bar.reset()
    for _ in range(3):
        bar.update(1)
    bar.close()
    assert stream.lines == [said]
