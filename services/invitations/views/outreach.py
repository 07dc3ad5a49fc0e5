"""The list of people to turn to, as JSON and as a file that a spreadsheet may open."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.invitations.domain.likelihood import METHOD, Model
from services.invitations.usecases.outreach import MOST_PEOPLE, Candidate, Outreach
from shared.cells import Cell, write

COLUMNS = (
    "customer_id",
    "person_id",
    "chance",
    "occurred_at",
    "reasons",
    "channel",
    "address",
    "not_contacted_because",
)


class OutreachQuestion(BaseModel):
    """At most so many people, as JSON or CSV."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(50, ge=1, le=MOST_PEOPLE)
    format: Literal["json", "csv"] = "json"


class ModelView(BaseModel):
    """How well bad is told from good, on answers it was not learned from: 0.5 is chance; with its 95 % interval.

    told: in words; where it is no better than chance, the order says little.
    """

    method: str
    auc: float
    low: float
    high: float
    bad: int
    good: int
    is_better_than_chance: bool
    told: dict[str, str]


class ReasonView(BaseModel):
    """What speaks for a bad answer, or with a weight below 0 against it; n: answers that say so."""

    attribute: str
    value: str
    weight: float
    n: int


class CandidateView(BaseModel):
    """A person. chance: of a bad answer, 0 to 1; absent where none is learned.

    channel and address: how they may be contacted; absent where they may not, with the reason, and until when.
    """

    person_id: str
    customer_id: str | None = None
    interaction_id: str
    occurred_at: datetime
    chance: float | None = None
    reasons: list[ReasonView]
    may_be_contacted: bool
    channel: str | None = None
    address: str | None = None
    reason: str | None = None
    until: datetime | None = None


class OutreachView(BaseModel):
    """passed: interactions since the change, of which answered; is_whole: all of them were looked at."""

    alert_id: str
    touchpoint: str
    since: datetime
    passed: int
    answered: int
    is_whole: bool
    model: ModelView | None = None
    people: list[CandidateView]


def outreach_view(found: Outreach) -> OutreachView:
    return OutreachView(
        alert_id=found.event.alert_id,
        touchpoint=found.event.touchpoint,
        since=found.event.change_started_at,
        passed=found.passed,
        answered=found.answered,
        is_whole=found.is_whole,
        model=model_view(found.model) if found.model else None,
        people=[candidate_view(one) for one in found.people],
    )


def model_view(model: Model) -> ModelView:
    """How good the order is, as it was measured."""
    one = model.tested
    return ModelView(
        method=METHOD,
        auc=round(one.auc, 4),
        low=round(one.low, 4),
        high=round(one.high, 4),
        bad=one.bad,
        good=one.good,
        is_better_than_chance=one.is_better_than_chance,
        told=told(model),
    )


def told(model: Model) -> dict[str, str]:
    """In words: of two people, one of whom fared badly, how often the list puts that one first."""
    if not model.tested.is_better_than_chance:
        return {
            "en": "The order is no better than chance: nothing known of these people tells who fared badly.",
            "fr": "L’ordre ne vaut pas mieux que le hasard\u00a0: rien de connu ne dit qui a été déçu.",
        }
    of_ten = round(10 * model.tested.auc)
    return {
        "en": f"Of two people, one of whom fared badly, that one stands first about {of_ten} times in 10.",
        "fr": f"De deux personnes dont une a été déçue, celle-ci vient en premier environ {of_ten} fois sur 10.",
    }


def candidate_view(one: Candidate) -> CandidateView:
    """The person; their address only where nothing is in the way."""
    because = one.way.because
    return CandidateView(
        person_id=one.person.person_id,
        customer_id=customer_id(one),
        interaction_id=one.interaction.interaction_id,
        occurred_at=one.interaction.occurred_at,
        chance=None if one.chance is None else round(one.chance, 4),
        reasons=[
            ReasonView(attribute=each.attribute, value=each.value, weight=round(each.weight, 3), n=each.n)
            for each in one.reasons
        ],
        may_be_contacted=one.may_be_contacted,
        channel=one.way.channel if one.may_be_contacted else None,
        address=one.address,
        reason=because.reason if because else None,
        until=one.way.at if because else None,
    )


def customer_id(one: Candidate) -> str | None:
    """The sender's own id of the person, where there is one."""
    return next((each.value for each in one.person.identifiers if each.kind == "id"), None)


def outreach_csv(found: Outreach) -> str:
    """A row a person; no cell is a formula."""
    file = io.StringIO(newline="")
    write([COLUMNS, *(cells_of(candidate_view(one)) for one in found.people)], file)
    return file.getvalue()


def cells_of(one: CandidateView) -> tuple[Cell, ...]:
    """The person by COLUMNS."""
    return (
        one.customer_id,
        one.person_id,
        None if one.chance is None else f"{one.chance:.3f}",
        f"{one.occurred_at:%Y-%m-%d %H:%M:%S}",
        "; ".join(f"{each.attribute}: {each.value} ({each.weight:+.2f})" for each in one.reasons),
        one.channel,
        one.address,
        one.reason,
    )
