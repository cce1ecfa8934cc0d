"""Both themes, and the words that a reader of a figure's SVG sees."""

from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from matplotlib.figure import Figure

from convscope.drawing.figure import DARK, LIGHT, Theme, svg_text


@pytest.fixture(params=[LIGHT, DARK], ids=["light", "dark"])
def theme(request) -> Theme:
    return request.param


@pytest.fixture
def words() -> Callable[[Figure], list[str]]:
    def read(figure: Figure) -> list[str]:
        page = ET.fromstring(svg_text(figure))
        return [text.text or "" for text in page.iter("{http://www.w3.org/2000/svg}text")]

    return read
