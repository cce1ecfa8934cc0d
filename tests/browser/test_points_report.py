"""The page about points: on a phone and on a desk, in the light and in the dark."""

import pytest

from convscope.reporting.run import write_report
from tests.browser.test_report import WIDTHS, Opened
from tests.reporting.points_run import located, spots  # noqa: F401


@pytest.fixture(scope="session")
def page(located, spots):  # noqa: F811
    return write_report(located, data=spots).page


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_without_complaint_within_its_width_and_asks_for_nothing(
    browser, page, width, scheme
):
    opened = Opened(browser, page, width, scheme)
    try:
        seen = opened.page
        assert seen.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert opened.complaints == []
        assert {url for url in opened.asked if not url.startswith("data:")} == {page.as_uri()}
        assert seen.evaluate("document.querySelectorAll('svg.overlay image').length") >= 9
        assert seen.evaluate("document.querySelector('svg.overlay').clientWidth") > 150
    finally:
        opened.context.close()
