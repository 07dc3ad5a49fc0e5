"""Templates, loaded when the first page or mail is made, so that the API starts without them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.pages.formats import held

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


@cache
def environment(*folders: Path) -> Environment:
    """The templates in these folders, the first that has one; what they show is escaped, what is missing is empty."""
    return made(folders)


@cache
def strict(*folders: Path) -> Environment:
    """The same, but what is missing raises jinja2.UndefinedError, and a block's line may be indented."""
    from jinja2 import StrictUndefined

    return made(folders, lstrip_blocks=True, undefined=StrictUndefined)


def made(folders: tuple[Path, ...], **options: Any) -> Environment:
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(loader=FileSystemLoader(folders), autoescape=True, trim_blocks=True, **options)
    environment.filters["held"] = held
    return environment


def as_is(text: str) -> Markup:
    """Our own style or script, which a template must not escape; never a visitor's text."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704
