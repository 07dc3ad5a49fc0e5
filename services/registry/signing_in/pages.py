"""The pages of signing in."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from services.registry.signing_in.mail import HERE, words
from shared.pages.shell import Frame, rendered


def ask_page(lang: str, path: str) -> Response:
    """Asks for an address. path: where signing in leads."""
    return shown("ask.html", "sign_in", lang, path=path)


def sent_page(lang: str) -> Response:
    """Says the same to everybody."""
    return shown("sent.html", "sent_title", lang)


def button_page(code: str, lang: str) -> Response:
    return shown("button.html", "open_title", lang, code=code)


def gone_page(lang: str) -> Response:
    return shown("gone.html", "gone_title", lang, status=410)


def shown(template: str, title: str, lang: str, **values: Any) -> Response:
    said = words()[lang]
    return rendered(template, Frame(said[title], None, lang, said=said), folder=HERE / "templates", **values)
