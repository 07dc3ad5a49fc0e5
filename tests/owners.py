"""What tests of owners' pages share: two teams, who may see what, and the pages over fakes that count their reads."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from services.insights.app import app
from services.insights.domain.reports import Day
from services.insights.domain.segments import Part
from services.insights.domain.windows import Window
from services.insights.usecases.ports import CaseLine, Comment, Journey, Place, Stage
from services.insights.wiring import Deps
from shared.auth import Authenticator
from shared.catalogue import Person, Promise, Survey, Touchpoint
from shared.causes.answers import Whose
from shared.events import AlertEvent, WeeklyEvent
from shared.remedies import Remedy
from shared.sessions import Sessions
from shared.studies import PrioritiesFigure, PriorityFigure
from tests import fakes
from tests.events import alert_event
from tests.http import Reply, ask
from tests.unit.test_insights import FakeAlerts, FakePasses, FakeRemedies

NOW = datetime(2024, 3, 6, 12, tzinfo=UTC)
"""A Wednesday."""
PUBLIC_URL = "https://answers.example.com"
STAFF = Survey(id="seen", version=1, scale="csat", question={"en": "And you?"})
PEOPLE = {
    person.id: person
    for person in (
        Person(id="pilot", email="p@example.com", role="pilot", lang="fr"),
        Person(id="web-owner", email="w@example.com", role="owner", owner="web"),
        Person(id="store-owner", email="s@example.com", role="owner", owner="store"),
        Person(id="web-clerk", email="c@example.com", role="front_line", owner="web", touchpoints=("checkout",)),
        Person(id="store-clerk", email="t@example.com", role="front_line", owner="store", touchpoints=("till",)),
    )
}
SECRET_WORDS = {"checkout": "the cat ate my parcel", "till": "ask for Jeanne at the till"}
"""What a customer wrote at each touchpoint: personal data of its team's."""


@dataclass
class FakePeople:
    known: dict[str, Person] = field(default_factory=lambda: dict(PEOPLE))

    def person(self, person: str) -> Person | None:
        return self.known.get(person)

    def person_at(self, email: str) -> Person | None:
        return next((one for one in self.known.values() if one.email == email), None)


@dataclass
class FakeFigures:
    """by touchpoint and audience: histograms by day. by_attribute: by touchpoint and attribute, parts of days.

    origins: by touchpoint, of each day's customers those who came from another.
    """

    by_series: dict[tuple[str, str], dict[date, list[int]]] = field(default_factory=dict)
    channel: str = "web"
    by_attribute: dict[tuple[str, str], list[Part]] = field(default_factory=dict)
    origins: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    def days(self, touchpoint: str, audience: str, scale: str, window: Window) -> Iterable[Day]:
        of_series = self.by_series.get((touchpoint, audience), {})
        came = self.origins.get(touchpoint, {}) if audience == "customer" else {}
        return [Day(day, {self.channel: n}, came) for day, n in of_series.items() if window.first <= day <= window.last]

    def parts(self, touchpoint: str, audience: str, scale: str, attribute: str, window: Window) -> Iterable[Part]:
        parts = self.by_attribute.get((touchpoint, attribute), [])
        return [part for part in parts if window.first <= part.day <= window.last]

    def came_from(self, origin: str, whose: Whose, since: datetime, until: datetime) -> set[bytes]:
        return set()


@dataclass
class FakeComments:
    by_touchpoint: dict[str, list[Comment]] = field(default_factory=dict)

    def latest(self, touchpoint: str, first: date, last: date, most: int) -> list[Comment]:
        of_touchpoint = self.by_touchpoint.get(touchpoint, [])
        return [one for one in of_touchpoint if first <= one.collected_at.date() <= last][:most]


@dataclass
class FakeCases:
    """By team; everybody's under None."""

    open_: dict[str | None, list[CaseLine]] = field(default_factory=dict)
    closed_: dict[str | None, list[CaseLine]] = field(default_factory=dict)

    def open(self, owner: str | None, most: int) -> list[CaseLine]:
        return self.open_.get(owner, [])[:most]

    def closed(self, owner: str | None, most: int) -> list[CaseLine]:
        return self.closed_.get(owner, [])[:most]


@dataclass
class FakePlaces:
    touchpoints_: list[Place]
    journeys_: list[Journey]

    def touchpoints(self) -> list[Place]:
        return self.touchpoints_

    def journeys(self) -> list[Journey]:
        return self.journeys_

    def journey(self, journey: str) -> Journey | None:
        return next((one for one in self.journeys_ if one.id == journey), None)

    def owners(self) -> dict[str, str]:
        return {"web": "Web", "store": "Store"}


@dataclass
class FakeWeeks:
    told: list[WeeklyEvent] = field(default_factory=list)

    def put(self, event: WeeklyEvent) -> None:
        self.told.append(event)


def together(questions: Sequence[Callable[[], Any]]) -> list[Any]:
    return [ask() for ask in questions]


def touchpoint(name: str, owner: str, **changes: Any) -> Touchpoint:
    made = fakes.touchpoint(name, owner=owner)
    promise = Promise(text={"en": "Quick"}, bad_at_most=0.1)
    return made.model_copy(update={"staff_survey": STAFF, "promise": promise, "segments": ("store",), **changes})


