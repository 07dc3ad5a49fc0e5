"""What the channels that show pages share: how a style or a script of ours is sent, and data for a script."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.pages.jinja import as_is

if TYPE_CHECKING:
    from markupsafe import Markup


@cache
def source(path: Path) -> str:
    """A style or a script of ours, without indentation and without the lines that explain it."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def data_block(value: Any) -> Markup:
    """JSON for a `<script type="application/json">`: nothing in it can end the element."""
    return as_is(json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))
