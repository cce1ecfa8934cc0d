"""The map as people meet it: by mouse, by finger, by keys, in the light and in the dark."""

from pathlib import Path

import pytest
import torch

from convscope.data.dataset import Dataset
from convscope.prediction.folder import load_model
from convscope.prediction.pictures import pictures_of
from convscope.reporting.map_page import write_map
from convscope.reporting.vectors import Table
from tests.browser.test_report import CONTRAST, WIDTHS, Opened

HOSTILE = "<img src=x onerror=alert(1)>"
CORNERS = [(0, 0), (4, 0), (0, 4), (4, 4), (2, 2)]
"""Where pictures lie: the middle one is alone in its class."""
READY = "#map[data-ready][data-shown='5']"


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory) -> Path:
    random = torch.Generator().manual_seed(3)
    dataset = Dataset(
        images=torch.randint(0, 256, (5, 3, 71, 67), dtype=torch.uint8, generator=random),
        targets=torch.tensor([0, 0, 1, 1, 2]),
        names=[f"<b>{i}</b>" for i in range(5)],
        target_names=(HOSTILE, "bees", "wasps"),
    )
    table = Table(
        model=load_model("bundled:mnist-cnn"), layer="fc1", flat=False, averaged=False,
        pictures=pictures_of("five", [dataset]), vectors=torch.tensor(CORNERS).float(),
        answers=torch.eye(5, 10) * 20,
    )  # fmt: skip
    return write_map(table, tmp_path_factory.mktemp("map") / "map.html", "pca")


@pytest.fixture
def opened(browser, page, request):
    width, scheme = getattr(request, "param", (1280, "light"))
    opened = Opened(browser, page, width, scheme)
    opened.page.wait_for_selector(READY)
    yield opened
    opened.context.close()


def scale(page) -> float:
    page.wait_for_timeout(60)  # a frame or two: it draws when the browser does
    return float(page.locator("#map").get_attribute("data-scale"))


def shown(page) -> int:
    page.wait_for_timeout(60)
    return int(page.locator("#map").get_attribute("data-shown"))


def middle(page) -> tuple[float, float]:
    box = page.locator("#map").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize(
    "opened", [(w, s) for w in WIDTHS for s in ("light", "dark")], indirect=True
)
def test_it_opens_without_complaint_within_its_width_and_asks_for_nothing(opened, page):
    look = opened.page.evaluate
    assert look("document.documentElement.scrollWidth <= window.innerWidth")
    opened.page.locator("#legend button").first.click()
    assert look(CONTRAST.replace('document.querySelector("[data-cell]")', "legend")) == []
    assert opened.complaints == []
    assert {url for url in opened.asked if not url.startswith("data:")} == {page.as_uri()}


def test_pointing_shows_a_picture_and_a_click_keeps_it(opened):
    page, picked = opened.page, opened.page.locator("#picked")
    page.mouse.move(*middle(page))
    assert picked.get_attribute("data-picture") == "4"
    assert picked.locator(".label").inner_text() == "wasps"
    assert picked.locator(".answer-of").inner_text() == "The model says 4 (100.0 %)."
    assert picked.locator(".name-of").inner_text() == "<b>4</b>"
    page.mouse.move(5, 5)
    assert picked.get_attribute("data-picture") == "-1"
    page.mouse.click(*middle(page))
    page.mouse.move(5, 5)
    assert picked.get_attribute("data-picture") == "4"


def test_the_wheel_comes_closer_where_the_mouse_is_and_dragging_moves(opened):
    page, picked = opened.page, opened.page.locator("#picked")
    x, y = middle(page)
    page.mouse.move(x, y)
    for _ in range(5):
        page.mouse.wheel(0, -200)
    assert scale(page) > 3
    assert picked.get_attribute("data-picture") == "4"
    assert shown(page) == 1
    page.mouse.down()
    page.mouse.move(x + 150, y + 90, steps=3)
    page.mouse.up()
    assert picked.get_attribute("data-picture") == "4"  # it came along with the mouse
    page.mouse.move(x, y)
    assert picked.get_attribute("data-picture") == "-1"
    page.click("#whole")
    assert scale(page) == 1
    assert shown(page) == 5


def test_keys_do_all_of_it(opened):
    page, picked = opened.page, opened.page.locator("#picked")
    page.locator("#map").focus()
    page.keyboard.press("+")
    assert scale(page) == pytest.approx(1.4)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("0")
    assert scale(page) == 1
    page.keyboard.press("Enter")
    assert picked.get_attribute("data-picture") == "4"
    page.keyboard.press("n")
    assert picked.get_attribute("data-picture") == "0"
    page.keyboard.press("p")
    assert picked.get_attribute("data-picture") == "4"
    page.keyboard.press("Escape")
    assert picked.get_attribute("data-picture") == "-1"


def test_two_fingers_come_closer_and_a_tap_picks(browser, page):
    context = browser.new_context(viewport={"width": 390, "height": 900}, has_touch=True)
    touched = context.new_page()
    touched.goto(page.as_uri())
    touched.wait_for_selector(READY)
    x, y = middle(touched)
    touched.touchscreen.tap(x, y)
    assert touched.locator("#picked").get_attribute("data-picture") == "4"
    session = context.new_cdp_session(touched)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": px, "y": py, "id": i} for i, (px, py) in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (x - 30, y), (x + 30, y))
    touch("touchMove", (x - 60, y), (x + 60, y))
    touch("touchMove", (x - 90, y), (x + 90, y))
    touch("touchEnd")
    assert scale(touched) == pytest.approx(3, rel=0.2)
    context.close()


def test_the_legend_hides_classes_and_their_names_are_text(opened):
    page, legend = opened.page, opened.page.locator("#legend button")
    assert legend.first.inner_text().startswith(HOSTILE)
    legend.first.click()
    assert legend.first.get_attribute("aria-pressed") == "false"
    assert shown(page) == 3
    page.click("#none")
    assert shown(page) == 0
    page.mouse.move(*middle(page))
    assert page.locator("#picked").get_attribute("data-picture") == "-1"
    page.click("#all")
    assert shown(page) == 5
    assert opened.complaints == []
