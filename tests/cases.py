"""Cases on fakes: the world of alerts, with a table of cases whose stream, schedule and queue a test drives."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from services.alerts import app as alerts
from services.alerts import wiring
from services.alerts.domain.cases.answers import Answer, case_id_of
from services.alerts.domain.cases.case import Case, Deed, Reply, Step
from services.alerts.usecases.cases import opening, telling
from services.alerts.usecases.cases.ports import CaseDeps, Person, ReplyState, Way
from services.alerts.usecases.ports import Deps
from shared.auth import Authenticator, Principal, digest
from shared.catalogue import CaseRules, Owner, Touchpoint
from shared.catalogue import Person as SomebodyOfOurs
from shared.errors import Conflict
from shared.sessions import Sessions
from shared.tables.cases import case_place
from tests import fakes
from tests.alerts import World as TellingWorld
from tests.alerts import owner, subscription
from tests.events import RAISED
from tests.http import Reply as HttpReply
from tests.http import ask

SECRET = b"a secret of the tests"
HOUR = timedelta(hours=1)
KEY = "etk_" + "c" * 27
CAUSES = {"late": {"en": "Late", "fr": "Retard"}, "price": {"en": "Price", "fr": "Prix"}}
EVERY_REASON = CaseRules(when="bad", words=("accident",), call_back=True, due_hours=24, causes=CAUSES)
JANE = Person("jane", (Way("email", "jane@example.com"), Way("sms", "+33612345678")), "fr")


def answer(response_id: str = "r-1", score: int = 1, **more: Any) -> Answer:
    """A bad answer at the checkout, just now, of nobody we know."""
    usual = {
        "touchpoint": "checkout",
        "response_id": response_id,
        "revision": 1,
        "audience": "customer",
        "scale": "csat",
        "score": score,
        "collected_at": RAISED,
        "stored_at": RAISED,
    }
    return Answer(**usual | more)


def case_of(given: Answer) -> str:
    """The id of the case that the answer opens."""
    return case_id_of(SECRET, given)


def place(rules: CaseRules | None = EVERY_REASON, team: Owner | None = None, **more: Any) -> Touchpoint:
    """A touchpoint whose single answers open cases; its team is told by e-mail."""
    fields = {"cases": rules, "owner": team or owner("web", subscription())}
    return fakes.touchpoint(more.pop("name", "checkout")).model_copy(update=fields | more)


@dataclass
class FakeCases:
    """Cases and stories in memory, listed as the index has them."""

    kept: dict[str, Case] = field(default_factory=dict)
    stories: dict[str, list[Deed]] = field(default_factory=dict)

    def get(self, case_id: str) -> Case | None:
        return self.kept.get(case_id)

    def save(self, step: Step) -> Case:
        before, deed = step
        known = self.kept.get(before.case_id)
        if (known.version if known else 0) != before.version:
            raise Conflict("the case has changed meanwhile")
        version = before.version + 1
        case = replace(before, version=version, change=before.change if deed.what == "looked" else version)
        self.kept[case.case_id] = case
        self.stories.setdefault(case.case_id, []).append(deed)
        return case

    def story(self, case_id: str) -> list[Deed]:
        return list(self.stories.get(case_id, []))

    def listed(
        self, owner: str | None, *, is_closed: bool, after: str | None, limit: int, until: datetime | None = None
    ) -> tuple[list[Case], str | None]:
        mine = [one for one in self.kept.values() if owner in (None, one.owner) and one.is_closed == is_closed]
        placed = {case_place(one.closed_at or one.due_at, one.case_id): one for one in mine}
        keys = sorted(placed, reverse=is_closed)
        keys = [one for one in keys if after is None or (one < after if is_closed else one > after)]
        keys = [one for one in keys if until is None or placed[one].due_at <= until]
        return [placed[one] for one in keys[:limit]], keys[limit - 1] if len(keys) > limit else None


@dataclass
class FakeAnswers:
    """The newest revision of each answer."""

    kept: dict[tuple[str, str], Answer] = field(default_factory=dict)

    def get(self, touchpoint: str, response_id: str) -> Answer | None:
        return self.kept.get((touchpoint, response_id))

    def put(self, given: Answer) -> None:
        known = self.kept.get((given.touchpoint, given.response_id))
        if known is None or known.revision < given.revision:
            self.kept[given.touchpoint, given.response_id] = given


@dataclass
class FakePeople:
    """Who stands behind answers, by their customer's hash; and what became of replies."""

    known: dict[str, Person] = field(default_factory=dict)
    states: dict[str, tuple[ReplyState, str | None]] = field(default_factory=dict)

    def behind(self, answer: Answer) -> Person | None:
        return self.known.get(answer.customer or "")

    def reply_state(self, reply_id: str) -> tuple[ReplyState, str | None]:
        return self.states.get(reply_id, ("waiting", None))


