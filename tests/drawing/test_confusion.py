import time

import numpy as np
import pytest

from convscope.drawing.confusion import MOST_CELLS, MOST_WRITTEN, draw_confusion
from convscope.drawing.figure import svg_text


def shares(figure) -> np.ndarray:
    """The two pictures, right and wrong, as one matrix."""
    right, wrong = (image.get_array() for image in figure.axes[0].images)
    return right.filled(0) + wrong.filled(0)


def test_shades_are_shares_of_each_row_and_numbers_the_counts(theme):
    counts = [[3, 1, 0], [0, 0, 0], [2, 2, 4]]
    figure = draw_confusion(counts, ["ant", "bee", "cow"], theme)
    assert shares(figure).tolist() == [[0.75, 0.25, 0], [0, 0, 0], [0.25, 0.25, 0.5]]
    right, wrong = figure.axes[0].images
    assert (~right.get_array().mask).tolist() == np.eye(3, dtype=bool).tolist()
    assert wrong.get_array().mask.tolist() == np.eye(3, dtype=bool).tolist()
    written = {text.get_position(): text.get_text() for text in figure.axes[0].texts}
    assert written == {(0, 0): "3", (1, 0): "1", (0, 2): "2", (1, 2): "2", (2, 2): "4"}


def test_the_truth_names_rows_and_the_answer_columns(words):
    figure = draw_confusion([[5, 2], [1, 7]], ["ant", "bee"])
    assert [text for text in words(figure) if text.isalpha()] == [
        *("ant", "bee", "answer"),
        *("ant", "bee", "truth"),
    ]


def test_hostile_names_are_text(words):
    names = ["$a$", "b\nc", "x" * 255, "<script>", "$"]
    figure = draw_confusion(np.eye(5, dtype=int).tolist(), names)
    said = ["$a$", "b\\nc", "x" * 13 + "…", "<script>", "$"]
    assert [word for word in words(figure) if word in said] == said * 2


@pytest.mark.parametrize(("classes", "written"), [(MOST_WRITTEN, True), (MOST_WRITTEN + 1, False)])
def test_counts_are_written_where_they_can_be_read(classes, written):
    axes = draw_confusion(np.eye(classes, dtype=int).tolist(), ["name"] * classes).axes[0]
    assert bool(axes.texts) is written


def test_of_many_classes_some_are_named():
    names = [f"class {i}" for i in range(100)]
    axes = draw_confusion(np.eye(100, dtype=int).tolist(), names).axes[0]
    shown = {
        tick: label.get_text()
        for tick, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    }
    assert shown == {i: f"class {i}" for i in range(0, 100, 5)}


def test_a_thousand_classes_share_cells_each_as_dark_as_the_darkest_in_it():
    counts = np.eye(997, dtype=int) * 3
    counts[7, 996] = 1
    began = time.perf_counter()
    figure = draw_confusion(counts.tolist(), [f"class {i}" for i in range(997)])
    assert len(svg_text(figure)) < 60_000
    assert time.perf_counter() - began < 5  # it takes 0.3 s
    cells = shares(figure)
    assert cells.shape == (MOST_CELLS, MOST_CELLS)
    assert cells[1, 199] == 0.25
    assert cells.diagonal().tolist() == [1.0] * MOST_CELLS
    assert "5 x 5" in figure.axes[0].get_title(loc="left")
