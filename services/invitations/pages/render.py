"""The page of preferences as HTML: no script, no cookie, a strict content-security policy."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalice.app import Response

from services.invitations.usecases.preferences import CHOICES, Chooser
from shared.errors import EtincelleError
from shared.languages import LANGUAGES, choose, direction

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
MESSAGES = {"not_found": "unknown", "gone": "gone", "invalid_input": "wrong", "unsupported_media_type": "wrong"}
"""Which words stand for an error; any other is `unavailable`."""


@dataclass(frozen=True)
class Shown:
    """One choice. hint: empty where none is needed."""

    value: str
    text: str
    hint: str = ""


def page(who: Chooser, lang: str, *, is_saved: bool = False) -> Response:
    """The choices, with what holds now chosen. is_saved: whether it was just chosen."""
    texts = words()[lang]
    hints = {"less": texts["less_hint"], "none": texts["none_hint"]}
    names = {"not_this": texts[f"not_{who.channel}"]}
    return rendered(
        "preferences.html",
        lang,
        title=texts["title"],
        owner=texts["from"].format(owner=who.owner) if who.owner else "",
        choices=[Shown(one, names.get(one) or texts[one], hints.get(one, "")) for one in CHOICES],
        chosen=who.choice,
        is_saved=is_saved,
        asked=[(f"{one.at:%Y-%m-%d}", one.touchpoint.named(lang), one.touchpoint.owner.name) for one in who.asked],
        spared=texts["spared"].format(n=who.spared) if who.spared else "",
    )


def error_page(error: EtincelleError, lang: str) -> Response:
    """What a person sees of an error."""
    name, texts = MESSAGES.get(error.code, "unavailable"), words()[lang]
    response = rendered("message.html", lang, title=texts[f"{name}_title"], text=texts[name], owner="")
    response.status_code = error.status
    return response


def rendered(template: str, lang: str, **values: Any) -> Response:
    from markupsafe import Markup

    others = [(other, name) for other, name in LANGUAGES.items() if other != lang]
    values |= {"lang": lang, "dir": direction(lang), "words": words()[lang], "languages": others}
    shown = environment().get_template(template).render(values | {"style": Markup(style())})  # noqa: S704
    return Response(shown, headers=dict(headers()))


def language(asked: str | None, accepted: str | None) -> str:
    """Any of ours: the one asked for, else the best that the browser accepts, else English."""
    return choose(asked, accepted, list(LANGUAGES))


@cache
def words() -> dict[str, dict[str, str]]:
    """By language, and by name."""
    texts: dict[str, dict[str, str]] = json.loads((HERE / "words.json").read_text(encoding="utf-8"))
    return texts


@cache
def style() -> str:
    return (HERE / "templates/page.css").read_text(encoding="utf-8").strip()


@cache
def headers() -> dict[str, str]:
    """The page's security headers. The policy knows the one style by its hash and allows no script at all."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
        "X-Robots-Tag": "noindex, nofollow",
        "Vary": "Accept-Language",
    }


@cache
def environment() -> Environment:
    """The templates; imported at the first page, so that the API starts without them."""
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True)
