import pytest
from matplotlib.colors import same_color

from convscope.drawing.axes import add_legend, error_lengths, finish_axes, marker, one_line, percent
from convscope.drawing.figure import new_figure


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cat", "cat"),
        ("", ""),
        ("exactly ten", "exactly t…"),
        ("just as ten", "just as t…"),
        ("ten of ten", "ten of ten"),
        ("a\nb", "a\\nb"),
        ("\x01\udc80!", "\\x01\\udc8…"),
        ("猫" * 5, "猫猫猫猫猫"),
        ("猫" * 6, "猫猫猫猫…"),
        ("x" * 1_000_000, "xxxxxxxxx…"),
        ("$a$", r"\$a\$"),
    ],
)
def test_a_name_is_one_line_of_at_most_so_many_columns(name, shown):
    assert one_line(name, 10) == shown


@pytest.mark.parametrize("name", ["$a$", "$\\frac{$", "\\$5", "\\", "<b>&amp;", "a\nb", "naïve"])
def test_a_name_is_never_a_formula_nor_markup(name, words):
    figure = new_figure(2.0, 1.0)
    figure.subplots().set_title(one_line(name))
    assert words(figure)[-1] == name.replace("\n", "\\n")


def test_axes_wear_the_theme(theme):
    axes = new_figure(2.0, 1.0, theme).subplots()
    axes.plot([0, 1], label="line")
    add_legend(axes, theme)
    finish_axes(axes, theme, "title", x="across", y="up")
    assert axes.patch.get_facecolor() == axes.figure.get_facecolor()
    said = axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()
    assert said == ("title", "across", "up")
    assert axes.xaxis.label.get_color() == axes.get_xticklabels()[0].get_color() == theme.quiet
    (named,) = axes.get_legend().get_texts()
    assert same_color(named.get_color(), theme.ink)
    assert min(axes.get_xticklabels()[0].get_fontsize(), named.get_fontsize()) >= 9


def test_error_bars_reach_from_the_value_to_both_ends_of_its_interval():
    below, above = error_lengths([0.5, 1.0], [(0.25, 0.625), (0.75, 1.0 - 1e-17)])
    assert below == [0.25, 0.25]
    assert above == [0.125, 0.0]


def test_few_values_are_dots_and_many_a_line():
    assert (marker(range(60)), marker(range(61))) == (".", "")
    assert percent([0.25, 1.0]) == [25, 100]
