"""The page of preferences as HTML: no script, no cookie, a strict content-security policy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chalice.app import Response

from services.invitations.usecases.preferences import CHOICES, Chooser
from shared.errors import EtincelleError
from shared.languages import LANGUAGES, choose, direction
from shared.pages import jinja, policy

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
    values |= {
        "lang": lang,
        "dir": direction(lang),
        "words": words()[lang],
        "languages": [(other, name) for other, name in LANGUAGES.items() if other != lang],
        "style": jinja.as_is(style()),
    }
    page = jinja.environment(HERE / "templates").get_template(template).render(values)
    return Response(page, headers=policy.headers(style()))


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
