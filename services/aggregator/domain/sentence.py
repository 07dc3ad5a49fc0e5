"""The one sentence an owner reads: since when, from what to what, of how many answers, how unlikely."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from services.aggregator.domain.detection.transition import ADOPTED, RESOLVED, Flood, Transition
from services.aggregator.domain.findings import EXPLAINED
from shared.metrics import one_figure

THIN = "\u202f"
"""Narrow no-break space: French sets it before %, and between thousands."""

NO_BREAK = "\u00a0"

DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}
WEEK = 7 * 86400
TEMPLATES: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("sentences.json").read_text("utf-8"))
"""By language: what is said of a transition, or of one in an alert of a kind; units of what is counted."""


@dataclass(frozen=True)
class Setting:
    """Where a transition belongs. kind: of the alert. name, origin: of the touchpoints, in the sentence's language."""

    kind: str
    name: str
    origin: str
    time_zone: str


def sentence(transition: Transition, setting: Setting, lang: str) -> str:
    """The sentence, in "fr" or "en", with local times of the setting's IANA zone.

    Raises KeyError for another language.
    """
    said = TEMPLATES[lang]
    kind = transition.kind if transition.kind in (RESOLVED, ADOPTED, EXPLAINED) else "raised"
    otherwise, first = getattr(transition, "otherwise", None), getattr(transition, "seen_first", "")
    template = said.get(f"{setting.kind} {kind}", said[kind])
    template += said["flood"] if transition.flood else ""
    template += said[f"seen first by {first}"] if first and kind == "raised" else ""
    return template.format(
        when=_when(transition, lang, setting.time_zone),
        after=_percent(transition.after.share, lang),
        before=_percent(transition.before.share, lang),
        otherwise=_percent(otherwise.share if otherwise else None, lang),
        promised=_percent(transition.before.low, lang),
        n=_events(transition.after.n, setting.kind, lang),
        chance=said["chance"].format(odds=_number(one_figure(transition.e_value), lang)),
        days=_days(transition.flood, lang) if transition.flood else "",
        times=round(transition.flood.times) if transition.flood else "",
        name=said["quoted"].format(name=setting.name, thin=THIN),
        origin=said["quoted"].format(name=setting.origin, thin=THIN),
        nbsp=NO_BREAK,
    )


def _when(transition: Transition, lang: str, time_zone: str) -> str:
    """The day's name within a week, the date beyond; to the hour."""
    start = datetime.fromtimestamp(transition.change_started_at, ZoneInfo(time_zone))
    day = DAYS[lang][start.weekday()]
    if transition.at - transition.change_started_at > WEEK:
        day = f"{day} {_date(start, lang)}"
    return f"{day} {start.hour}{NO_BREAK}h" if lang == "fr" else f"{day} {start.hour}:00"


def _date(day: date, lang: str) -> str:
    """3 mars, 1er mars; 1 March."""
    first = "1er" if lang == "fr" and day.day == 1 else str(day.day)
    return f"{first} {MONTHS[lang].split()[day.month - 1]}"


def _days(flood: Flood, lang: str) -> str:
    """le 3 mars; du 3 mars au 5 mars; on 3 March; from 3 March to 5 March."""
    first, last = (_date(day, lang) for day in (flood.days[0], flood.days[-1]))
    if first == last:
        return f"le {first}" if lang == "fr" else f"on {first}"
    return f"du {first} au {last}" if lang == "fr" else f"from {first} to {last}"


def _percent(share: float | None, lang: str) -> str:
    if share is None:
        return "–"
    return f"{round(100 * share)}{THIN}%" if lang == "fr" else f"{round(100 * share)}%"


def _events(n: int, kind: str, lang: str) -> str:
    word = TEMPLATES[lang].get(f"unit {kind}", TEMPLATES[lang]["unit answer"])
    return f"{_number(n, lang)} {word}{'' if n == 1 else 's'}"


def _number(n: int, lang: str) -> str:
    return f"{n:,}".replace(",", THIN) if lang == "fr" else f"{n:,}"
