"""The page behind a message's button: what is known of the alert, and what may be done about it."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import Any

from chalice.app import Response

from services.alerts.domain.subscribers import subscriber
from services.alerts.messages.letters import TEMPLATES, environment
from services.alerts.messages.story import piece
from services.alerts.messages.words import SAID, Frame
from services.alerts.usecases.acting import MUTED_FOR, Opened
from shared.catalogue import Catalogue
from shared.errors import EtincelleError


@cache
def style() -> str:
    return (TEMPLATES / "page.css").read_text(encoding="utf-8").strip()


@cache
def headers() -> dict[str, str]:
    """The page's security headers: its one style is known by its hash, and no script is allowed."""
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
        "X-Robots-Tag": "noindex, nofollow",
    }


def alert_page(opened: Opened, catalogue: Catalogue, done: str | None) -> Response:
    """The alert and its buttons, in the subscription's language. done: the button that was just pressed."""
    known = subscriber(opened.subscription, catalogue)
    lang = language(known.subscription.lang if known else "en")
    frame, standing = SAID[lang], opened.standing
    shown = piece(standing.event, frame, lang, "")
    values = {
        "piece": shown,
        "notice": notice(opened, done, frame),
        "may_acknowledge": standing.state == "open",
        "wishes": [(wish, getattr(frame, wish)) for wish in MUTED_FOR],
        "subscription": opened.subscription,
    }
    return rendered("page.html", lang, shown.title, 200, values)


def notice(opened: Opened, done: str | None, frame: Frame) -> str:
    """What to say of what was just done, or of how the alert stands."""
    standing = opened.standing
    if done in MUTED_FOR:
        return frame.done_muted
    if standing.state == "over":
        return frame.over
    if standing.state == "acknowledged":
        return frame.done_acknowledged if standing.acknowledged_by == opened.subscription else frame.done_by
    return ""


def error_page(error: EtincelleError, accepted: str | None) -> Response:
    """What a person sees of an error. accepted: an Accept-Language header."""
    frame = SAID[lang := language(accepted or "")]
    texts = {"gone": (frame.over, ""), "conflict": (frame.done_by, "")}
    title, text = texts.get(error.code, (frame.unknown_title, frame.unknown))
    return rendered("page.html", lang, title, error.status, {"notice": text})


def language(text: str) -> str:
    """`fr` for what begins so, else `en`."""
    return "fr" if text.lower().startswith("fr") else "en"


def rendered(template: str, lang: str, title: str, status: int, values: dict[str, Any]) -> Response:
    from markupsafe import Markup

    said = {"lang": lang, "title": title, "frame": SAID[lang], "style": Markup(style())}  # noqa: S704 - our own file
    page = environment().get_template(template).render(said | values)
    return Response(page, headers=dict(headers()), status_code=status)


def redirect(code: str, wish: str) -> Response:
    """303 back to the page; the address is relative, whatever path the API is published under."""
    return Response("", headers={**headers(), "Location": f"{code}?done={wish}"}, status_code=303)
