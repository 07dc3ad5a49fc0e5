"""The alerts app on fakes, asked as API Gateway asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from services.alerts import app as alerts
from services.alerts.wiring import Deps
from shared.auth import Authenticator, Principal, digest
from shared.catalogue import Person
from shared.forms import FORM
from shared.sessions import FORM_TOKEN, Sessions
from tests.alerts import World
from tests.cases import SECRET, FakeAnswers, FakeCases, FakePeople, FakeReplies, FakeTeams
from tests.http import Reply, ask

KEY = "etk_alerts_tests"
SIGNING = "the signing secret of the tests"


@dataclass(frozen=True)
class FakeKeys:
    scopes: tuple[str, ...]

    def principal(self, given: str) -> Principal | None:
        return Principal("k1", frozenset(self.scopes)) if given == digest(KEY) else None


class Visitors:
    """A pilot, an owner of each of two teams, and a front-line person."""

    known: ClassVar[dict[str, Person]] = {
        one.id: one
        for one in (
            Person(id="pat", email="pat@example.com", role="pilot", lang="fr"),
            Person(id="wes", email="wes@example.com", role="owner", owner="web", lang="en"),
            Person(id="sam", email="sam@example.com", role="owner", owner="stores", lang="en"),
            Person(id="flo", email="flo@example.com", role="front_line", owner="web", touchpoints=("checkout",)),
        )
    }

    def person(self, person: str) -> Person | None:
        return self.known.get(person)

    def person_at(self, email: str) -> Person | None:
        return next((one for one in self.known.values() if one.email == email), None)


@dataclass(frozen=True)
class Site:
    """The app over a world. slack: Slack's signing secret, empty where no app of Slack's is set up."""

    world: World

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        """Without a key, but for what the headers say."""
        reply = ask(alerts.app, method, path, body, headers)
        self.world.stream()
        return reply

    def signed_in(self, person: str, path: str, **fields: str) -> Reply:
        """A form of a page of ours, sent by somebody who is signed in."""
        sessions = alerts.app.deps.sessions
        cookie = sessions.begun(Visitors.known[person], "en", None).partition(";")[0]
        token = sessions.visitor(cookie).form_token
        headers = {"Cookie": cookie, "Content-Type": FORM[0], "Sec-Fetch-Site": "same-origin"}
        return self.ask("POST", path, urlencode({FORM_TOKEN: token} | fields), headers)

    def with_key(self, method: str, path: str, body: Any = None) -> Reply:
        return self.ask(method, path, body, {"Authorization": f"Bearer {KEY}"})


@contextmanager
def site(
    world: World, scopes: tuple[str, ...] = ("alerts:read", "alerts:write"), slack: str = SIGNING
) -> Iterator[Site]:
    """The app as long as a test needs it. scopes: those of the one key there is."""
    before = alerts.app._deps
    deps = Deps(
        **vars(world.deps),
        cases=FakeCases(),
        answers=FakeAnswers(),
        people=FakePeople(),
        replies=FakeReplies(),
        teams=FakeTeams(world.catalogue),
        secret=SECRET,
        authenticator=Authenticator(FakeKeys(scopes)),
        public_url="https://example.com",
        slack_signing=lambda: slack,
        fresh=world.deps.catalogue,
        eraser=None,
        sessions=Sessions(Visitors(), lambda: SECRET, world.clock, "https://example.com"),
    )
    alerts.app._deps = lambda: deps
    try:
        yield Site(world)
    finally:
        alerts.app._deps = before
