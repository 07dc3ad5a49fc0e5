"""The ports that cases need beyond those of telling, and `CaseDeps`, in which all of them come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from services.alerts.domain.cases.answers import Answer
from services.alerts.domain.cases.case import Case, Deed, Reply, Step
from services.alerts.usecases.ports import Deps

Channel = Literal["email", "sms"]
ReplyState = Literal["waiting", "sent", "refused", "failed", "unknown"]


class Cases(Protocol):
    """Where cases and their stories stand."""

    def get(self, case_id: str) -> Case | None:
        """As of now."""
        ...

    def save(self, step: Step) -> Case:
        """Stores the case, and the deed that led there as the next of its story; gives it with its next version.

        Raises Conflict where it has changed.
        """
        ...

    def story(self, case_id: str) -> list[Deed]:
        """Every deed, in their order."""
        ...

    def listed(
        self, owner: str | None, *, is_closed: bool, after: str | None, limit: int, until: datetime | None = None
    ) -> tuple[list[Case], str | None]:
        """A team's cases, or everybody's: open ones by when they are due, closed ones the last closed first.

        after: the place that a former page gave; until: of open ones, due by then. Gives the place that leads on,
        None at the end. What was written a moment ago may be missing.
        """
        ...


class Answers(Protocol):
    """The answers that cases are about; read only."""

    def get(self, touchpoint: str, response_id: str) -> Answer | None:
        """As of now; None where it was erased."""
        ...


@dataclass(frozen=True)
class Way:
    """One way to reach somebody. refused: why nothing may be sent there; None where it may."""

    channel: Channel
    address: str
    refused: str | None = None


@dataclass(frozen=True)
class Person:
    """Who answered, and how to reach them."""

    person_id: str
    ways: tuple[Way, ...]
    locale: str | None = None


class People(Protocol):
    """Who stands behind an answer; the only place where a case leads to an address."""

    def behind(self, answer: Answer) -> Person | None:
        """None where nobody can be named."""
        ...

    def reply_state(self, reply_id: str) -> tuple[ReplyState, str | None]:
        """What became of a message to a customer, and the reason where it was refused."""
        ...


class Replies(Protocol):
    """The queue of messages to customers; at least once each."""

    def put(self, case: Case, reply: Reply, text: str) -> None: ...


class Teams(Protocol):
    """The teams there are."""

    def names(self) -> dict[str, str]:
        """By id."""
        ...


@dataclass(frozen=True)
class CaseDeps(Deps):
    """All that cases need from outside."""

    cases: Cases
    answers: Answers
    people: People
    replies: Replies
    teams: Teams
    secret: bytes
    public_url: str
