"""The pressure on a person as the API says it. No identifier of theirs is in it: who asks has one already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel

from services.invitations.domain.interactions import Decided, Suppressed
from services.invitations.domain.ledger import Contact
from services.invitations.domain.pressure import Standing
from services.invitations.usecases.pressure import PersonPressure


class ContactView(BaseModel):
    """A message to the person, or a question put to them. state: reserved (to be sent at `at`), sent, or released."""

    touchpoint: str
    owner: str | None = None
    programme: str | None = None
    channel: str
    step: int
    at: datetime
    state: str
    invitation_id: str


class RefusalView(BaseModel):
    """An interaction after which the person was not asked. whose: the touchpoint whose contact was in the way."""

    touchpoint: str
    owner: str | None = None
    interaction_id: str
    occurred_at: datetime
    reason: str
    channel: str | None = None
    whose: str | None = None
    whose_owner: str | None = None
    until: datetime | None = None


class StandingView(BaseModel):
    """When the touchpoint may ask by that channel. may_be_asked_at: absent where never, as things stand.

    reason: what is in the way now; absent where nothing is.
    """

    touchpoint: str
    owner: str | None = None
    channel: str
    may_be_asked_at: datetime | None = None
    reason: str | None = None
    whose: str | None = None
    whose_owner: str | None = None


class PressureView(BaseModel):
    """How a person stands with everybody who may ask them. opted_out: channels, or `all`."""

    person_id: str
    opted_out: list[str]
    less_often: bool
    asked: list[ContactView]
    refused: list[RefusalView]
    standings: list[StandingView]


def pressure_view(found: PersonPressure) -> PressureView:
    """The owners named beside the touchpoints, as far as they are known."""
    owners, person = found.owners, found.person
    return PressureView(
        person_id=person.person_id,
        opted_out=sorted(person.opted_out),
        less_often=person.less_often,
        asked=[contact_view(one, owners) for one in found.asked],
        refused=[
            refusal_view(one, one.decision, owners) for one in found.refused if isinstance(one.decision, Suppressed)
        ],
        standings=[standing_view(one, owners) for one in found.standings],
    )


def contact_view(one: Contact, owners: Mapping[str, str]) -> ContactView:
    return ContactView(
        touchpoint=one.touchpoint,
        owner=owners.get(one.touchpoint),
        programme=one.programme,
        channel=one.channel,
        step=one.step,
        at=one.at,
        state=one.state,
        invitation_id=one.invitation_id,
    )


def refusal_view(one: Decided, because: Suppressed, owners: Mapping[str, str]) -> RefusalView:
    """because: what was decided of it."""
    return RefusalView(
        touchpoint=one.interaction.touchpoint,
        owner=owners.get(one.interaction.touchpoint),
        interaction_id=one.interaction.interaction_id,
        occurred_at=one.interaction.occurred_at,
        reason=because.reason,
        channel=because.channel,
        whose=because.whose,
        whose_owner=owners.get(because.whose or ""),
        until=because.until,
    )


def standing_view(one: Standing, owners: Mapping[str, str]) -> StandingView:
    """owners: by touchpoint."""
    because = one.because
    whose = because.whose if because else None
    return StandingView(
        touchpoint=one.touchpoint,
        owner=owners.get(one.touchpoint),
        channel=one.channel,
        may_be_asked_at=one.at,
        reason=because.reason if because else None,
        whose=whose,
        whose_owner=owners.get(whose or ""),
    )
