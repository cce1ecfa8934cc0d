import base64
import hashlib
import re

import jinja2
import pytest

from convscope.reporting.template import WEB, allowance, page_template


def test_a_text_is_allowed_by_its_hash():
    digest = base64.b64encode(hashlib.sha256("é".encode()).digest()).decode()
    assert allowance("é") == digest


def test_a_page_has_its_style_and_a_policy_that_allows_it():
    given = page_template("sweep.html").environment.globals
    style = (WEB / "report.css").read_text(encoding="utf-8")
    assert given["style"] == style
    assert given["style_hash"] == allowance(style)


def test_what_is_not_given_is_an_error_and_what_is_given_is_text():
    environment = page_template("sweep.html").environment
    with pytest.raises(jinja2.UndefinedError):
        environment.from_string("{{ nothing }}").render()
    assert environment.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    assert re.fullmatch(
        r"99.3\s%, 1,234, 50.00",
        environment.from_string("{{ a|percent(1) }}, {{ b|count }}, {{ c|hundred }}").render(
            a=0.993, b=1234, c=0.5
        ),
    )


def test_a_script_stands_in_the_page_that_asks_for_it():
    with_script = page_template("sweep.html", "report.js").environment.globals
    script = (WEB / "report.js").read_text(encoding="utf-8")
    assert with_script["script"] == script
    assert with_script["script_hash"] == allowance(script)
    assert "script" not in page_template("sweep.html").environment.globals
