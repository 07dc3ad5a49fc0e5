"""Whom to turn to while an alert stands: people who went through since the change and have not answered.

Those who may have fared badly come first. Everybody is looked at by the rules of contact pressure: who may not be
contacted is marked, with the reason, and no address of theirs is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from services.invitations.domain import likelihood
from services.invitations.domain.decision import Case
from services.invitations.domain.interactions import Decided, Interaction
from services.invitations.domain.invitations import SENT_BY_US
from services.invitations.domain.likelihood import Model, Weight
from services.invitations.domain.links import customer_of
from services.invitations.domain.people import Person
from services.invitations.domain.pressure import Standing
from services.invitations.domain.quiet_hours import next_allowed
from services.invitations.domain.rules import rules_of
from services.invitations.usecases.contacts import open_ledger, standing_by
from services.invitations.usecases.ports import Deps
from services.invitations.usecases.sending_ports import Suppressions
from shared.catalogue import Touchpoint
from shared.causes.answers import Given, Reading, Responses, Whose
from shared.causes.segments import cuts_of, shown
from shared.errors import Conflict, NotFound
from shared.events import AlertEvent
from shared.scales import told_from
from shared.sessions import Visitor

MOST_INTERACTIONS = 4000
"""The newest since the change; older ones are not looked at."""
MOST_PEOPLE = 200


class StandingAlerts(Protocol):
    """Friction alerts, as the aggregator wrote them."""

    def named(self, alert_id: str) -> AlertEvent | None: ...


class Recent(Protocol):
    """Interactions in the order of their times."""

    def newest(self, touchpoint: str, since: datetime, until: datetime, most: int) -> list[Decided]:
        """Those of [since, until), the newest first, at most so many."""
        ...


@dataclass(frozen=True)
class OutreachDeps(Deps):
    """What outreach needs beside."""

    alerts: StandingAlerts
    recent: Recent
    responses: Responses
    suppressions: Suppressions


@dataclass(frozen=True)
class Candidate:
    """A person, by the interaction that most likely went badly. chance: of a bad answer; None where none is learned.

    way: the channel by which they may be contacted, or what is in the way.
    """

    person: Person
    interaction: Interaction
    chance: float | None
    reasons: tuple[Weight, ...]
    way: Standing

    @property
    def may_be_contacted(self) -> bool:
        return self.way.because is None

    @property
    def address(self) -> str | None:
        return self.person.address(self.way.channel) if self.may_be_contacted else None


@dataclass(frozen=True)
class Outreach:
    """The list. passed: interactions since the change; answered: of them; is_whole: all of them were looked at."""

    event: AlertEvent
    passed: int
    answered: int
    model: Model | None
    people: tuple[Candidate, ...]
    is_whole: bool


@dataclass(frozen=True)
class Traits:
    """Attributes as the model reads them: numbers of which there are many, cut in four."""

    cuts: dict[str, list[float]]

    def of(self, interaction: Interaction) -> dict[str, str]:
        return {name: shown(value, self.cuts.get(name)) for name, value in interaction.attributes.items()}


@dataclass(frozen=True)
class Shown:
    """An alert's list as somebody sees it. found: None where the alert no longer stands, or tells of no customers."""

    event: AlertEvent
    touchpoint: Touchpoint
    found: Outreach | None


def shown_to(visitor: Visitor, alert_id: str, limit: int, deps: OutreachDeps) -> Shown:
    """The list for somebody of the touchpoint's team. Raises NotFound, also for others: nobody is read for them."""
    event, known = known_alert(alert_id, deps)
    if not visitor.may_see_persons_of(known):
        raise NotFound("there is no such alert")
    return Shown(event, known, listed(event, known, limit, deps) if is_standing(event) else None)


def outreach(alert_id: str, limit: int, deps: OutreachDeps) -> Outreach:
    """Whom to turn to, at most `limit`. Raises NotFound, and Conflict where the alert no longer stands."""
    event, known = known_alert(alert_id, deps)
    if not is_standing(event):
        raise Conflict("people are listed while an alert of customers stands")
    return listed(event, known, limit, deps)


