"""The frame around every page of the product: who is signed in, where one can go, style and security headers.

A service brings templates of its own, which extend `layout.html` and use the macros of `parts.html`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalice.app import Response

from shared.catalogue import ROLES, Role
from shared.pages import formats, jinja, policy
from shared.sessions import FORM_TOKEN, LANGUAGES, Visitor

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
LANGUAGE_NAMES = {"fr": "Français", "en": "English"}
Words = Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """Where one can go from every page. name: of its words; roles: whose it is."""

    path: str
    name: str
    roles: tuple[Role, ...] = ROLES


PLACES: tuple[Place, ...] = (
    Place("/", "nav_home"),
    Place("/journeys", "nav_journeys"),
    Place("/friction", "nav_friction"),
    Place("/cases", "nav_cases", ("pilot", "owner")),
    Place("/pressure", "nav_pressure"),
    Place("/priorities", "nav_priorities", ("pilot", "owner")),
    Place("/settings", "nav_settings", ("pilot",)),
    Place("/subscriptions", "nav_subscriptions", ("pilot", "owner")),
)
"""In the order of the navigation. A service that serves further pages adds them here."""


@dataclass(frozen=True)
class Frame:
    """What the shell needs of a page. place: the entry of the navigation it belongs to.

    here: the page's own path and query, to which a change of language comes back.
    said: the page's own words, in its language.
    """

    title: str
    visitor: Visitor | None
    lang: str
    place: str = ""
    here: str = "/"
    said: Words = field(default_factory=dict)


def rendered(
    template: str,
    frame: Frame,
    *,
    folder: Path | None = None,
    status: int = 200,
    has_pictures: bool = False,
    **values: Any,
) -> Response:
    """The page as a response. folder: the service's own templates; values: what the template shows.

    has_pictures: it has some that can be saved, which takes our one script.
    """
    visitor, runs = frame.visitor, script() if has_pictures else ""
    own = {
        "frame": frame,
        "lang": frame.lang,
        "said": {**words()[frame.lang], **frame.said},
        "style": jinja.as_is(style()),
        "script": jinja.as_is(runs),
        "places": [place for place in PLACES if visitor and visitor.role in place.roles],
        "form_token": visitor.form_token if visitor else "",
        "form_token_name": FORM_TOKEN,
        "languages": [(lang, LANGUAGE_NAMES[lang]) for lang in LANGUAGES],
    }
    page = environment(folder or HERE / "templates").get_template(template).render(values | own)
    return Response(page, headers=policy.headers(style(), runs, "Cookie, Accept-Language"), status_code=status)


@cache
def words() -> dict[str, dict[str, str]]:
    """The shell's words by language and name."""
    return read_words(HERE / "words.json")


def read_words(file: Path) -> dict[str, dict[str, str]]:
    """Words by language and name, from a file that has them by name and language; French ones as `formats.held`."""
    texts: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    keep: Mapping[str, Callable[[str], str]] = {"fr": formats.held}
    return {lang: {name: keep.get(lang, str)(said[lang]) for name, said in texts.items()} for lang in LANGUAGES}


@cache
def style() -> str:
    """The one style sheet, as it stands in every page."""
    return (HERE / "page.css").read_text(encoding="utf-8").strip().replace("\n", "")


@cache
def script() -> str:
    """The one script there is: it saves pictures. Everything works without it."""
    return (HERE / "pictures.js").read_text(encoding="utf-8").strip()


@cache
def environment(folder: Path) -> Environment:
    """The templates of a service, and ours."""
    made = jinja.strict(folder, HERE / "templates")
    made.filters |= formats.FILTERS
    return made
