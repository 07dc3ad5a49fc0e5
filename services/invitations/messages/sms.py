"""The text message: the question, how to answer it, and how to have no more, in one part where that can be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.invitations.messages.asked import Asked, line
from shared.gsm import Count, count, plain


@dataclass(frozen=True)
class Price:
    """Of one part. source: who says so."""

    amount: float
    currency: str
    source: str


def text(asked: Asked) -> str:
    """The fullest wording that goes in one part; where none does, the fullest of those that take the fewest."""
    wordings = list(dict.fromkeys(plain(one) for one in wordings_of(asked)))
    return min(wordings, key=lambda one: count(one).parts)


def wordings_of(asked: Asked) -> Iterator[str]:
    """From the fullest to the shortest: always the owner, the question, the link and STOP."""
    lead = asked.frame.sms_remind if asked.number > 1 else ""
    intro = f"{asked.invite} " if asked.invite else ""
    for how in (*ways(asked), ""):
        for before in (lead + intro, lead):
            filled = asked.frame.sms.format(owner=asked.owner, question=before + asked.question, how=how, url=asked.url)
            yield line(filled)


def ways(asked: Asked) -> Iterator[str]:
    """How to answer by a text message, with what the best score means and without."""
    measure = asked.survey.measure
    if measure.name == "thumbs":
        yield asked.frame.sms_yes_no
        return
    label = asked.end(measure.high)
    if label:
        yield asked.frame.sms_reply.format(low=measure.low, high=f"{measure.high} ({label})")
    yield asked.frame.sms_reply.format(low=measure.low, high=measure.high)


def price(country: str) -> Price | None:
    """What a part costs there; None where we do not know."""
    return prices().get(country.upper())


@cache
def prices() -> dict[str, Price]:
    found = json.loads((Path(__file__).parent / "sms_prices.json").read_text(encoding="utf-8"))
    return {row["country"]: Price(row["price"], found["currency"], row["source"]) for row in found["rows"]}


def counted(asked: Asked) -> tuple[str, Count]:
    """The message and what it takes to send it."""
    said = text(asked)
    return said, count(said)