def listed(event: AlertEvent, known: Touchpoint, limit: int, deps: OutreachDeps) -> Outreach:
    """People who went through since the change and have not answered, at most `limit`."""
    now = deps.now()
    passed = deps.recent.newest(event.touchpoint, event.change_started_at, now, MOST_INTERACTIONS + 1)
    is_whole = len(passed) <= MOST_INTERACTIONS
    passed = passed[:MOST_INTERACTIONS]
    answers = answers_since(event, known, now, deps)
    traits = Traits(cuts_of(Given("", now, False, one.interaction.attributes) for one in passed))
    by_invitation = {one.invitation_id: one for one in answers.answers if one.invitation_id}
    model = likelihood.learned(
        [
            likelihood.Case(traits.of(one.interaction), by_invitation[one.invitation_id].is_bad, one.invitation_id)
            for one in passed
            if one.invitation_id in by_invitation
        ]
    )
    silent = ranked([one for one in passed if one.invitation_id not in by_invitation], model, traits)
    customers = {one.customer for one in answers.answers if one.customer}
    people = tuple(islice(candidates(silent, known, customers, deps), limit))
    said = sum(one.invitation_id in by_invitation for one in passed)
    return Outreach(event, len(passed), said, model, people, is_whole and answers.is_whole)


def known_alert(alert_id: str, deps: OutreachDeps) -> tuple[AlertEvent, Touchpoint]:
    """Raises NotFound."""
    event = deps.alerts.named(alert_id)
    known = deps.catalogue.touchpoint(event.touchpoint) if event else None
    if event is None or known is None:
        raise NotFound("there is no such alert")
    return event, known


def is_standing(event: AlertEvent) -> bool:
    return event.state in ("raised", "acknowledged") and event.audience == "customer"


def answers_since(event: AlertEvent, known: Touchpoint, now: datetime, deps: OutreachDeps) -> Reading:
    """What has been answered since the change."""
    measure = told_from(event.scale, known.survey.measure)
    return deps.responses.between(
        Whose(event.touchpoint, "customer", measure), event.change_started_at, now + timedelta(seconds=1)
    )


@dataclass(frozen=True)
class Ranked:
    """An interaction nobody answered, with what the model says of it."""

    decided: Decided
    chance: float | None
    reasons: tuple[Weight, ...]


def ranked(silent: Sequence[Decided], model: Model | None, traits: Traits) -> list[Ranked]:
    """Those who most likely fared badly first; of equal ones, and where nothing is known, the newest."""
    found = []
    for one in silent:
        read = traits.of(one.interaction)
        chance = model.likelihood(read) if model else None
        found.append(Ranked(one, chance, tuple(model.reasons(read)) if model else ()))
    newest = sorted(found, key=lambda one: one.decided.interaction.occurred_at, reverse=True)
    return sorted(newest, key=lambda one: -round(one.chance or 0.0, 9))


def candidates(
    silent: Sequence[Ranked], known: Touchpoint, customers: set[str], deps: OutreachDeps
) -> Iterator[Candidate]:
    """Each person once; nobody who answered another way, and nobody who was erased."""
    seen: set[str] = set()
    for one in silent:
        person = deps.people.get(one.decided.person_id)
        if person is None or person.person_id in seen:
            continue
        seen.add(person.person_id)
        if customer_of(deps.secret, person) not in customers:
            way = way_to(person, known, deps)
            yield Candidate(person, one.decided.interaction, one.chance, one.reasons, way)


def way_to(person: Person, known: Touchpoint, deps: OutreachDeps) -> Standing:
    """The first channel by which nothing is in the way, of those by which messages are sent; else why not."""
    channels: list[str] = [channel for channel in known.channels if channel in SENT_BY_US]
    case = Case(
        rules=rules_of(known, deps.catalogue.pressure()),
        person=person,
        ledger=open_ledger(person.person_id, deps),
        share=deps.sampling.share(known.id),
        now=deps.now(),
        seed=deps.secret,
        next_allowed=next_allowed,
    )
    ways = [standing_by(channel, case, deps.suppressions) for channel in channels or SENT_BY_US]
    return next((one for one in ways if one.because is None), ways[0])
