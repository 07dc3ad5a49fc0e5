"""The ports of insights: what its verbs read, and `Deps`, in which they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from services.insights.domain.adjusting import PassedDay
from services.insights.domain.reports import Day
from services.insights.domain.segments import Part
from services.insights.domain.windows import Window
from shared.catalogue import Catalogue, Words
from shared.causes.answers import Responses, Whose
from shared.events import AlertEvent
from shared.remedies import Remedy
from shared.studies import PrioritiesFigure, ValueFigure


class Figures(Protocol):
    """The histograms the aggregator keeps."""

    def days(self, touchpoint: str, audience: str, scale: str, window: Window) -> Iterable[Day]:
        """The days of the window that have answers; one day may come in several parts."""
        ...

    def parts(self, touchpoint: str, audience: str, scale: str, attribute: str, window: Window) -> Iterable[Part]:
        """The days of the window by the values of one attribute; one day may come in several parts."""
        ...

    def came_from(self, origin: str, whose: Whose, since: datetime, until: datetime) -> set[bytes]:
        """The hashes of the answers of the span whose people came from that touchpoint."""
        ...


class Alerts(Protocol):
    """The alerts the aggregator raised."""

    def of_touchpoint(self, touchpoint: str) -> Iterable[AlertEvent]:
        """Newest first."""
        ...

    def of_year(self, year: int, upto: datetime) -> Iterable[AlertEvent]:
        """Everybody's of a year that were raised up to that second, newest first."""
        ...

    def named(self, alert_id: str) -> AlertEvent | None:
        """The alert of that id, as it stands; None where there is none."""
        ...


class Passers(Protocol):
    """Who went through a touchpoint, as the funnel of invitations knows them."""

    def days(self, touchpoint: str, first: date, last: date) -> Iterable[PassedDay]:
        """The days on which anybody did, from `first` to `last`, both included, in order; each once."""
        ...


class Studies(Protocol):
    """What the aggregator learned of each day."""

    def value(self, touchpoint: str, upto: date) -> ValueFigure | None:
        """What friction costs there, of the newest day studied up to that one; None where there is none."""
        ...

    def priorities(self, owner: str | None, upto: date, page: int) -> PrioritiesFigure | None:
        """A page, from 0, of the list of that owner, or of all, of the newest day studied up to that one."""
        ...


class Passes(Protocol):
    """What the codes in messages to owners lead to."""

    def behind(self, code: str) -> str | None:
        """The id of the alert; None where the code is nobody's, has expired, or was sent to whom its subscription no
        longer reaches."""
        ...


class Remedies(Protocol):
    """What was done about alerts."""

    def of_alert(self, alert_id: str) -> list[Remedy]:
        """In the order of their days."""
        ...

    def of_touchpoint(self, touchpoint: str, most: int) -> list[Remedy]:
        """The last so many by their day, newest first."""
        ...


@dataclass(frozen=True)
class Deps:
    figures: Figures
    alerts: Alerts
    responses: Responses
    passers: Passers
    studies: Studies
    passes: Passes
    remedies: Remedies
    catalogue: Catalogue
    now: Callable[[], datetime]


@dataclass(frozen=True)
class Comment:
    """What a customer wrote with an answer."""

    text: str
    score: int
    scale: str
    collected_at: datetime
    channel: str
    lang: str | None = None


class Comments(Protocol):
    """What customers wrote."""

    def latest(self, touchpoint: str, first: date, last: date, most: int) -> list[Comment]:
        """Newest first, of these days; at the most so many, and none that lie far behind."""
        ...


@dataclass(frozen=True)
class Place:
    """A touchpoint as a list shows it. owner, journey, stage: ids."""

    id: str
    name: Words
    owner: str
    journey: str
    stage: str
    paused: bool = False


@dataclass(frozen=True)
class Stage:
    id: str
    name: Words


@dataclass(frozen=True)
class Journey:
    """What a customer goes through; stages in their order."""

    id: str
    name: Words
    stages: tuple[Stage, ...]


class Places(Protocol):
    """What there is, as lists show it."""

    def touchpoints(self) -> list[Place]:
        """By id."""
        ...

    def journeys(self) -> list[Journey]:
        """By id."""
        ...

    def journey(self, journey: str) -> Journey | None: ...

    def owners(self) -> dict[str, str]:
        """The name of each team, by id."""
        ...


@dataclass(frozen=True)
class CaseLine:
    """A case as a list shows it; who it is about is told on its own page only. closed_at: None while it is open."""

    case_id: str
    touchpoint: str
    score: int
    scale: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None = None


class Cases(Protocol):
    """A team's cases; everybody's, where no team is named. At most so many."""

    def open(self, owner: str | None, most: int) -> list[CaseLine]:
        """Those that are not closed, by when they are due."""
        ...

    def closed(self, owner: str | None, most: int) -> list[CaseLine]:
        """Last closed first."""
        ...


class Together(Protocol):
    """Asks several questions at once."""

    def __call__(self, questions: Sequence[Callable[[], Any]]) -> list[Any]:
        """The answers, in the order of the questions."""
        ...


@dataclass(frozen=True)
class PageDeps(Deps):
    """What pages need beside."""

    comments: Comments
    cases: Cases
    places: Places
    together: Together
