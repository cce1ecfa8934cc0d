"""The report as people meet it: on a phone and on a desk, in the light and in the dark."""

from pathlib import Path

import pytest

from convscope.reporting.run import write_report
from tests.reporting.conftest import HOSTILE, splits, trained  # noqa: F401

WIDTHS = (390, 1280)


@pytest.fixture(scope="session")
def report(trained, splits) -> Path:  # noqa: F811
    return write_report(trained, data=splits, suspects=False).page


class Opened:
    """A page, and what it complained of or asked for."""

    def __init__(self, browser, path: Path, width: int, scheme: str) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
        )
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self.put_away)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())

    def put_away(self, dialog) -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()


@pytest.fixture
def opened(browser, report, request):
    width, scheme = getattr(request, "param", (1280, "light"))
    page = Opened(browser, report, width, scheme)
    yield page
    page.context.close()


@pytest.mark.parametrize(
    "opened", [(w, s) for w in WIDTHS for s in ("light", "dark")], indirect=True
)
def test_it_opens_without_complaint_within_its_width_and_asks_for_nothing(opened, report):
    page = opened.page
    page.click("#confusion [data-cell]")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert opened.complaints == []
    assert {url for url in opened.asked if not url.startswith("data:")} == {report.as_uri()}
    broken = page.evaluate(
        "[...document.images].filter(i => i.src && i.complete && !i.naturalWidth).length"
    )
    assert broken == 0
    assert page.evaluate(CONTRAST) == []


CONTRAST = """() => {
  const numbers = (colour) => colour.match(/[0-9.]+/g).map(Number);
  const paper = (element) => {  // what lies behind its text: backgrounds laid over each other
    const [r, g, b, alpha = 1] = numbers(getComputedStyle(element).backgroundColor);
    if (alpha === 1) return [r, g, b];
    const below = paper(element.parentElement);
    return [r, g, b].map((value, i) => alpha * value + (1 - alpha) * below[i]);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((value) => value / 255).map(
      (share) => share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (element) => {
    const ink = light(numbers(getComputedStyle(element).color).slice(0, 3));
    const under = light(paper(element));
    return (Math.max(ink, under) + 0.05) / (Math.min(ink, under) + 0.05);
  };
  const texts = [...document.querySelectorAll("body *")].filter((element) =>
    element.offsetParent && [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  const told = texts.map((element) => [contrast(element), element.outerHTML.slice(0, 200)]);
  const button = document.querySelector("[data-cell]");
  for (const kind of ["good", "wrong"]) for (let step = 0; step < 10; step++) {
    button.className = `${kind}-${step}`;
    told.push([contrast(button), button.className]);
  }
  return told.filter(([found]) => found < 4.5);
}"""
"""Every text that can be seen, and every shade of a cell, if it cannot be read (WCAG 2, 1.4.3)."""


def test_a_number_of_the_confusion_shows_its_images_and_escape_puts_them_away(opened):
    page = opened.page
    button = page.locator("#confusion [data-cell]").first
    button.click()
    panel = page.locator("#cell")
    assert panel.is_visible()
    shown = panel.locator("li")
    assert shown.count() == min(int(button.inner_text()), 12)
    name = shown.first.locator(".name").inner_text()
    assert name.startswith("<b onclick='x'>")
    assert page.locator("#cell b").count() == 0
    close = panel.locator(".close")
    close.focus()
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert button.evaluate("each => each === document.activeElement")
    button.click()
    close.click()
    assert not panel.is_visible()
    assert button.evaluate("each => each === document.activeElement")


def test_arrow_keys_move_between_the_numbers(opened):
    page = opened.page
    page.locator("#confusion [data-cell]").first.focus()
    first = page.evaluate("document.activeElement.dataset.cell")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    moved = page.evaluate("document.activeElement.dataset.cell")
    assert moved != first
    page.keyboard.press("Enter")
    assert page.locator("#cell").is_visible()
    assert page.locator("#cell h3").inner_text() == page.evaluate(
        "document.activeElement.getAttribute('aria-label')"
    ).replace("  ", " ")


def test_the_slider_turns_the_film(opened):
    page = opened.page
    slider = page.locator("#epoch")
    words, last = page.locator("#epoch-words"), page.locator("#epoch-words").inner_text()
    assert last.startswith("3:")
    picture = page.locator("#film-filters").get_attribute("src")
    slider.focus()
    page.keyboard.press("Home")
    assert words.inner_text().startswith("0:")
    assert page.locator("#film-filters").get_attribute("src") != picture


def test_hostile_class_names_are_text(opened):
    text = opened.page.locator("#classes").inner_text()
    assert all(name in text for name in HOSTILE)
    assert opened.complaints == []


def test_on_paper_there_is_no_navigation(opened):
    opened.page.emulate_media(media="print")
    assert not opened.page.locator("nav").is_visible()
    assert opened.page.locator("#mistakes").is_visible()
