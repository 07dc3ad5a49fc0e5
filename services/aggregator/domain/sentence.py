"""The one sentence an owner reads: since when, from what to what, of how many answers, how unlikely."""

from __future__ import annotations

from datetime import date, datetime
from math import floor, log10
from zoneinfo import ZoneInfo

from services.aggregator.domain.detection.transition import ADOPTED, RESOLVED, Flood, Transition

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
TEMPLATES = {
    "fr": {
        "raised": "Depuis {when}, {after} de mauvaises réponses à «{thin}{name}{thin}», contre {before} "
        "d’ordinaire{nbsp}; {n}{nbsp}; une chance sur {odds} que ce soit le hasard.",
        "resolved": "C’est fini à «{thin}{name}{thin}»{nbsp}: les réponses sont revenues à {before} de "
        "mauvaises, contre {after} depuis {when}.",
        "flood": " Mais {days}, il est venu {times} fois plus de réponses, et meilleures{nbsp}: sans elles il n’y "
        "aurait pas encore d’alerte. C’est peut-être le public qui a changé, et non le point de contact.",
        "adopted": "À «{thin}{name}{thin}», {after} de mauvaises réponses depuis {when}, contre {before} "
        "avant{nbsp}: ce niveau dure, il devient la référence.",
    },
    "en": {
        "raised": "Since {when}, {after} bad answers at “{name}”, against {before} as a rule; "
        "{n}; one chance in {odds} that this is luck.",
        "resolved": "It is over at “{name}”: answers are back to {before} bad, from {after} since {when}.",
        "flood": " But {days}, {times} times as many answers came, and better ones: without them there would be no "
        "alert yet. Perhaps it is the people who changed, not the touchpoint.",
        "adopted": "At “{name}”, {after} bad answers since {when}, against {before} before: "
        "this level has lasted and becomes the usual one.",
    },
}


def sentence(transition: Transition, touchpoint_name: str, lang: str, time_zone: str) -> str:
    """The sentence, in "fr" or "en", with local times of the IANA zone.

    Raises KeyError for another language.
    """
    kind = transition.kind if transition.kind in (RESOLVED, ADOPTED) else "raised"
    template = TEMPLATES[lang][kind] + (TEMPLATES[lang]["flood"] if transition.flood else "")
    return template.format(
        when=_when(transition, lang, time_zone),
        after=_percent(transition.after.share, lang),
        before=_percent(transition.before.share, lang),
        n=_answers(transition.after.n, lang),
        odds=_number(_rounded(transition.e_value), lang),
        days=_days(transition.flood, lang) if transition.flood else "",
        times=round(transition.flood.times) if transition.flood else "",
        name=touchpoint_name,
        thin=THIN,
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


def _answers(n: int, lang: str) -> str:
    word = {"fr": "réponse", "en": "answer"}[lang]
    return f"{_number(n, lang)} {word}{'' if n == 1 else 's'}"


def _number(n: int, lang: str) -> str:
    return f"{n:,}".replace(",", THIN) if lang == "fr" else f"{n:,}"


def _rounded(evidence: float) -> int:
    """One figure that matters, rounded down: nobody needs one chance in 10,237."""
    if evidence < 2:
        return max(floor(evidence), 1)
    step = 10 ** floor(log10(evidence))
    return int(evidence // step * step)
