"""The collector on fakes: its stores as dictionaries, its journey as values, its clock as told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from services.collector import app as collector
from services.collector.domain.history import Position
from services.collector.domain.links import Link
from services.collector.domain.openings import Opening
from services.collector.domain.responses import BY_INPUT, Response
from services.collector.usecases.ports import Deps
from shared.auth import Authenticator, Principal, digest
from shared.catalogue import Changed, FollowUp, Owner, Survey, Touchpoint
from tests.fakes import FakeCatalogue, FakeCounters
from tests.http import Reply, ask

NOW = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)
KEY = "etk_collector_tests"
SECRET = b"a secret of the tests"
JSON = {"Authorization": f"Bearer {KEY}"}


class FakeResponses:
    """Answers by touchpoint and id; the first that came stays."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], Response] = {}

    def add(self, responses: Sequence[Response]) -> list[bool]:
        return [self._add(one) for one in responses]

    def _add(self, one: Response) -> bool:
        is_new = (one.touchpoint, one.response_id) not in self.stored
        return is_new and self.stored.setdefault((one.touchpoint, one.response_id), one) is one

    def holds(self, touchpoint: str, response_id: str) -> bool:
        return (touchpoint, response_id) in self.stored

    def get(self, touchpoint: str, response_id: str) -> Response | None:
        return self.stored.get((touchpoint, response_id))

    def change(self, response: Response, now: datetime, *, only_confirmed: bool = False) -> bool:
        stands = self.get(response.touchpoint, response.response_id)
        if stands is None or stands.scale != response.scale or not stands.may_change(now):
            return False
        if only_confirmed and not is_confirmed(stands):
            return False
        first = {name: getattr(stands, name) for name in FIRST_GIVEN}
        changed = replace(response, **first, revision=stands.revision + 1)
        self.stored[response.touchpoint, response.response_id] = changed
        return True

    def void(self, touchpoint: str, response_id: str, because: str) -> bool:
        stands = self.get(touchpoint, response_id)
        if stands is None or not is_confirmed(stands):
            return False
        voided = replace(stands, not_counted_because=because, revision=stands.revision + 1)
        self.stored[touchpoint, response_id] = voided
        return True

    def between(self, touchpoint: str, after: Position, until: datetime, limit: int) -> tuple[list[Response], bool]:
        month, start = (after.at.year, after.at.month), (after.at, after.response_id)
        found = [one for one in self.stored.values() if one.touchpoint == touchpoint and one.collected_at < until]
        found = [one for one in found if (one.collected_at.year, one.collected_at.month) == month]
        found = sorted((one for one in found if when(one) > start), key=when)
        return found[:limit], len(found) <= limit


def when(response: Response) -> tuple[datetime, str]:
    return response.collected_at, response.response_id


FIRST_GIVEN = (
    "owner",
    "survey",
    "survey_version",
    "audience",
    "channel",
    "collected_at",
    "customer",
    "attributes",
    "invited_at",
)


def is_confirmed(response: Response) -> bool:
    return response.is_counted and response.evidence.get("confirmed_by") == BY_INPUT


class FakeOpenings:
    """Openings by link."""

    def __init__(self) -> None:
        self.stored: dict[str, Opening] = {}

    def note(self, link: Link, at: datetime, *, score: int | None = None, marked: str | None = None) -> Opening:
        new = Opening(link.link_id, link.touchpoint, link.invitation_id, at, {})
        stands = self.stored.get(link.link_id, new)
        opened = {**stands.opened, **({score: at} if score is not None else {})}
        self.stored[link.link_id] = replace(stands, opened=opened, marked=stands.marked or marked)
        return self.stored[link.link_id]

    def get(self, link_id: str) -> Opening | None:
        return self.stored.get(link_id)


class FakeLinks:
    """Links by id, in the order they were made."""

    def __init__(self) -> None:
        self.stored: dict[str, Link] = {}

    def add(self, link: Link) -> None:
        self.stored[link.link_id] = link

    def get(self, link_id: str) -> Link | None:
        return self.stored.get(link_id)

    def of(self, touchpoint: str, after: Link | None, limit: int) -> list[Link]:
        links = sorted((x for x in self.stored.values() if x.touchpoint == touchpoint), key=place)
        return [link for link in links if after is None or place(link) > place(after)][:limit]

    def revoke(self, link_id: str, at: datetime) -> Link | None:
        link = self.stored.get(link_id)
        if link is not None:
            self.stored[link_id] = link = replace(link, revoked_at=link.revoked_at or at)
        return link


