import base64
import dataclasses
import hashlib
import io
import json
import re
from html.parser import HTMLParser

import pytest
import torch
from numpy.testing import assert_array_equal
from PIL import Image as Picture

from convscope.data.split import cut
from convscope.evaluation.report import report_on
from convscope.reporting import words
from convscope.reporting.calibrated import calibrate
from convscope.reporting.evidence import Answers
from convscope.reporting.figures import Shown, figures_of, in_both_themes, shown
from convscope.reporting.film import film
from convscope.reporting.page import ROOM, render
from tests.reporting.conftest import HOSTILE, changed, small_set

TAGS = {
    "a", "body", "button", "code", "details", "div", "figcaption", "figure", "footer", "h1", "h2",
    "h3", "head", "header", "html", "img", "input", "label", "li", "main", "meta", "nav", "ol",
    "output", "p", "picture", "pre", "q", "rect", "script", "section", "source", "span", "strong",
    "style", "summary", "svg", "table", "tbody", "td", "th", "thead", "title", "tr", "ul",
}  # fmt: skip
"""Every element that the template writes: no <b>, no <i>."""


class Reader(HTMLParser):
    """What a browser sees: elements with their attributes, and what they hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {"style": [], "script": [], "q": []}
        self._open: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in self.inside:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.inside:
            self._open.pop()

    def handle_data(self, data):
        self.words.append(data)
        if self._open:
            self.inside[self._open[-1]].append(data)


@pytest.fixture(scope="module")
def page(trained, evidence, calibrated, splits) -> str:
    drawn = figures_of(evidence, calibrated)
    figures = {name: shown(in_both_themes(draw)) for name, draw in drawn.items()}
    return render(evidence, calibrated, figures, film(trained, evidence.model, splits.validation))


def said(page: str) -> str:
    """All that can be read."""
    return " ".join(" ".join(Reader(page).words).replace("\N{NO-BREAK SPACE}", " ").split())


def percent(share: float | None, digits: int | None = None) -> str:
    return words.percent(share, digits).replace("\N{NO-BREAK SPACE}", " ")


def content(page: str) -> dict:
    (block,) = re.findall(r'<script type="application/json" id="content">(.*?)</script>', page)
    return json.loads(block)


def test_the_answer_stands_first_with_its_interval_and_what_guessing_reaches(page, evidence):
    report = evidence.report
    text = said(page)
    low, high = map(percent, report.interval)
    baseline = evidence.baseline
    assert (
        f"{percent(report.accuracy)} right {report.correct} of {report.total} test images" in text
    )
    assert f"the accuracy lies between {low} and {high}" in text
    guessing = f"Always answering {baseline.name} would be right on {percent(baseline.share)}"
    assert guessing in text
    assert f"opened once: {evidence.openings[0]['when'][:10]}" in text


def test_the_tables_are_the_reports_numbers(page, evidence):
    text = said(page)
    for row in evidence.report.per_class:
        low, high = (percent(share, 0) for share in row["recall_interval"])
        shares = " ".join(percent(row[name]) for name in ("recall", "precision", "f1"))
        expected = f"{row['name']} {row['correct']} {row['total']} {low} to {high} {shares}"
        assert expected in text
    buttons = {a["data-cell"]: a for tag, a in Reader(page).elements if "data-cell" in a}
    for i, counts in enumerate(evidence.report.confusion_matrix):
        for j, count in enumerate(counts):
            assert (f"{i}-{j}" in buttons) == (count > 0)
            if count:
                label = f"truth {HOSTILE[i]}, answered {HOSTILE[j]}: {count}"
                assert buttons[f"{i}-{j}"]["aria-label"] == label


def test_only_what_carries_its_hash_may_run(page):
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    for kind, text in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in page
    attributes = [name for _, attributes in Reader(page).elements for name in attributes]
    assert "style" not in attributes
    assert not [name for name in attributes if name.startswith("on")]


def test_nothing_is_asked_of_the_network(page):
    for _, attributes in Reader(page).elements:
        for name in ("src", "href", "srcset"):
            address = attributes.get(name)
            assert address is None or address.startswith(("data:", "#"))
    assert "://" not in page


def test_hostile_names_are_text(page, evidence):
    reader = Reader(page)
    tags = [tag for tag, _ in reader.elements]
    assert set(tags) <= TAGS
    assert tags.count("script") == 2
    text = "".join(reader.words)
    for name in HOSTILE:
        assert name in text
    assert content(page)["class_names"] == list(HOSTILE)
    images = [attributes for tag, attributes in reader.elements if tag == "img"]
    assert not [attributes for attributes in images if attributes.get("src") == "x"]


def test_every_picture_that_is_asked_for_is_there(page):
    stored = content(page)
    asked = [a["data-picture"] for tag, a in Reader(page).elements if "data-picture" in a]
    asked += [image["picture"] for cell in stored["cells"].values() for image in cell]
    assert asked
    assert set(asked) <= set(stored["pictures"])


def test_the_pictures_are_the_images_pixel_by_pixel(page, splits):
    pictures = content(page)["pictures"]
    for key, address in pictures.items():
        part, number = key.split("-")
        kind, _, encoded = address.partition(",")
        assert kind == "data:image/webp;base64"
        with Picture.open(io.BytesIO(base64.b64decode(encoded))) as picture:
            assert_array_equal(picture.convert("L"), splits[part].images[int(number), 0])


def test_the_film_has_a_frame_for_each_epoch(page):
    frames = content(page)["film"]
    assert [frame["words"].split(":")[0] for frame in frames] == ["0", "1", "2", "3"]
    assert all(frame["filters"].startswith("data:image/webp") for frame in frames)
    (slider,) = [a for tag, a in Reader(page).elements if tag == "input"]
    assert slider["max"] == "3"


def test_a_run_whose_data_are_gone_says_so_and_keeps_its_numbers(evidence, calibrated):
    part = dataclasses.replace(evidence.measured, dataset=None)
    gone = changed(
        evidence, splits=None, inspection=None, absent="it moved away", test=part,
        validation=dataclasses.replace(evidence.validation, dataset=None),
    )  # fmt: skip
    page = render(gone, calibrated, {})
    assert "There are no pictures in this page: it moved away." in page
    assert content(page)["pictures"] == {}
    assert f"{evidence.report.correct} of {evidence.report.total}" in page


def test_a_sealed_run_speaks_of_validation(evidence):
    part = evidence.validation
    report = report_on(
        part.logits, part.labels, evidence.class_names, data="bars", part="validation"
    )
    sealed = dataclasses.replace(evidence, test=None, report=report, openings=[])
    page = render(sealed, calibrate(part, part), {})
    assert "The test set is still sealed" in page
    assert "by which its weights were chosen" in page
    assert "never opened" in page
    assert "test images" not in page


def test_a_test_set_that_only_earlier_weights_have_seen_is_told(evidence, calibrated):
    page = render(dataclasses.replace(evidence, test=None), calibrated, {})
    assert "The test set is opened for earlier weights only" in page


def test_a_hundred_classes_stay_under_two_megabytes(evidence):
    names = tuple(f"class number {i}" for i in range(100))
    splits = cut("hundred", small_set(3000, names, side=64), None, validation=0.2)
    random = torch.Generator().manual_seed(0)

    def answers(part: str) -> Answers:
        labels = splits[part].labels
        logits = 3 * torch.randn(len(labels), 100, generator=random)
        logits[torch.arange(len(labels)), labels] += 5
        return Answers(part, logits, labels, splits[part])

    validation, test = answers("validation"), answers("test")
    report = report_on(test.logits, test.labels, names, data="hundred", part="test")
    model = dataclasses.replace(evidence.model, target_names=names)
    wide = dataclasses.replace(
        evidence, model=model, splits=splits, validation=validation, test=test, report=report
    )
    calibrated = calibrate(validation, test)
    drawn = figures_of(wide, calibrated)
    figures: dict[str, Shown] = {k: shown(in_both_themes(draw)) for k, draw in drawn.items()}
    page = render(wide, calibrated, figures)
    assert len(page.encode()) < 2_000_000
    stored = content(page)
    assert sum(map(len, stored["pictures"].values())) <= ROOM
    buttons = {a["data-cell"] for _, a in Reader(page).elements if "data-cell" in a}
    assert set(stored["cells"]) <= buttons  # no room for what nobody can open
    assert "most frequent mistakes" in page
    assert all(name in page for name in names)
