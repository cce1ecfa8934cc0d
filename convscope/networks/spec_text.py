"""The text of a spec as lines of words; each word knows where it stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from convscope.errors import BadNetwork

DEEPEST = 20
"""Brackets within brackets, at most."""


@dataclass(frozen=True)
class Word:
    """A word or a sign of the text.

    `;` ends a line as a line's end does. A bracket counts as part of the word before it.
    """

    text: str
    line: int
    number: int

    def refused(self, why: str) -> BadNetwork:
        """The error that points at this word: `why` goes on after it."""
        return BadNetwork(f'line {self.line}, word {self.number}: "{self.text}" {why}')


@dataclass(frozen=True)
class Block:
    """The lines between two brackets."""

    opening: Word
    lines: tuple["Line", ...]


@dataclass(frozen=True)
class Line:
    """What stands on one line: a layer's word first."""

    items: tuple[Word | Block, ...]

    @property
    def word(self) -> Word:
        """The layer's word; `BadNetwork` if a bracket stands in its place."""
        first = self.items[0]
        if isinstance(first, Block):
            raise first.opening.refused("opens brackets after nothing: write residual before it")
        return first

    def refused(self, why: str) -> BadNetwork:
        """The error about the whole line: `why` goes on after its text."""
        text = " ".join(i.text if isinstance(i, Word) else "[...]" for i in self.items)
        return BadNetwork(f'line {self.word.line}, "{text}": {why}')


def read_lines(text: str) -> tuple[Line, ...]:
    """The lines of `text` that hold something; `BadNetwork` if its brackets do not pair."""
    open_blocks: list[list[list[Word | Block]]] = [[[]]]
    openings: list[Word] = []
    for word in _words(text):
        if word.text == "[":
            if len(openings) == DEEPEST:
                raise word.refused(f"opens too many brackets: {DEEPEST} may be open at a time")
            openings.append(word)
            open_blocks.append([[]])
        elif word.text == "]":
            if not openings:
                raise word.refused("closes brackets that were never opened")
            block = Block(openings.pop(), _lines(open_blocks.pop()))
            open_blocks[-1][-1].append(block)
        elif word.text in ";\n":
            open_blocks[-1].append([])
        else:
            open_blocks[-1][-1].append(word)
    if openings:
        raise openings[-1].refused("opens brackets that are never closed: write ] at their end")
    return _lines(open_blocks.pop())


def on_one_line(text: str) -> str:
    """`text` with its lines joined by `; `."""
    joined = re.sub(r"\s*[;\n][\s;]*", "; ", text.strip().strip(";").strip())
    return re.sub(r"; \]", "]", re.sub(r"\[; ", "[", joined))


def _lines(lines: list[list[Word | Block]]) -> tuple[Line, ...]:
    return tuple(Line(tuple(items)) for items in lines if items)


def _words(text: str) -> Iterator[Word]:
    line, number, ended = 1, 0, False
    for found in re.findall(r"[\[\];\n]|[^\s\[\];]+", text.strip()):
        if found == "\n":
            line, number, ended = line + 1, 0, False
        elif found == ";":
            ended = True
        else:
            if ended:  # a line of its own only if something follows: `;` may stand before "\n" too
                line, number, ended = line + 1, 0, False
            number += found not in "[]"
        word = Word(found, line, max(number, 1))
        if re.search(r"[,()]", found):
            raise word.refused("holds a sign that no spec has: spaces alone part the words")
        yield word
