"""Adjusted figures as the API says them, with what moved them in words."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel

from services.insights.domain.adjusting import METHOD, Adjusted, Because, Contrast
from services.insights.usecases.adjusted import Adjustment
from services.insights.views.figures import FigureView, figure_view

SAME = 0.5
"""Points of the share of bad answers; less is told as no difference."""
WORDS = {
    "same": {
        "en": "Adjusted for who answered, the share of bad answers is hardly different.",
        "fr": "Redressée selon les personnes qui ont répondu, la part de mauvaises réponses change à peine.",
    },
    "moved": {
        "en": "Adjusted for who answered, {adjusted}% of answers are bad rather than {raw}%.",
        "fr": "Redressée selon les personnes qui ont répondu, la part de mauvaises réponses est de {adjusted}\u202f% "
        "au lieu de {raw}\u202f%.",
    },
    "why": {
        "en": " {name}: {value} is {people}% of the people but {answers}% of the answers; {bad}% of its answers are "
        "bad, {others}% of the others’.",
        "fr": " {name}\u00a0: {value} compte {people}\u202f% des personnes mais {answers}\u202f% des réponses\u00a0; "
        "{bad}\u202f% y sont mauvaises, {others}\u202f% ailleurs.",
    },
}


class AdjustedView(BaseModel):
    """The same figures of the same answers, as they are and adjusted to everybody who went through the touchpoint.

    n: answers used, of `answers`; effective_n: so many equally weighing ones say as much (Kish). cells: groups of
    people who are alike; joined: groups too small to stand alone. explained: what moved the figure, in words.
    """

    first_day: date
    last_day: date
    n: int
    answers: int
    people: int
    effective_n: float
    raw: list[FigureView]
    adjusted: list[FigureView]
    cells: int
    joined: int
    is_whole: bool
    method: str
    explained: dict[str, str]


def adjusted_view(found: Adjustment) -> AdjustedView | None:
    """None where they could not be made."""
    if not isinstance(found.found, Adjusted):
        return None
    one = found.found
    return AdjustedView(
        first_day=found.first,
        last_day=found.last,
        n=one.n,
        answers=one.answers,
        people=one.people,
        effective_n=round(one.effective_n, 1),
        raw=[figure_view(figure) for figure in one.raw],
        adjusted=[figure_view(figure) for figure in one.adjusted],
        cells=one.cells,
        joined=one.joined,
        is_whole=found.is_whole,
        method=METHOD,
        explained=explained(one),
    )


def because_of(found: Adjustment) -> Because | None:
    return None if isinstance(found.found, Adjusted) else found.found


def explained(found: Adjusted) -> dict[str, str]:
    """In every language: how far the figure moved, and which segment moved it most."""
    raw, adjusted = found.raw[-1].value, found.adjusted[-1].value
    if abs(raw - adjusted) < SAME:
        return dict(WORDS["same"])
    said = {lang: text.format(raw=f"{raw:.0f}", adjusted=f"{adjusted:.0f}") for lang, text in WORDS["moved"].items()}
    if found.contrast is None or not explains(found.contrast, adjusted - raw):
        return said
    return {lang: text + why(found.contrast, lang) for lang, text in said.items()}


def explains(one: Contrast, moved: float) -> bool:
    """Whether the segment moved the figure the way it went."""
    return (one.of_people - one.of_answers) * (one.bad - one.bad_others) * moved > 0


def why(one: Contrast, lang: str) -> str:
    shares = {"people": one.of_people, "answers": one.of_answers, "bad": one.bad, "others": one.bad_others}
    percents = {name: f"{100 * share:.0f}" for name, share in shares.items()}
    return WORDS["why"][lang].format(name=one.attribute, value=one.value, **percents)
