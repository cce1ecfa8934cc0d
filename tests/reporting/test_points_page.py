import dataclasses
import re

import pytest

from convscope.errors import BadValue
from convscope.reporting.figures import in_both_themes, shown
from convscope.reporting.points_figures import figures_of_points
from convscope.reporting.points_page import off, render_points
from convscope.reporting.run import write_report
from tests.reporting.points_run import clues, located, spots  # noqa: F401

NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def page(clues):  # noqa: F811
    figures = {n: shown(in_both_themes(d)) for n, d in figures_of_points(clues).items()}
    return render_points(clues, figures)


def test_the_answer_comes_first_with_guessing_beside_it(page, clues):  # noqa: F811
    report = clues.report
    head = page[page.index("<header>") : page.index("</header>")]
    for number in (report.error, *report.interval, report.guess):
        assert off(number) in head
    assert report.unit in head
    assert page.index("</header>") < page.index('id="pictures"') < page.index('id="next"')


def test_small_errors_are_told_more_exactly():
    assert off(0.08966) == f"8.97{NO_BREAK}%"
    assert off(0.3184) == f"31.8{NO_BREAK}%"
    assert off(None) == "–"


def test_nothing_of_classes_is_on_it(page):
    assert "onfusion" not in page.partition("</style>")[2]
    assert "recognised" not in page
    assert "<script" not in page


def test_foreign_names_are_only_text(page):
    assert "<b onclick" not in page
    assert "<i>spots" not in page
    assert "&lt;i&gt;seldom" in page
    assert "alert(" in page


def test_it_asks_for_nothing_and_is_small(page):
    assert len(page) < 2_000_000
    assert "default-src 'none'" in page
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)


def test_what_a_reader_must_know_is_noted(clues, page):  # noqa: F811
    sealed = dataclasses.replace(clues, part="validation", openings=[], absent="they moved")
    told = render_points(sealed, {})
    assert "still sealed" in told
    assert "they moved" in told
    assert "still sealed" not in page


def test_guessing_that_is_as_good_is_said(clues, page):  # noqa: F811
    report = dataclasses.replace(clues.report, guess=clues.report.interval[0])
    told = render_points(dataclasses.replace(clues, report=report), {})
    assert "cannot be told from guessing" in told
    without = dataclasses.replace(clues.report, guess=None)
    assert (
        "mean places"
        not in render_points(dataclasses.replace(clues, report=without), {}).partition("</header>")[
            0
        ]
    )


def test_a_run_on_points_gets_its_own_page(located, spots, own_place):  # noqa: F811
    import shutil

    folder = shutil.copytree(located, own_place / "run")
    written = write_report(folder, data=spots)
    assert "Where it puts the points" in written.page.read_text(encoding="utf-8")
    names = {path.name for path in (folder / "figures").iterdir()}
    assert {"cumulative.png", "places.svg", "error.png"} <= names
    with pytest.raises(BadValue, match="for classes"):
        write_report(folder, data=spots, suspects=True)
