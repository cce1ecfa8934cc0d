"""A page's template: one file in the end, its styles and script inside, allowed by their hash."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from convscope.reporting import words

HERE = Path(__file__).parent
WEB = HERE.parent / "web"


@cache
def page_template(
    name: str, script: str | None = None, style: str | None = None
) -> jinja2.Template:
    """The template `name` beside this file, with report.css and a `script` and `style` of web/.

    In it stand `style` and `script` with their hashes, for the page's own policy; every value is
    escaped, and a name that is not given is an error.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "percent": words.percent,
        "count": lambda number: f"{number:,}",
        "hundred": lambda share: f"{100 * share:.2f}",
    }
    environment.policies["json.dumps_function"] = _compact
    for kind, files in (("style", ("report.css", style)), ("script", (script,))):
        if text := "".join((WEB / f).read_text(encoding="utf-8") for f in files if f is not None):
            environment.globals |= {kind: Markup(text), f"{kind}_hash": allowance(text)}
    return environment.get_template(name)


def allowance(text: str) -> str:
    """What a Content-Security-Policy allows an inline text by: its SHA-256 in base 64."""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _compact(content: Any, **options: Any) -> str:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