def place(link: Link) -> tuple[datetime, str]:
    return link.created_at, link.link_id


@dataclass
class FakeRemedies:
    by_touchpoint: dict[str, tuple[Changed, ...]] = field(default_factory=dict)

    def shown(self, touchpoint: str) -> tuple[Changed, ...]:
        return self.by_touchpoint.get(touchpoint, ())


class FakeKeys:
    """One key that may do everything the collector asks for."""

    def __init__(self, *scopes: str) -> None:
        self.scopes = scopes or ("responses:write", "responses:read", "links:write")

    def principal(self, hashed: str) -> Principal | None:
        return Principal("key-1", frozenset(self.scopes)) if hashed == digest(KEY) else None


def survey(scale: str = "nps", **more: Any) -> Survey:
    words = {
        "question": {"en": "How was it?", "fr": "Comment était-ce ?"},
        "low_label": {"en": "Bad", "fr": "Mauvais"},
        "high_label": {"en": "Great", "fr": "Excellent"},
        "thanks": {"en": "Thank you, really.", "fr": "Merci, vraiment."},
    }
    return Survey.model_validate({"id": f"survey-{scale}", "version": 3, "scale": scale} | words | more)


def follow_up(when: str = "bad", **choices: str) -> FollowUp:
    """One more question. choices: their English text by id; without them it is answered in own words."""
    named = {key: {"en": text, "fr": f"{text} (fr)"} for key, text in choices.items()}
    words = {"en": "What went wrong?", "fr": "Qu'est-ce qui n'allait pas ?"}
    return FollowUp.model_validate({"when": when, "question": words, "choices": named})


def touchpoint(identifier: str = "checkout", scale: str = "nps", **more: Any) -> Touchpoint:
    """A touchpoint of that scale; `more`: further fields, `survey` among them."""
    fields = {
        "id": identifier,
        "name": {"en": "Checkout", "fr": "Paiement"},
        "owner": Owner(id="shop", name="The shop"),
        "journey": "buy",
        "stage": "pay",
        "pillar": "process",
        "channels": ("web", "email"),
        "survey": survey(scale),
    }
    return Touchpoint.model_validate(fields | more)


class World:
    """The collector's app on fakes. `ask` sends a request; `stored` are the answers it holds."""

    def __init__(self, *touchpoints: Touchpoint, keys: FakeKeys | None = None) -> None:
        self.responses, self.links, self.openings, self.now = FakeResponses(), FakeLinks(), FakeOpenings(), NOW
        self.catalogue = FakeCatalogue({one.id: one for one in touchpoints or (touchpoint(),)})
        self.counters, self.remedies = FakeCounters(), FakeRemedies()
        codes = count(1)
        self.deps = Deps(
            responses=self.responses,
            links=self.links,
            openings=self.openings,
            counters=self.counters,
            catalogue=self.catalogue,
            remedies=self.remedies,
            authenticator=Authenticator(keys or FakeKeys()),
            now=lambda: self.now,
            new_code=lambda: f"{next(codes):016}",
            secret=SECRET,
            public_url="https://answers.example.com",
            proxies=0,
        )

    @property
    def stored(self) -> list[Response]:
        return list(self.responses.stored.values())

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        collector.app._deps = lambda: self.deps
        return ask(collector.app, method, path, body, JSON if headers is None else headers)

    def link(self, **wanted: Any) -> str:
        """The path of a new link's page; to `checkout`, open, where nothing else is wanted."""
        made = self.ask("POST", "/v1/links", {"touchpoint": "checkout"} | wanted)
        assert made.status == 201, made.body
        return urlsplit(made.body["url"]).path

    def send(self, body: Any, **headers: str) -> Reply:
        """POST /v1/responses with a good key."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", "/v1/responses", body, JSON | named)


class Served(BaseHTTPRequestHandler):
    """Answers a browser by the world's app, as the gateway would."""

    world: World
    protocol_version = "HTTP/1.1"

    def respond(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        reply = self.world.ask(self.command, self.path, body, dict(self.headers))
        content = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content.encode())))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content.encode())

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = respond  # noqa: N815 - the names that http.server looks for

    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing."""


@contextmanager
def served(world: World) -> Iterator[str]:
    """The world's app on a loopback port; gives its address."""
    handler = type("ServedWorld", (Served,), {"world": world})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
