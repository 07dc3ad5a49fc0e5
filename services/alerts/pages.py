"""The page behind a message's button: what is known of the alert, and what may be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from chalice.app import Response

from services.alerts.domain.remedies import days_allowed
from services.alerts.domain.subscribers import subscriber
from services.alerts.messages.letters import TEMPLATES
from services.alerts.messages.story import piece
from services.alerts.messages.words import SAID, Frame, language
from services.alerts.usecases import acting
from services.alerts.usecases.acting import Opened
from services.alerts.usecases.ports import Deps
from services.alerts.usecases.weekly import Reader
from shared.catalogue import words
from shared.errors import EtincelleError, InvalidInput
from shared.pages import formats, jinja, policy

MOST_LANGUAGES = 6


@dataclass(frozen=True)
class Typed:
    """A form as it was sent, and what is wrong with it."""

    fields: Mapping[str, str]
    wrong: InvalidInput


@cache
def style() -> str:
    return (TEMPLATES / "page.css").read_text(encoding="utf-8").strip()


def alert_page(
    opened: Opened,
    deps: Deps,
    code: str,
    *,
    done: str | None = None,
    typed: Typed | None = None,
) -> Response:
    """The alert and its buttons, in the subscription's language.

    code: the page's own, checked; done: the button that was just pressed; typed: a remedy that was not taken.
    """
    known = subscriber(opened.subscription, deps.catalogue)
    lang = language(known.subscription.lang if known else None)
    frame, standing = SAID[lang], opened.standing
    shown = piece(standing.event, frame, lang, "")
    values = remedy_values(opened, deps, lang, typed) | {
        "code": code,
        "piece": shown,
        "notice": notice(opened, done, frame) or (frame.is_muted if acting.muted(opened, deps) else ""),
        "may_acknowledge": standing.state == "open",
        "wishes": [(wish, getattr(frame, wish)) for wish in acting.to_mute(opened, deps)],
        "subscription": opened.subscription,
    }
    return rendered("page.html", lang, shown.title, 422 if typed else 200, values)


def remedy_values(opened: Opened, deps: Deps, lang: str, typed: Typed | None) -> dict[str, Any]:
    """What was done about the alert, and the form that takes more of it, in the survey's languages."""
    event, now, frame = opened.standing.event, deps.now(), SAID[lang]
    touchpoint = deps.catalogue.touchpoint(event.touchpoint)
    asked_in = touchpoint.survey_for(event.audience).languages if touchpoint else []
    first, last = days_allowed(event, now)
    named = {error.pointer.split("/")[1] for error in typed.wrong.errors} if typed else set()
    return {
        "remedies": [
            {
                "id": one.remedy_id,
                "on": one.on,
                "day": formats.day(one.on, lang, with_year=True),
                "text": words(one.text, lang),
                "is_shown": one.is_shown,
            }
            for one in deps.remedies.of_alert(event.alert_id)
        ],
        "languages": list(dict.fromkeys([lang, *(one for one in asked_in if one != lang)]))[:MOST_LANGUAGES],
        "first_day": first,
        "last_day": last,
        "typed": {"on": now.date().isoformat(), **(typed.fields if typed else {})},
        "wrong": [getattr(frame, f"wrong_{name}") for name in ("on", "text") if name in named],
        "has_check": event.kind in ("drop", "staff", "promise"),
    }


def notice(opened: Opened, done: str | None, frame: Frame) -> str:
    """What to say of what was just done, or of how the alert stands."""
    standing = opened.standing
    if done in acting.MUTED_FOR:
        return frame.done_muted
    if done in ("remedy", "taken_back"):
        return frame.done_remedy if done == "remedy" else frame.done_taken_back
    if standing.state == "over":
        return frame.over
    if standing.state == "acknowledged":
        return frame.done_acknowledged if standing.acknowledged_by == opened.subscription else frame.done_by
    return ""


def weekly_page(reader: Reader, deps: Deps) -> Response:
    """Whether the weekly report comes to the subscription, and the button that changes it."""
    known = subscriber(reader.subscription, deps.catalogue)
    lang = language(known.subscription.lang if known else None)
    frame = SAID[lang]
    said = frame.week_stopped if reader.is_stopped else frame.week_comes
    values = {
        "notice": said.format(subscription=reader.subscription),
        "do": "resume" if reader.is_stopped else "stop",
        "button": frame.week_resume if reader.is_stopped else frame.week_stop,
    }
    return rendered("weekly.html", lang, frame.week_page, 200, values)


def error_page(error: EtincelleError, accepted: str | None) -> Response:
    """What a person sees of an error. accepted: an Accept-Language header."""
    frame = SAID[lang := language(None, accepted)]
    texts = {"gone": (frame.over, ""), "conflict": (frame.done_by, "")}
    title, text = texts.get(error.code, (frame.unknown_title, frame.unknown))
    return rendered("page.html", lang, title, error.status, {"notice": text})


def rendered(template: str, lang: str, title: str, status: int, values: dict[str, Any]) -> Response:
    said = {"lang": lang, "title": title, "frame": SAID[lang], "style": jinja.as_is(style())}
    page = jinja.environment(TEMPLATES).get_template(template).render(said | values)
    return Response(page, headers=policy.headers(style()), status_code=status)


def redirect(code: str, wish: str) -> Response:
    """303 back to the page; the address is relative, whatever path the API is published under."""
    return Response("", headers={**policy.headers(), "Location": f"{code}?done={wish}"}, status_code=303)
