"""The page that says whether what was done about an alert worked; a message's code leads to it, like to the alert's."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from chalice.app import Response

from services.insights.domain.check_words import sentences
from services.insights.usecases.checking import Checked
from services.insights.views.checks import CheckView, check_view
from shared.catalogue import words as said_in
from shared.events import Share
from shared.pages.shell import Frame, read_words, rendered
from shared.sessions import LANGUAGES, Visitor

HERE = Path(__file__).parent
GOOD = {"worked": "good", "worse": "bad"}


def check_page(checked: Checked, back: str, lang: str, visitor: Visitor | None = None, here: str = "/") -> Response:
    """The verdict, what else can be said, and the figures it rests on. back: the address of the alert.

    visitor: who is signed in; nobody where a message's code leads here.
    """
    said, findings = words()[lang], checked.findings
    verdict, *further = sentences(findings, lang)
    name = said_in(checked.event.touchpoint_name, lang)
    frame = Frame(f"{said['title']} {name}", visitor, lang, "/friction", here, said)
    view = check_view(checked)
    values: dict[str, Any] = {
        "checked": checked,
        "done": said_in(checked.remedy.text, lang),
        "verdict": verdict,
        "further": further,
        "kind": GOOD.get(findings.verdict, ""),
        "verdict_name": said[f"verdict_{findings.verdict}"],
        "rows": rows(view, said),
        "back": back,
    }
    return rendered("check.html", frame, folder=HERE / "templates", **values)


def rows(view: CheckView, said: dict[str, str]) -> list[dict[str, Any]]:
    """The shares that were compared, in the order of their days; those that are not known are left out."""
    each = [
        ("usual", view.usual, view.usual_days),
        ("before", view.before, view.before_days),
        ("after", view.after, view.after_days),
        ("elsewhere_before", view.elsewhere.before, view.before_days),
        ("elsewhere_after", view.elsewhere.after, view.after_days),
    ]
    return [
        {"name": said[name], "share": share, "value": value_of(share), "days": days}
        for name, share, days in each
        if share is not None and share.n
    ]


def value_of(share: Share) -> float:
    return share.bad / share.n


def language(asked: str | None, accepted: str) -> str:
    """What was asked for, where we speak it; else the browser's."""
    return asked if asked in LANGUAGES else accepted


@cache
def words() -> dict[str, dict[str, str]]:
    return read_words(HERE / "check.json")
