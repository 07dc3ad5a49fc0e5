"""Contact pressure against a plain model of its rules, whatever comes in whatever order; windows to the microsecond."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from services.invitations.domain.decision import Case, decide
from services.invitations.domain.interactions import Decision, Interaction, Planned, Share, Suppressed
from services.invitations.domain.ledger import Contact, Ledger
from services.invitations.domain.people import Identifier, Person
from services.invitations.domain.rules import Rules
from services.invitations.usecases.contacts import open_ledger, reserve_reminder
from services.invitations.usecases.deciding import record_interaction
from services.invitations.usecases.identity import change_person
from shared.catalogue import Cap, Pressure
from tests.invitations import World, touchpoint

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
NAMES = [
    Identifier("id", "a"),
    Identifier("id", "b"),
    Identifier("email", "x@example.com"),
    Identifier("email", "y@example.com"),
    Identifier("phone", "+33612345678"),
    Identifier("phone", "+33612345679"),
]
POINTS = {"checkout": ("shop", 5), "delivery": ("shop", 0), "helpdesk": (None, 9)}
"""Programme and days of rest of each touchpoint."""
COMPANY, PROGRAMME, BY_MAIL = (3, 30), (2, 20), (1, 8)
"""The caps: so many in so many days."""
CHANNELS = ["web", "agent", "email"]


# -- the model: the rules as one would write them down without a thought for speed or races ------------------------


@dataclass
class Asked:
    """One contact that counts. key: invitation and step."""

    key: tuple[str, int]
    touchpoint: str
    channel: str
    at: datetime


@dataclass
class Somebody:
    """One person as the model sees them."""

    names: set[Identifier]
    asked: list[Asked] = field(default_factory=list)
    opted_out: set[str] = field(default_factory=set)
    less_often: bool = False

    def swallow(self, other: Somebody) -> None:
        self.names |= other.names
        self.asked += other.asked
        self.opted_out |= other.opted_out
        self.less_often |= other.less_often

    def is_full(self, cap: tuple[int, int], mine: list[Asked], now: datetime) -> bool:
        at_most, days = cap
        if self.less_often:
            at_most, days = (1, 2 * days) if at_most == 1 else (at_most // 2, days)
        return sum(now - one.at < days * DAY for one in mine) >= at_most

    def why_not(self, touchpoint: str, channel: str, now: datetime, *, is_reminder: bool = False) -> str | None:
        """The reason that the rules give, None where they give none."""
        programme, rest = POINTS[touchpoint]
        if self.opted_out & {channel, "all"}:
            return "opted_out"
        if channel == "email" and not any(name.kind == "email" for name in self.names):
            return "channel_unusable"
        here = [one for one in self.asked if one.touchpoint == touchpoint]
        resting = rest * DAY * (2 if self.less_often else 1)
        if not is_reminder and any(now - one.at < resting for one in here):
            return "quarantine"
        if self.is_full(COMPANY, self.asked, now):
            return "company_cap"
        if programme and self.is_full(PROGRAMME, [one for one in self.asked if POINTS[one.touchpoint][0]], now):
            return "programme_cap"
        if channel == "email" and self.is_full(BY_MAIL, [one for one in self.asked if one.channel == "email"], now):
            return "channel_cap"
        return None


class Pressing(RuleBasedStateMachine):
    """Interactions, reminders, bounces, merges, wishes and time, in any order: the service agrees with the model."""

    invitations = Bundle("invitations")

    @initialize()
    def begin(self) -> None:
        points = [touchpoint(name, programme=p, rest_days=rest or None) for name, (p, rest) in POINTS.items()]
        caps = {name: Cap(at_most=n, days=days) for name, (n, days) in (("company", COMPANY), ("shop", PROGRAMME))}
        mail = Cap(at_most=BY_MAIL[0], days=BY_MAIL[1])
        pressure = Pressure(company=caps["company"], programmes={"shop": caps["shop"]}, channels={"email": mail})
        self.world = World(*points, pressure=pressure)
        self.somebodies: list[Somebody] = []
        self.count = 0

    def whoever(self, names: set[Identifier]) -> Somebody:
        """The one person whom these names name from now on."""
        known = [one for one in self.somebodies if one.names & names]
        first = known[0] if known else Somebody(set())
        first.names |= names
        for other in known[1:]:
            first.swallow(other)
        self.somebodies = [one for one in self.somebodies if one not in known] + [first]
        return first

    def holder(self, person_id: str) -> Somebody:
        person = self.world.people.get(person_id)
        assert person is not None
        return next(one for one in self.somebodies if one.names & set(person.identifiers))

    @rule(
        target=invitations,
        names=st.sets(st.sampled_from(NAMES), min_size=1, max_size=2),
        point=st.sampled_from(sorted(POINTS)),
        channel=st.sampled_from(CHANNELS),
    )
    def something_happens(self, names: set[Identifier], point: str, channel: str) -> Any:
        """An interaction: decided as the model says, and merging whoever it names together."""
        self.count += 1
        now = self.world.now
        happened = Interaction(f"i{self.count}", point, now, now, tuple(sorted(names)), channel)
        somebody = self.whoever(names)
        expected = somebody.why_not(point, channel, now)
        told = record_interaction(happened, self.world.deps)
        assert reason(told.decided.decision) == expected
        assert record_interaction(happened, self.world.deps).decided.decision == told.decided.decision
        if expected is not None:
            return multiple()
        somebody.asked.append(Asked((told.decided.invitation_id, 1), point, channel, now))
        return told.decided.invitation_id

    @rule(invitation_id=invitations)
    def a_reminder_is_due(self, invitation_id: str) -> None:
        """It takes a place if the caps have one, once."""
        invitation = self.world.invitations.stored[invitation_id]
        somebody, now = self.holder(invitation.person_id), self.world.now
        is_there = any(one.key == (invitation_id, 2) for one in somebody.asked)
        expected = somebody.why_not(invitation.touchpoint, invitation.channel, now, is_reminder=True)
        decision = reserve_reminder(invitation, self.world.deps)
        assert reason(decision) == (None if is_there else expected)
        if not is_there and expected is None:
            somebody.asked.append(Asked((invitation_id, 2), invitation.touchpoint, invitation.channel, now))

    @rule(invitation_id=consumes(invitations))
    def a_message_bounces(self, invitation_id: str) -> None:
        """Its place is given back."""
        person_id = self.world.invitations.stored[invitation_id].person_id
        ledger = open_ledger(person_id, self.world.deps)
        contact = ledger.of(invitation_id, 1)
        if contact is not None:
            self.world.ledgers.save(ledger.with_contact(replace(contact, state="released")))
        somebody = self.holder(person_id)
        somebody.asked = [one for one in somebody.asked if one.key != (invitation_id, 1)]

    @rule(name=st.sampled_from(NAMES), channel=st.sampled_from([*CHANNELS, "all"]), on=st.booleans())
    def somebody_opts_out_or_in(self, name: Identifier, channel: str, on: bool) -> None:
        """Of one channel, or of all."""
        for person in self.world.people.find([name]):
            somebody = self.holder(person.person_id)
            somebody.opted_out = somebody.opted_out | {channel} if on else somebody.opted_out - {channel}
            change_person(person.person_id, partial(replace, opted_out=frozenset(somebody.opted_out)), self.world.deps)

    @rule(name=st.sampled_from(NAMES), less=st.booleans())
    def somebody_wishes_less(self, name: Identifier, less: bool) -> None:
        """Or takes it back."""
        for person in self.world.people.find([name]):
            self.holder(person.person_id).less_often = less
            change_person(person.person_id, partial(replace, less_often=less), self.world.deps)

    @rule(by=st.sampled_from([SECOND, timedelta(hours=7), DAY, 4 * DAY, 11 * DAY]))
    def time_goes_by(self, by: timedelta) -> None:
        self.world.now += by

    @rule(
        which=st.integers(0, 50),
        days=st.sampled_from([5, 8, 9, 10, 16, 18, 20, 30]),
        beside=st.sampled_from([-SECOND, timedelta(0), SECOND]),
    )
    def time_goes_to_the_edge_of_a_window(self, which: int, days: int, beside: timedelta) -> None:
        """To the second before, at, or after some contact leaves some window."""
        edges = [one.at + days * DAY + beside for somebody in self.somebodies for one in somebody.asked]
        if edges:
            self.world.now = max(self.world.now, edges[which % len(edges)])

    @invariant()
    def the_ledgers_hold_what_the_model_holds(self) -> None:
        """Each person has one open ledger, with exactly the contacts that count; nobody else's."""
        for somebody in getattr(self, "somebodies", []):
            people = self.world.people.find(sorted(somebody.names))
            assert len(people) == 1
            assert set(people[0].identifiers) == somebody.names
            counted = self.world.ledgers.get(people[0].person_id).counted
            assert sorted((one.invitation_id, one.step) for one in counted) == sorted(one.key for one in somebody.asked)


