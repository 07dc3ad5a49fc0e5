"""Interactions, and what was decided about each: whether somebody is asked, and if not, why. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.invitations.domain.people import Identifier

Reason = Literal[
    "touchpoint_paused",
    "opted_out",
    "no_consent",
    "channel_unusable",
    "quarantine",
    "company_cap",
    "programme_cap",
    "channel_cap",
    "not_sampled",
    "quiet_hours",
    "displaced",
]
REASONS: tuple[Reason, ...] = Reason.__args__  # type: ignore[attr-defined]
"""In the order in which they are looked at; `displaced` is never decided at first, but later."""


@dataclass(frozen=True)
class Interaction:
    """Something that happened to a customer at a touchpoint. Times are aware UTC.

    customer: what they were named by, normalised; empty in an interaction that is read back, as `contacts` keeps
    it with the person only.
    channel: None where we choose one and send; else the caller's, who asks whether this person may be asked now.
    consent, consent_source: what the sender says of it, as in `Person`; None where nothing is said.
    """

    interaction_id: str
    touchpoint: str
    occurred_at: datetime
    received_at: datetime
    customer: tuple[Identifier, ...] = ()
    channel: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    country: str | None = None
    consent: frozenset[str] | None = None
    attributes: dict[str, str | int | float | bool] = field(default_factory=dict)
    consent_source: str | None = None


@dataclass(frozen=True)
class Share:
    """Of the people at a touchpoint, the share that is asked at present.

    probability: 0 to 1. need: how badly the touchpoint needs answers; of two touchpoints the greater need goes first.
    """

    probability: float
    need: float = 0.0


@dataclass(frozen=True)
class Planned:
    """The person is asked: by `channel`, at `due_at`. probability: with which this was going to be so."""

    channel: str
    due_at: datetime
    probability: float


@dataclass(frozen=True)
class Suppressed:
    """The person is not asked. whose: the touchpoint whose contact is in the way; until: when it no longer will be.

    channel: the one that the reason speaks of; None where it speaks of all.
    """

    reason: Reason
    probability: float
    whose: str | None = None
    until: datetime | None = None
    channel: str | None = None


Decision = Planned | Suppressed


@dataclass(frozen=True)
class Decided:
    """An interaction with what was decided. invitation_id: also where nobody was invited; made of the interaction.

    customer: keyed hash of whose it is, the same as in that customer's answers.
    """

    interaction: Interaction
    person_id: str
    invitation_id: str
    decision: Decision
    customer: str | None = None
