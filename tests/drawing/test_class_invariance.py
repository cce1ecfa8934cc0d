from dataclasses import dataclass

from matplotlib.colors import to_hex
from numpy.testing import assert_allclose

from convscope.drawing.class_invariance import draw_class_invariance


@dataclass(frozen=True)
class OfClass:
    name: str
    recall: float | None
    mistaken_for: str | None


@dataclass(frozen=True)
class Step:
    amount: float
    per_class: tuple[OfClass, ...]


@dataclass(frozen=True)
class Curve:
    kind: str
    unit: str
    steps: tuple[Step, ...]
    worst_at: tuple[int, ...]

    def worst(self, number: int) -> Step:
        return self.steps[self.worst_at[number]]


def curve(kind: str, amounts: list[float], rows: list[list[float | None]], at: list[int]) -> Curve:
    """One row of recalls per class; class i is taken for "not i"."""
    steps = [
        Step(a, tuple(OfClass(f"c{i}", row[n], f"not {i}") for i, row in enumerate(rows)))
        for n, a in enumerate(amounts)
    ]
    return Curve(kind, "units", tuple(steps), tuple(at))


def test_cells_are_recalls_and_dots_the_worst_steps(theme, words):
    rotate = curve("rotate", [0, 90, 180], [[1, 0.5, 0], [0.9, None, 0.7]], [2, 1])
    figure = draw_class_invariance("cnn", (rotate,), theme)
    (axes,) = figure.axes
    assert_allclose(axes.images[0].get_array(), [[1, 0.5, 0], [0.9, 0, 0.7]])
    assert to_hex(axes.images[0].get_cmap()(1.0)) == theme.train
    assert_allclose(axes.lines[0].get_xydata(), [[2, 0], [1, 1]])
    said = words(figure)
    assert [word for word in said if word in ("c0", "c1", "not 0", "not 1")] == [
        "c0", "c1", "not 0", "not 1",
    ]  # fmt: skip
    assert "cnn: recall of each class; full colour is 100 %" in said
    assert "taken for" in said


def test_the_unchanged_size_is_always_on_the_axis(words):
    amounts = [i / 20 for i in range(4, 21)] + [1.2, 1.4]
    scale = curve("scale", amounts, [[0.5] * len(amounts)], [0])
    said = words(draw_class_invariance("cnn", (scale,)))
    ticks = [word for word in said if word.replace(".", "").isdigit()]
    assert "1" in ticks
    assert len(ticks) <= 8


def test_of_many_classes_the_worst_are_shown_in_their_order(words):
    rows = [[i / 100, i / 100] for i in range(40, 0, -1)]  # class 0 is the best
    figure = draw_class_invariance("cnn", (curve("shift", [0, 1], rows, [1] * 40),))
    assert figure.axes[0].images[0].get_array().shape == (30, 2)
    said = [word for word in words(figure) if word.startswith("c") and word[1:].isdigit()]
    assert said == [f"c{i}" for i in range(10, 40)]


def test_names_are_only_text_and_are_cut(words):
    long = OfClass("x" * 50, 0.5, "$y$" * 20)
    step = Step(0, (long,))
    said = words(draw_class_invariance("n" * 90, (Curve("shift", "pixels", (step,), (0,)),)))
    assert "x" * 17 + "…" in said
    assert "$y$$y$$y$$y…" in said
