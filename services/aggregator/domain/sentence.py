"""The one sentence an owner reads: since when, from what to what, of how many answers, how unlikely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from math import floor, log10
from zoneinfo import ZoneInfo

from services.aggregator.domain.detection.transition import ADOPTED, RESOLVED, Flood, Transition
from services.aggregator.domain.findings import EXPLAINED

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
        "raised": "Depuis {when}, {after} de mauvaises réponses à {name}, contre {before} d’ordinaire{nbsp}; "
        "{n}{nbsp}; {chance}.",
        "resolved": "C’est fini à {name}{nbsp}: les réponses sont revenues à {before} de mauvaises, contre {after} "
        "depuis {when}.",
        "adopted": "À {name}, {after} de mauvaises réponses depuis {when}, contre {before} avant{nbsp}: ce niveau "
        "dure, il devient la référence.",
        "staff raised": "Depuis {when}, l’équipe de {name} donne {after} de mauvaises réponses, contre {before} "
        "d’ordinaire{nbsp}; {n}{nbsp}; {chance}.",
        "handoff raised": "Depuis {when}, à {name}, {after} de mauvaises réponses chez ceux qui viennent de {origin}, "
        "contre {otherwise} chez les autres{nbsp}; {n}{nbsp}; {chance}.",
        "handoff resolved": "C’est fini entre {origin} et {name}{nbsp}: ceux qui en viennent ne répondent plus moins "
        "bien que les autres, comme ils le faisaient depuis {when}.",
        "handoff adopted": "À {name}, ceux qui viennent de {origin} répondent moins bien que les autres depuis {when}"
        "{nbsp}: cet écart dure, il devient la référence.",
        "explained": "Depuis {when}, {after} de mauvaises réponses à {name}, contre {before} d’ordinaire{nbsp}: cela "
        "vient de ceux qui arrivent de {origin}, voir l’alerte sur ce passage.",
        "seen first by staff": " L’équipe l’avait signalé avant les clients.",
        "seen first by customer": " Les clients l’avaient signalé avant l’équipe.",
        "flood": " Mais {days}, il est venu {times} fois plus de réponses, et meilleures{nbsp}: sans elles il n’y "
        "aurait pas encore d’alerte. C’est peut-être le public qui a changé, et non le point de contact.",
        "chance": "une chance sur {odds} que ce soit le hasard",
    },
    "en": {
        "raised": "Since {when}, {after} bad answers at {name}, against {before} as a rule; {n}; {chance}.",
        "resolved": "It is over at {name}: answers are back to {before} bad, from {after} since {when}.",
        "adopted": "At {name}, {after} bad answers since {when}, against {before} before: "
        "this level has lasted and becomes the usual one.",
        "staff raised": "Since {when}, {after} bad answers from the staff at {name}, against {before} as a rule; {n}; "
        "{chance}.",
        "handoff raised": "Since {when}, {after} bad answers at {name} from those who come from {origin}, "
        "against {otherwise} from the others; {n}; {chance}.",
        "handoff resolved": "It is over between {origin} and {name}: those who come from there no longer fare worse "
        "than the others, as they had since {when}.",
        "handoff adopted": "At {name}, those who come from {origin} have fared worse than the others since {when}: "
        "this gap has lasted and becomes the usual one.",
        "explained": "Since {when}, {after} bad answers at {name}, against {before} as a rule: this is about those who "
        "come from {origin}; see the alert on that hand-off.",
        "seen first by staff": " The staff had reported it before the customers did.",
        "seen first by customer": " Customers had reported it before the staff did.",
        "flood": " But {days}, {times} times as many answers came, and better ones: without them there would be no "
        "alert yet. Perhaps it is the people who changed, not the touchpoint.",
        "chance": "one chance in {odds} that this is luck",
    },
}
QUOTED = {"fr": "«{thin}{name}{thin}»", "en": "“{name}”"}


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
        n=_answers(transition.after.n, lang),
        chance=said["chance"].format(odds=_number(_rounded(transition.e_value), lang)),
        days=_days(transition.flood, lang) if transition.flood else "",
        times=round(transition.flood.times) if transition.flood else "",
        name=QUOTED[lang].format(name=setting.name, thin=THIN),
        origin=QUOTED[lang].format(name=setting.origin, thin=THIN),
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