def world(alerts: Iterable[AlertEvent] | None = None) -> Deps:
    """A checkout of the web team and a till of the stores, sixty days of answers, an alert and a comment at each."""
    known = {name: touchpoint(name, owner) for name, owner in (("checkout", "web"), ("till", "store"))}
    days = [NOW.date() - timedelta(days=n) for n in range(60)]
    figures = {(name, "customer"): {day: [1, 0, 0, 4, 5] for day in days} for name in known}
    figures |= {(name, "staff"): {day: [1, 0, 0, 0, 1] for day in days} for name in known}
    raised = [event_at(name, known[name].owner.id) for name in known] if alerts is None else list(alerts)
    people = FakePeople()
    return Deps(
        figures=FakeFigures(figures, by_attribute={(name, "store"): stores(days) for name in known}),
        alerts=FakeAlerts(raised),
        responses=fakes.FakeResponses(),
        passers=fakes.FakePassers(),
        studies=studied(known.values()),
        passes=FakePasses(),
        remedies=FakeRemedies(*(remedy_at(one) for one in raised)),
        catalogue=fakes.FakeCatalogue(known),
        now=lambda: NOW,
        comments=FakeComments({name: [comment_at(name)] for name in known}),
        cases=FakeCases({None: [case_at("checkout"), case_at("till")], "web": [case_at("checkout")]}),
        places=FakePlaces(
            [Place(one.id, one.name, one.owner.id, one.journey, one.stage) for one in known.values()],
            [Journey("shop", {"en": "Shopping", "fr": "Acheter"}, (Stage("buy", {"en": "Buy", "fr": "Payer"}),))],
        ),
        together=together,
        weeks=FakeWeeks(),
        public_url=PUBLIC_URL,
        sessions=Sessions(people, lambda: b"secret", lambda: NOW, PUBLIC_URL),
        authenticator=Authenticator(FakeKeys()),
        openapi=lambda: "{}",
    )


def crossed() -> Deps:
    """The world, where every day some of either touchpoint's customers came from the other."""
    made = world()
    origins = {"checkout": {"till": [0, 0, 0, 1, 1]}, "till": {"checkout": [1, 0, 0, 0, 1]}}
    return replace(made, figures=replace(made.figures, origins=origins))  # type: ignore[type-var]


def studied(known: Iterable[Touchpoint]) -> fakes.FakeStudies:
    """What was learned of today: the touchpoints as they come, of all owners and of each."""
    made = fakes.FakeStudies()
    for owner in (None, "web", "store"):
        theirs = [one for one in known if owner in (None, one.owner.id)]
        listed = [place(rank, one) for rank, one in enumerate(theirs, 1)]
        figure = PrioritiesFigure(
            day=NOW.date(), owner=owner, currency="EUR", touchpoints=len(listed), priorities=listed
        )
        made.keep_priorities(figure, 0)
    return made


def place(rank: int, one: Touchpoint) -> PriorityFigure:
    return PriorityFigure(
        rank=rank,
        touchpoint=one.id,
        owner=one.owner.id,
        score=60.5,
        reach=1200.0,
        is_reach_of_answers=False,
        severity=0.2,
        value=0.3,
        certainty=0.84,
        n=900,
    )


def stores(days: Iterable[date]) -> list[Part]:
    """Six answers a day in Paris, of which one is bad, four in Lyon; one a day in Nice."""
    return [Part(day, {"paris": [1, 0, 0, 2, 3], "lyon": [0, 0, 0, 2, 2], "nice": [0, 0, 0, 0, 1]}) for day in days]


def remedy_at(event: AlertEvent) -> Remedy:
    on = NOW.date() - timedelta(days=1)
    return Remedy("r1", event.alert_id, event.touchpoint, on, {"en": "One more till"}, False, "web/mail", NOW)


def case_at(name: str, hours: int = 5) -> CaseLine:
    """Opened three days ago, due in so many hours."""
    return CaseLine(f"{name:0>16}", name, 1, "csat", NOW - timedelta(days=3), NOW + timedelta(hours=hours))


def comment_at(name: str) -> Comment:
    return Comment(SECRET_WORDS[name], 1, "csat", NOW - timedelta(days=1), "web")


class FakeKeys:
    def principal(self, digest: str) -> None:
        return None


def event_at(name: str, owner: str) -> AlertEvent:
    words = [SECRET_WORDS[name]]
    return alert_event(
        touchpoint=name,
        owner=owner,
        owners=[owner],
        raised_at=NOW - timedelta(days=2),
        sample_comments=words,
        touchpoint_name={"en": name.title(), "fr": name.title()},
    )


def cookie(deps: Deps, person: str, seen: datetime | None = None) -> str:
    """The Cookie header of somebody who is signed in."""
    known = deps.sessions.people.person(person)
    assert known is not None
    return deps.sessions.begun(known, known.lang, seen).partition(";")[0]


def visit(deps: Deps, person: str | None, path: str, seen: datetime | None = None, **query: str) -> Reply:
    """A page as somebody sees it. person: None where nobody is signed in."""
    headers = {"Cookie": cookie(deps, person, seen)} if person else {}
    before, app._deps = app._deps, lambda: deps
    try:
        return ask(app, "GET", path + (f"?{urlencode(query)}" if query else ""), headers=headers)
    finally:
        app._deps = before


def counting(deps: Deps) -> tuple[Deps, dict[str, int]]:
    """The world, and how often each of its ports is asked."""
    counts: dict[str, int] = {}

    class Counted:
        def __init__(self, name: str, port: Any) -> None:
            self._name, self._port = name, port

        def __getattr__(self, name: str) -> Any:
            found = getattr(self._port, name)

            @functools.wraps(found)
            def counted(*arguments: Any) -> Any:
                place = f"{self._name}.{name}"
                counts[place] = counts.get(place, 0) + 1
                return found(*arguments)

            return counted

    ports = ("figures", "alerts", "comments", "cases", "remedies", "places", "catalogue")
    return replace(deps, **{name: Counted(name, getattr(deps, name)) for name in ports}), counts
