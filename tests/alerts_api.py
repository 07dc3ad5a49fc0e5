"""The alerts app on fakes, asked as API Gateway asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from services.alerts import app as alerts
from services.alerts.wiring import Deps
from shared.auth import Authenticator, Principal, digest
from shared.sessions import Sessions
from tests.alerts import World
from tests.cases import SECRET, FakeAnswers, FakeCases, FakePeople, FakeReplies, FakeSignedIn, FakeTeams
from tests.http import Reply, ask

KEY = "etk_alerts_tests"
SIGNING = "the signing secret of the tests"


@dataclass(frozen=True)
class FakeKeys:
    scopes: tuple[str, ...]

    def principal(self, given: str) -> Principal | None:
        return Principal("k1", frozenset(self.scopes)) if given == digest(KEY) else None


@dataclass(frozen=True)
class Site:
    """The app over a world. slack: Slack's signing secret, empty where no app of Slack's is set up."""

    world: World

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        """Without a key, but for what the headers say."""
        reply = ask(alerts.app, method, path, body, headers)
        self.world.stream()
        return reply

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
        sessions=Sessions(FakeSignedIn(), lambda: SECRET, world.clock, "https://example.com"),
        authenticator=Authenticator(FakeKeys(scopes)),
        public_url="https://example.com",
        eraser=None,
        slack_signing=lambda: slack,
    )
    alerts.app._deps = lambda: deps
    try:
        yield Site(world)
    finally:
        alerts.app._deps = before