def reason(decision: Decision) -> str | None:
    return decision.reason if isinstance(decision, Suppressed) else None


TestPressing = Pressing.TestCase
TestPressing.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


# -- windows ---------------------------------------------------------------------------------------------------------

NOW = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
AGES = st.integers(0, 60 * 86_400 * 10**6).map(lambda microseconds: timedelta(microseconds=microseconds))
WINDOWS = st.floats(0.001, 50, allow_nan=False)


def decided_after(ages: list[timedelta], cap: Cap, now: datetime = NOW, rest: timedelta | None = None) -> Decision:
    contacts = tuple(Contact(f"i{n}", 1, "t", "web", NOW - age, NOW - age, "sent") for n, age in enumerate(ages))
    rules = Rules("t", company_cap=cap, rest=rest)
    case = Case(rules, Person("p"), Ledger("p", 1, contacts), Share(1.0), now, b"", lambda _c, _k, _z, at: at)
    return decide(Interaction("i", "t", now, now, channel="web"), case)


@given(st.lists(AGES, max_size=12), st.integers(1, 5), WINDOWS)
@settings(max_examples=300)
def test_a_cap_allows_exactly_while_fewer_contacts_are_younger_than_its_window(
    ages: list[timedelta], at_most: int, days: float
) -> None:
    """Counted the plain way; and who is refused may ask from the very moment they are told, not a moment before."""
    cap = Cap(at_most=at_most, days=days)
    younger = sum(age < timedelta(days=days) for age in ages)
    decision = decided_after(ages, cap)
    assert isinstance(decision, Planned) == (younger < at_most)
    if isinstance(decision, Suppressed):
        assert decision.until is not None
        assert isinstance(decided_after(ages, cap, decision.until), Planned)
        assert isinstance(decided_after(ages, cap, decision.until - MICROSECOND), Suppressed)