@dataclass
class FakeReplies:
    """A queue as a list."""

    sent: list[tuple[str, Reply, str]] = field(default_factory=list)

    def put(self, case: Case, reply: Reply, text: str) -> None:
        self.sent.append((case.case_id, reply, text))


@dataclass
class FakeTeams:
    """The owners of a catalogue's touchpoints."""

    catalogue: fakes.FakeCatalogue

    def names(self) -> dict[str, str]:
        return {one.owner.id: one.owner.name for one in self.catalogue.known.values()}


class FakeKeys:
    """One key of these scopes."""

    def __init__(self, *scopes: str) -> None:
        self.scopes = frozenset(scopes or ("cases:read", "cases:write", "persons:read"))

    def principal(self, hashed: str) -> Principal | None:
        return Principal("key-1", self.scopes) if hashed == digest(KEY) else None


PEOPLE = {
    person.id: person
    for person in (
        SomebodyOfOurs(id="pia", email="pia@example.com", role="pilot", lang="fr"),
        SomebodyOfOurs(id="anna", email="anna@example.com", role="owner", owner="web"),
        SomebodyOfOurs(id="otto", email="otto@example.com", role="owner", owner="stores"),
        SomebodyOfOurs(id="finn", email="f@example.com", role="front_line", owner="web", touchpoints=("checkout",)),
    )
}


class FakeSignedIn:
    """People of ours, by id."""

    def person(self, person: str) -> SomebodyOfOurs | None:
        return PEOPLE.get(person)

    def person_at(self, email: str) -> SomebodyOfOurs | None:
        return next((one for one in PEOPLE.values() if one.email == email), None)


class World(TellingWorld):
    """`hear` an answer as the stream of responses tells it; `stream` follows up deeds, as the cases' own does."""

    def __init__(self, *touchpoints: Touchpoint, keys: FakeKeys | None = None) -> None:
        super().__init__()
        for one in touchpoints or (place(),):
            self.catalogue.known[one.id] = one
        self.cases, self.answers, self.people, self.replies = FakeCases(), FakeAnswers(), FakePeople(), FakeReplies()
        self.keys = keys or FakeKeys()
        self.followed: set[tuple[str, int]] = set()
        telling_deps = {one.name: getattr(self.deps, one.name) for one in fields(Deps)}
        self.case_deps = CaseDeps(
            **telling_deps,
            cases=self.cases,
            answers=self.answers,
            people=self.people,
            replies=self.replies,
            teams=FakeTeams(self.catalogue),
            secret=SECRET,
            public_url="https://example.com",
        )

    def say(self, given: Answer) -> Case | None:
        """The answer is stored, and its stream is heard. Gives its case as it then stands."""
        self.answers.put(given)
        opening.consider(given, self.case_deps)
        self.stream()
        return self.cases.get(case_of(given))

    def stream(self) -> None:
        for case_id, story in getattr(self, "cases", FakeCases()).stories.items():
            for number, deed in enumerate(story):
                if (case_id, number) not in self.followed:
                    self.followed.add((case_id, number))
                    telling.follow(case_id, deed, self.case_deps)
        super().stream()

    def watch(self) -> None:
        """The schedule: overdue cases go one step further."""
        telling.watch(self.case_deps)
        self.stream()

    def pass_by(self, span: timedelta, each: timedelta = timedelta(minutes=15)) -> None:
        """Time passes: turns fall due, and the schedule looks every quarter of an hour."""
        until = self.clock.now + span
        while self.clock.now < until:
            self.run(min(each, until - self.clock.now))
            self.watch()

    def told(self) -> list[tuple[datetime, str, str]]:
        """When, to which subscription, what news: every message about cases that left, in order."""
        sent = [each for sender in self.senders.values() for each in sender.sent]
        news = [(at, one.subscription, event.state) for at, one, _ in sent for event in one.news]
        return sorted(news)

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> HttpReply:
        """Asks the app with the key; what is written is followed up at once."""
        given = {one.name: getattr(self.case_deps, one.name) for one in fields(CaseDeps)}
        sessions = Sessions(FakeSignedIn(), lambda: SECRET, self.clock, "https://example.com")
        deps = wiring.Deps(
            **given,
            authenticator=Authenticator(self.keys),
            sessions=sessions,
            fresh=self.catalogue,
            eraser=None,
            slack_signing=lambda: "",
        )
        alerts.app._deps = lambda: deps
        reply = ask(alerts.app, method, path, body, headers or {"Authorization": f"Bearer {KEY}"})
        self.stream()
        return reply
