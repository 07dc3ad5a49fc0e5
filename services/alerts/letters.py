"""The e-mail an owner gets of friction: plain text and HTML, in French or English."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from typing import Any

from services.alerts.domain import Delivery
from shared.catalogue import words
from shared.events import AlertEvent, Share

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "raised": "Friction: {name}",
        "resolved": "Back to usual: {name}",
        "adopted": "New usual level: {name}",
        "withdrawn": "Withdrawn: {name}",
        "before": "Before",
        "after": "Since then",
        "share": "{share:.0%} bad ({low:.0%}–{high:.0%}, {n} answers)",
        "ended": "Ended",
        "comments": "In their words",
        "why": "You get this because you are subscribed to the alerts of {name}.",
    },
    "fr": {
        "raised": "Friction : {name}",
        "resolved": "Retour à la normale : {name}",
        "adopted": "Nouveau niveau habituel : {name}",
        "withdrawn": "Alerte retirée : {name}",
        "before": "Avant",
        "after": "Depuis lors",
        "share": "{share:.0%} de mauvaises réponses ({low:.0%}–{high:.0%}, {n} réponses)",
        "ended": "Terminée",
        "comments": "Avec leurs mots",
        "why": "Vous recevez ce message car vous êtes abonné aux alertes de {name}.",
    },
}
CELL = "padding:6px 12px 6px 0;vertical-align:top;font-size:15px;line-height:1.4"


def letter(delivery: Delivery, sender: str) -> EmailMessage:
    """The whole message, ready to be sent."""
    lang = delivery.lang if delivery.lang in TEXTS else "en"
    event = delivery.event
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = delivery.target
    message["Subject"] = subject(event, lang)
    message["X-Etincelle-Message-Id"] = delivery.message_id
    message.set_content(plain(event, lang))
    message.add_alternative(html(event, lang), subtype="html")
    return message


def subject(event: AlertEvent, lang: str) -> str:
    outcome = "adopted" if event.resolved_because == "adopted" else event.state
    name = " ".join(words(event.touchpoint_name, lang).split())
    return TEXTS[lang].get(outcome, TEXTS[lang]["raised"]).format(name=name)


def lines(event: AlertEvent, lang: str) -> list[tuple[str, str]]:
    """The facts of the alert, each with its name."""
    text = TEXTS[lang]
    facts = [
        (text["before"], share(event.before, lang)),
        (text["after"], share(event.after, lang)),
    ]
    if event.resolved_at:
        facts.append((text["ended"], said_time(event.resolved_at)))
    return facts


def said_time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"


def share(share: Share, lang: str) -> str:
    value = share.bad / share.n if share.n else 0.0
    said = TEXTS[lang]["share"].format(share=value, low=share.low, high=share.high, n=share.n)
    return said.replace("%", " %") if lang == "fr" else said


def plain(event: AlertEvent, lang: str) -> str:
    text = TEXTS[lang]
    parts = [words(event.sentence, lang), ""]
    parts += [f"{name}: {value}" for name, value in lines(event, lang)]
    if event.sample_comments:
        parts += ["", text["comments"], *(f"- {comment}" for comment in event.sample_comments)]
    parts += ["", text["why"].format(name=words(event.touchpoint_name, lang))]
    return "\n".join(parts)


def html(event: AlertEvent, lang: str) -> str:
    """The HTML part: inline styles only, every text of people escaped."""
    text: dict[str, Any] = TEXTS[lang]
    why = text["why"].format(name=words(event.touchpoint_name, lang))
    rows = "".join(
        f'<tr><td style="{CELL};color:#555">{escape(name)}</td><td style="{CELL}">{escape(value)}</td></tr>'
        for name, value in lines(event, lang)
    )
    comments = "".join(
        f'<blockquote style="margin:8px 0;padding:4px 12px;border-left:3px solid #c2410c">{escape(c)}</blockquote>'
        for c in event.sample_comments
    )
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta name="color-scheme" content="light"><title>{escape(subject(event, lang))}</title></head>'
        f'<body style="margin:0;padding:24px;background:#fff;color:#1c1917;font-family:Helvetica,Arial,sans-serif">'
        f'<div lang="{lang}" style="max-width:560px;margin:0 auto">'
        f'<h1 style="font-size:20px;margin:0 0 12px">{escape(subject(event, lang))}</h1>'
        f'<p style="font-size:17px;line-height:1.5">{escape(words(event.sentence, lang))}</p>'
        f'<table role="presentation" cellpadding="0" cellspacing="0">{rows}</table>'
        + (f'<h2 style="font-size:16px">{escape(text["comments"])}</h2>{comments}' if comments else "")
        + f'<p style="font-size:13px;color:#555">{escape(why)}</p>'
        "</div></body></html>"
    )
