"""What the channels that show pages share beside the page's own policy: templates, and data for a script."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


@cache
def environment(*places: Path) -> Environment:
    """The templates in these folders; imported at the first page, so that the API starts without them."""
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(places), autoescape=True, trim_blocks=True)


@cache
def source(path: Path) -> str:
    """A style or a script of ours, without indentation and without the lines that explain it."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def as_is(text: str) -> Markup:
    """Our own style or script, which a template must not escape."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - never a visitor's text


def data_block(value: Any) -> Markup:
    """JSON for a `<script type="application/json">`: nothing in it can end the element."""
    return as_is(json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))