@given(st.lists(AGES, min_size=1, max_size=12), WINDOWS)
@settings(max_examples=300)
def test_a_rest_is_over_exactly_when_it_says(ages: list[timedelta], days: float) -> None:
    """Counted from the newest contact."""
    rest, free = timedelta(days=days), Cap(at_most=100, days=1)
    decision = decided_after(ages, free, rest=rest)
    assert isinstance(decision, Planned) == (min(ages) >= rest)
    if isinstance(decision, Suppressed):
        assert decision.until == NOW - min(ages) + rest
        assert isinstance(decided_after(ages, free, decision.until, rest), Planned)
        assert isinstance(decided_after(ages, free, decision.until - MICROSECOND, rest), Suppressed)


@given(st.lists(st.tuples(AGES, st.booleans()), max_size=12), st.integers(1, 5), WINDOWS)
def test_what_was_given_back_is_as_if_it_had_never_been(
    contacts: list[tuple[timedelta, bool]], at_most: int, days: float
) -> None:
    """The decision is that without them."""
    cap = Cap(at_most=at_most, days=days)
    every = tuple(
        Contact(f"i{n}", 1, "t", "web", NOW - age, NOW, "released" if back else "sent")
        for n, (age, back) in enumerate(contacts)
    )
    counted = [NOW - one.at for one in Ledger("p", 1, every).counted]
    assert sorted(counted) == sorted(age for age, back in contacts if not back)
    assert isinstance(decided_after(counted, cap), Planned) == (
        sum(age < timedelta(days=days) for age, back in contacts if not back) < at_most
    )
