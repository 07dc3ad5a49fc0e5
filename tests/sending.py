"""Sending on fakes: providers that remember what they were given, a queue, and a clock that a test moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from services.invitations.domain.interactions import Interaction
from services.invitations.domain.invitations import Invitation, Step
from services.invitations.domain.ledger import Ledger
from services.invitations.domain.links import Link
from services.invitations.domain.people import Identifier
from services.invitations.domain.questions import Question
from services.invitations.domain.replies import ReplyStanding
from services.invitations.domain.sending import Outcome, Progress, Taken
from services.invitations.usecases.deciding import record_interaction
from services.invitations.usecases.ports import Deps
from services.invitations.usecases.sending import attend, pick
from services.invitations.usecases.sending_ports import Outgoing, SendingDeps, Suppression, Turn
from shared.catalogue import Ask, Pressure, Touchpoint
from shared.errors import Conflict, Unavailable
from shared.tables.contacts import due_key, due_partition
from tests.faults import Crash
from tests.invitations import NOW, FakeInvitations, FakeLedgers, touchpoint
from tests.invitations import World as DecidingWorld

JANE = Identifier("email", "jane@example.com")
PHONE = Identifier("phone", "+33612345678")


@dataclass
class FakeSteps:
    """Steps by invitation and number, written with the invitation and the ledger or not at all.

    asked: the questions put to each number, the newest first.
    """

    invitations: FakeInvitations
    ledgers: FakeLedgers
    stored: dict[tuple[str, int], Step] = field(default_factory=dict)
    asked: dict[Identifier, list[Question]] = field(default_factory=dict)

    def get(self, invitation_id: str, number: int) -> Step | None:
        return self.stored.get((invitation_id, number))

    def write(self, progress: Progress) -> None:
        self.invitations.expect(progress.invitation)
        if progress.ledger:
            self.ledgers.save(progress.ledger)
        self.invitations.save(progress.invitation)
        if progress.step:
            self.stored[progress.step.invitation_id, progress.step.number] = progress.step
        for question in (one for one in (progress.asks, progress.takes_back) if one):
            same = (question.sent_at, question.invitation_id)
            others = [one for one in self.asked.get(question.phone, []) if (one.sent_at, one.invitation_id) != same]
            stand = [*others, question] if question == progress.asks else others
            self.asked[question.phone] = sorted(stand, key=lambda one: (one.sent_at, one.invitation_id), reverse=True)


@dataclass
class FakeDue:
    """Reads the fake invitations."""

    invitations: FakeInvitations

    def until(self, shard: int, now: datetime, most: int) -> list[Invitation]:
        due = [one for one in self.invitations.stored.values() if one.due_at and one.due_at <= now]
        mine = [one for one in due if due_key(one.invitation_id, now)[0] == due_partition(shard)]
        return sorted(mine, key=lambda one: one.due_at or now)[:most]


@dataclass
class FakeSendings:
    """A queue as a list."""

    turns: list[Turn] = field(default_factory=list)

    def put(self, turns: Sequence[Turn]) -> None:
        self.turns += turns


@dataclass
class FakeLinks:
    """Links by id, and when they were revoked."""

    stored: dict[str, Link] = field(default_factory=dict)
    revoked: dict[str, datetime] = field(default_factory=dict)

    def add(self, link: Link) -> None:
        self.stored[link.link_id] = link

    def revoke(self, link_id: str, at: datetime) -> None:
        if link_id in self.stored:
            self.revoked.setdefault(link_id, at)


@dataclass
class FakeAnswers:
    """Which invitations were answered."""

    answered: set[tuple[str, str]] = field(default_factory=set)

    def has(self, touchpoint: str, invitation_id: str) -> bool:
        return (touchpoint, invitation_id) in self.answered


@dataclass
class FakeSender:
    """Takes everything, or answers what a test puts into `outcomes`, the first first."""

    sent: list[Outgoing] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> Outcome:
        outcome = self.outcomes.pop(0) if self.outcomes else Taken(f"message-{len(self.sent) + 1}")
        if isinstance(outcome, Taken):
            self.sent.append(outgoing)
        return outcome


@dataclass
class FakeSuppressions:
    """Suppressions by identifier, listed by its text."""

    stored: dict[Identifier, Suppression] = field(default_factory=dict)

    def has(self, identifier: Identifier) -> bool:
        return identifier in self.stored

    def add(self, suppressions: Sequence[Suppression]) -> None:
        for one in suppressions:
            stands = self.stored.get(one.identifier, one)
            self.stored[one.identifier] = replace(stands, at=max(stands.at, one.at))

    def remove(self, identifier: Identifier, at: datetime) -> bool:
        if identifier in self.stored and self.stored[identifier].at > at:
            return False
        self.stored.pop(identifier, None)
        return True

    def listed(self, after: str | None, most: int) -> tuple[list[Suppression], str | None]:
        later = sorted(one for one in self.stored if one.text > (after or ""))[:most]
        found = [self.stored[one] for one in later]
        shown = [one if one.is_named else Suppression(None, one.because, one.at) for one in found]
        return shown, later[-1].text if len(later) == most else None


@dataclass
class FakeCaseReplies:
    """Replies by id, written with the ledger or not at all."""

    ledgers: FakeLedgers
    stored: dict[str, ReplyStanding] = field(default_factory=dict)

    def get(self, reply_id: str) -> ReplyStanding | None:
        return self.stored.get(reply_id)

    def write(self, standing: ReplyStanding, ledger: Ledger | None) -> ReplyStanding:
        known = self.stored.get(standing.reply_id)
        if (known.version if known else 0) != standing.version:
            raise Conflict("the reply has changed")
        if ledger is not None:
            self.ledgers.save(ledger)
        self.stored[standing.reply_id] = replace(standing, version=standing.version + 1)
        return self.stored[standing.reply_id]


def asking(remind: float | None = None, **more: Any) -> Touchpoint:
    """A touchpoint that asks by e-mail, then by text; remind: after so many hours."""
    return touchpoint(ask=Ask(remind_after_hours=remind, expires_days=10), **more)


class World(DecidingWorld):
    """The deciding world, with all that sending needs. `minutes` lets time pass, with its pickers and senders."""

    def __init__(self, *touchpoints: Touchpoint, pressure: Pressure | None = None) -> None:
        super().__init__(*(touchpoints or (asking(),)), pressure=pressure)
        self.steps = FakeSteps(self.invitations, self.ledgers)
        self.queue, self.links = FakeSendings(), FakeLinks()
        self.answers, self.suppressions = FakeAnswers(), FakeSuppressions()
        self.case_replies = FakeCaseReplies(self.ledgers)
        self.email, self.sms = FakeSender(), FakeSender()
        self.seam: Callable[[SendingDeps], SendingDeps] = lambda deps: deps

    @property
    def plain(self) -> SendingDeps:
        deciding = {one.name: getattr(super(World, self).deps, one.name) for one in fields(Deps)}
        return SendingDeps(
            **deciding,
            steps=self.steps,
            due=FakeDue(self.invitations),
            sendings=self.queue,
            links=self.links,
            answers=self.answers,
            senders={"email": self.email, "sms": self.sms},
            suppressions=self.suppressions,
            case_replies=self.case_replies,
            sender_email="ask@example.com",
        )

    @property
    def deps(self) -> SendingDeps:
        return self.seam(self.plain)

    @property
    def sent(self) -> list[Outgoing]:
        return [*self.email.sent, *self.sms.sent]

    def plan(self, number: int = 1, whose: Identifier = JANE, **more: Any) -> str:
        """An interaction that leads to an invitation, without any fault; gives its id."""
        happened = Interaction(f"order-{number}", "checkout", self.now, self.now, (whose,), **more)
        return record_interaction(happened, self.plain).decided.invitation_id

    def minute(self) -> None:
        """What one minute does: what is due is picked, and every turn has its try; a failed one stays queued."""
        attempted(lambda: pick(self.deps))
        turns, self.queue.turns = self.queue.turns, []
        self.queue.turns += [turn for turn in turns if not attempted(lambda turn=turn: attend(turn, self.deps))]

    def minutes(self, count: int = 1, each: timedelta = timedelta(minutes=1)) -> None:
        for _ in range(count):
            self.minute()
            self.now += each

    def days(self, count: int) -> None:
        """So many days; minutes at which nothing can happen are passed over."""
        until = self.now + timedelta(days=count)
        while self.now < until:
            self.minute()
            due = [one.due_at for one in self.invitations.stored.values() if one.due_at]
            soonest = min(due, default=until)
            self.now = min(until, max(soonest, self.now + timedelta(minutes=1)))


def attempted(work: Callable[[], object]) -> bool:
    """Whether it came to its end; what a queue or a schedule sees of a function."""
    try:
        work()
    except (Unavailable, Crash):
        return False
    return True


__all__ = ["JANE", "NOW", "PHONE", "World", "asking", "attempted"]
