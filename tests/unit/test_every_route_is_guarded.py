"""Every operation of every service, whichever there will be: who may ask it is declared, and holds.

The list is the one that docs/openapi.json is made of; a route that is added is tested here without being named.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.paths import SERVICES
from shared.auth import SCOPES, Authenticator, Principal, digest
from shared.catalogue import Person
from shared.http import Api, Operation
from shared.sessions import Sessions
from tests.http import Reply, ask

KEY = "etk_" + "a" * 27
OPEN = {
    "POST /ask": "the widget's; a token says who asks",
    "GET /openapi.json": "the description of the API itself",
    "GET /k/worker": "the script of every kiosk",
    "POST /slack/actions": "Slack's signature says who asks",
}
"""What anybody may ask without a key and that is no page; a page is asked by people, with a code or a session."""


def apps() -> list[tuple[str, Api]]:
    return [(service, importlib.import_module(f"services.{service}.app").app) for service in SERVICES]


EVERY = [pytest.param(app, one, id=f"{one.method} {one.path}") for _, app in apps() for one in app.operations]
SCOPED = [case for case in EVERY if case.values[1].scope is not None]  # type: ignore[union-attr]


@dataclass(frozen=True)
class Keys:
    """One key, with these scopes."""

    scopes: frozenset[str]

    def principal(self, given: str) -> Principal | None:
        return Principal("tests", self.scopes) if given == digest(KEY) else None


class Untouched:
    """Dependencies of which nothing but the authenticator may be asked: whoever is refused reaches none of them."""

    def __init__(self, scopes: frozenset[str]) -> None:
        self.authenticator = Authenticator(Keys(scopes))

    def __getattr__(self, name: str) -> Any:
        raise Reached(name)


class Reached(Exception):
    """A view went to work."""


@contextmanager
def with_scopes(app: Api, scopes: frozenset[str]) -> Iterator[None]:
    before = app._deps
    app._deps = lambda: Untouched(scopes)
    try:
        yield
    finally:
        app._deps = before


def asked(app: Api, operation: Operation, headers: dict[str, str], scopes: frozenset[str] = frozenset()) -> Reply:
    path = re.sub(r"\{\w+\}", "x", operation.path)
    body = {} if operation.method in ("POST", "PUT", "PATCH") else None
    with with_scopes(app, scopes):
        return ask(app, operation.method, path, body, headers)


@pytest.mark.parametrize(("app", "operation"), EVERY)
def test_every_operation_says_who_may_ask(app: Api, operation: Operation) -> None:
    """A scope, or a page that people open, or one of the few that are open and say why."""
    named = f"{operation.method} {operation.path}"
    assert operation.scope in SCOPES or operation.is_page or is_by_code(operation) or named in OPEN


def is_by_code(operation: Operation) -> bool:
    """Whether its path holds a code that nobody finds by trying."""
    return bool(re.search(r"/\{(code|token)\}", operation.path))


@pytest.mark.parametrize(("app", "operation"), SCOPED)
def test_without_a_key_nobody_comes_in(app: Api, operation: Operation) -> None:
    """Nor with a wrong one, nor by another scheme; what is asked for is not even looked up."""
    for headers in ({}, {"authorization": f"Bearer {KEY[:-1]}b"}, {"authorization": f"Basic {KEY}"}):
        assert asked(app, operation, headers, frozenset(SCOPES)).status == 401


@pytest.mark.parametrize(("app", "operation"), SCOPED)
def test_every_other_scope_together_does_not_do(app: Api, operation: Operation) -> None:
    """A key that may do everything but this is refused, and what is asked for is not even looked up."""
    others = frozenset(SCOPES) - {operation.scope}
    assert asked(app, operation, {"authorization": f"Bearer {KEY}"}, others).status == 403


@pytest.mark.parametrize(("app", "operation"), SCOPED)
def test_the_scope_alone_does(app: Api, operation: Operation) -> None:
    """With it the view goes to work, or finds fault with what was sent; it is never a question of who asks."""
    try:
        status = asked(app, operation, {"authorization": f"Bearer {KEY}"}, frozenset({operation.scope})).status
    except Reached:
        return
    assert status not in (401, 403)


FOR_ROLES = [case for case in EVERY if case.values[1].roles]  # type: ignore[union-attr]
NOW = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)
SITE = "https://etincelle.example.com"
ROLES = ("pilot", "owner", "front_line")


@dataclass(frozen=True)
class OnePerson:
    """Whoever is asked for is this person."""

    role: str

    def person(self, _: str) -> Person | None:
        owner = None if self.role == "pilot" else "web"
        return Person(id="kim", email="kim@example.com", role=self.role, owner=owner, touchpoints=(), lang="en")


class Entered(Untouched):
    """With sessions, and nothing else."""

    def __init__(self, role: str) -> None:
        super().__init__(frozenset())
        self.sessions = Sessions(OnePerson(role), lambda: b"a secret", lambda: NOW, SITE)

    def cookie(self) -> str:
        person = self.sessions.people.person("kim")
        assert person is not None
        return self.sessions.begun(person, "en", None).partition(";")[0]


def visited(app: Api, operation: Operation, role: str, headers: dict[str, str]) -> int | None:
    """The status; None where the view went to work, and led on to another page."""
    before, entered = app._deps, Entered(role)
    path = re.sub(r"\{\w+\}", "x", operation.path)
    headers = {name: value.replace("COOKIE", entered.cookie()) for name, value in headers.items()}
    headers |= {"content-type": "application/x-www-form-urlencoded"} if operation.method == "POST" else {}
    app._deps = lambda: entered
    try:
        reply = ask(app, operation.method, path, "" if operation.method == "POST" else None, headers)
        is_led_on = reply.status == 303 and not reply.headers["location"].startswith("/sign-in")
        return None if is_led_on else reply.status
    finally:
        app._deps = before


@pytest.mark.parametrize(("app", "operation"), FOR_ROLES)
def test_a_page_for_some_leads_everybody_else_to_sign_in(app: Api, operation: Operation) -> None:
    """Without a cookie, with one of somebody else's making, and with an API key."""
    for headers in ({}, {"cookie": "__Host-etincelle=forged"}, {"authorization": f"Bearer {KEY}"}):
        assert visited(app, operation, "pilot", headers) in (303, 401), headers


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("app", "operation"), FOR_ROLES)
def test_a_page_is_for_its_roles_only(app: Api, operation: Operation, role: str) -> None:
    """Whoever signed in as another is refused, before anything is looked up; a form from elsewhere is, too."""
    status = visited(app, operation, role, {"cookie": "COOKIE"})
    if role not in operation.roles or operation.method == "POST":
        assert status == 403
    else:
        assert status not in (303, 401, 403)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("app", "operation"), SCOPED)
def test_a_session_opens_no_operation_of_the_api(app: Api, operation: Operation, role: str) -> None:
    """Whoever is signed in, even a pilot, has pages; what takes a key takes nothing else."""
    before, entered = app._deps, Entered(role)
    path = re.sub(r"\{\w+\}", "x", operation.path)
    app._deps = lambda: entered
    try:
        body = {} if operation.method in ("POST", "PUT", "PATCH") else None
        assert ask(app, operation.method, path, body, {"cookie": entered.cookie()}).status == 401
    finally:
        app._deps = before
