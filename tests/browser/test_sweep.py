"""The page of a sweep as people meet it: on a phone and on a desk, in the light and in the dark."""

from pathlib import Path

import pytest

from convscope.reporting.sweep import write_sweep_page
from convscope.training.sweep import sweep
from tests.browser.test_report import WIDTHS, Opened

FIELDS = {
    "network": "mlp",
    "epochs": 2,
    "threads": 1,
    "precision": "float32",
    "memory_format": "contiguous",
}


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory) -> Path:
    grid = {"learning_rate": (0.001, 1e-4), "network.hidden": (3, [5, 4]), "seed": (1, 2)}
    place = tmp_path_factory.mktemp("sweep")
    return write_sweep_page(sweep("digits-cnn", grid, fields=FIELDS, out=place))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_within_its_width_and_asks_for_nothing(browser, page, width, scheme):
    opened = Opened(browser, page, width, scheme)
    look = opened.page.evaluate
    assert look("document.documentElement.scrollWidth <= window.innerWidth")
    assert opened.complaints == []
    assert {url for url in opened.asked if not url.startswith("data:")} == {page.as_uri()}
    drawn = "[...document.images].filter(i => i.complete && i.naturalWidth > 100).length"
    assert look(drawn) == 4
    opened.context.close()


def test_a_link_leads_to_the_runs_folder(browser, page):
    opened = Opened(browser, page, 1280, "light")
    folders = opened.page.evaluate("[...document.querySelectorAll('td a')].map(a => a.href)")
    assert len(folders) == 8
    opened.page.goto(folders[0])
    assert "config.json" in opened.page.content()
    opened.context.close()
