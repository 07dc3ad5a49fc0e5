"""A day with a receiver that is in trouble: real sockets, a clock that jumps, and the public library as the receiver.

The name server and the way to the network are ours: the receiver's public address leads to a server on this machine,
and every address inside leads to another one, which must never hear anything.
"""

from __future__ import annotations

import base64
import http.client
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
import standardwebhooks

from services.alerts.adapters.senders.outside import Outside
from services.alerts.adapters.senders.webhook import WebhookSender
from tests.alerts import Clock, World, owner, subscription
from tests.alerts_api import site
from tests.events import RAISED, alert_event

PUBLIC = "93.184.215.14"
SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 32 bytes.").decode()
DEADLINE_S, SHORT_DEADLINE_S = 10.0, 0.15
"""The second where a receiver is slow on purpose."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
INSIDE = ("127.0.0.1", "169.254.169.254", "10.0.0.7", "::1", "::ffff:169.254.169.254")


class Request(BaseHTTPRequestHandler):
    """One request to the receiver; whatever is in the way of an answer is what the test is about."""

    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
        trouble = self.receiver.trouble if self.receiver.is_in_trouble else say(204)
        trouble(self)

    def log_message(self, *_: Any) -> None:
        return


Trouble = Callable[[Request], None]


@dataclass
class Receiver:
    """A program that takes webhooks with the public library, and is in trouble for a while."""

    clock: Clock
    trouble: Trouble
    until: datetime
    port: int = 0
    came: dict[str, list[tuple[datetime, str]]] = field(default_factory=lambda: defaultdict(list))
    taken: list[str] = field(default_factory=list)

    @property
    def is_in_trouble(self) -> bool:
        return self.clock.now < self.until

    def take(self, headers: dict[str, str], body: bytes) -> None:
        event = standardwebhooks.Webhook(SECRET).verify(body.decode(), headers)
        self.came[headers["webhook-id"]].append((self.clock.now, body.decode()))
        if not self.is_in_trouble:
            self.taken.append(event["alert_id"])


def say(status: int, **headers: str) -> Trouble:
    """Answers that. `_` in a header's name stands for `-`."""

    def trouble(request: Request) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()

    return trouble


def in_two_hours(request: Request) -> None:
    until = request.receiver.clock.now + 2 * HOUR
    say(429, Retry_After=format_datetime(until.astimezone(UTC), usegmt=True))(request)


def stay_silent(request: Request) -> None:
    """It has the message, and answers when nobody listens any more."""
    time.sleep(2 * SHORT_DEADLINE_S)
    say(204)(request)


def reset(request: Request) -> None:
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.shutdown(socket.SHUT_RD)
    request.connection.close()
    request.close_connection = True
    request.wfile = BytesIO()  # which http.server flushes after the connection


def lie(_: Request) -> None:
    raise AssertionError("the name leads inside: nothing arrives")


TROUBLES: dict[str, Trouble] = {
    "is down": lie,
    "is slow": stay_silent,
    "answers 500": say(500),
    "asks for an hour": say(429, Retry_After="3600"),
    "asks for two hours by a date": in_two_hours,
    "resets connections": reset,
    "leads inside": say(307, Location="https://169.254.169.254/latest/meta-data/"),
    "has a name that lies": say(503),
}


@dataclass
class Network:
    """Names and ways of a test: where addresses lead, and what was heard inside."""

    receiver: Receiver
    lies: bool = False
    asked: int = 0
    inside: list[str] = field(default_factory=list)

    def resolve(self, _host: str, _port: int) -> list[str]:
        """The public address; a name that lies says at every second time an address inside."""
        self.asked += 1
        is_lie = self.lies and self.receiver.is_in_trouble and self.asked % 2 == 0
        return [INSIDE[self.asked // 2 % len(INSIDE)]] if is_lie else [PUBLIC]

    def connect(self, _scheme: str, host: str, port: int, address: str, timeout_s: float) -> http.client.HTTPConnection:
        if address != PUBLIC:
            self.inside.append(address)
        is_down = self.receiver.is_in_trouble and self.receiver.trouble is lie
        connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
        connection.sock = socket.create_connection(("127.0.0.1", closed_port() if is_down else self.receiver.port))
        return connection


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(owner("web", subscription("hook", "webhook", target="https://hook.example/x", secret=SECRET)))

    class Now(datetime):
        """The library's clock at the time of the test."""

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return world.clock.now.astimezone(tz)

    monkeypatch.setattr(standardwebhooks.webhooks, "datetime", Now)
    return world


Listening = Callable[[str, datetime], Network]


@pytest.fixture
def listening(world: World) -> Iterator[Listening]:
    """Starts the receiver, in that trouble until then, and lets the world's webhooks go to it."""
    servers: list[ThreadingHTTPServer] = []

    def listen(trouble: str, until: datetime) -> Network:
        receiver = Receiver(world.clock, TROUBLES[trouble], until)
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Request,), {"receiver": receiver})))
        receiver.port = servers[-1].server_port
        threading.Thread(target=servers[-1].serve_forever, args=(0.02,), daemon=True).start()
        network = Network(receiver, lies="lies" in trouble)
        within_s = SHORT_DEADLINE_S if trouble == "is slow" else DEADLINE_S
        outside = Outside(within_s=within_s, resolve=network.resolve, connect=network.connect)
        world.deps.senders["webhook"] = WebhookSender(world.catalogue, outside, world.clock)
        return network

    yield listen
    for server in servers:
        server.shutdown()
        server.server_close()


def alerts(world: World, number: int = 2) -> list[str]:
    """That many alerts at as many touchpoints, heard now; their ids."""
    events = [alert_event(raised_at=RAISED - n * HOUR) for n in range(number)]
    for event in events:
        world.hear(event)
    return sorted(event.alert_id for event in events)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_day_of_trouble_loses_nothing_doubles_nothing_and_leaks_nothing(
    world: World, listening: Listening, trouble: str
) -> None:
    """Each alert arrives, once taken, under one `webhook-id` and with the same bytes; inside nobody hears a word."""
    network = listening(trouble, RAISED + DAY)
    ids = alerts(world)
    world.run(timedelta(days=2))
    receiver = network.receiver
    taken = sorted(set(receiver.taken)) if trouble == "is slow" else sorted(receiver.taken)
    assert taken == ids
    assert {one.state for one in world.outbox.kept.values()} == {"delivered"}
    assert set(receiver.came) == set(world.outbox.kept), "one webhook-id for each message"
    assert all(len({body for _, body in tries}) == 1 for tries in receiver.came.values())
    assert network.inside == []
    assert network.asked == sum(one.attempts for one in world.outbox.kept.values()) > 2, "one question each try"


@pytest.mark.parametrize(("trouble", "wait"), [("asks for an hour", HOUR), ("asks for two hours by a date", 2 * HOUR)])
def test_who_asks_for_time_is_not_called_before(
    world: World, listening: Listening, trouble: str, wait: timedelta
) -> None:
    """However early the next try would have been; what the date leaves out of its seconds is forgiven."""
    network = listening(trouble, RAISED + DAY)
    alerts(world)
    world.run(timedelta(days=2))
    assert set(network.receiver.came) == set(world.outbox.kept)
    for tries in network.receiver.came.values():
        assert len(tries) > 3
        assert all(after - before >= wait - timedelta(seconds=1) for (before, _), (after, _) in pairwise(tries))


@pytest.mark.parametrize("trouble", ["is down", "answers 500", "has a name that lies"])
def test_what_stays_away_longer_is_parked_listed_and_replayed(world: World, listening: Listening, trouble: str) -> None:
    """After a day; one is started over by its id, then all others at once; each then arrives, once."""
    network = listening(trouble, RAISED + timedelta(days=3))
    ids = alerts(world, 4)
    world.run(timedelta(days=3))
    with site(world) as api:
        parked = api.with_key("GET", "/v1/deliveries").body["deliveries"]
        assert [one["state"] for one in parked] == ["parked"] * 4
        assert all(one["last_error"] and one["attempts"] > 5 for one in parked)
        first = parked[0]["message_id"]
        [again] = api.with_key("POST", "/v1/deliveries/replay", {"message_id": first}).body["deliveries"]
        assert (again["message_id"], again["state"]) == (first, "pending")
        world.run(HOUR)
        assert network.receiver.taken == parked[0]["alerts"]
        assert len(api.with_key("POST", "/v1/deliveries/replay", {}).body["deliveries"]) == 3
        world.run(HOUR)
        assert api.with_key("GET", "/v1/deliveries").body["deliveries"] == []
    assert sorted(network.receiver.taken) == ids
    assert set(network.receiver.came) == set(world.outbox.kept), "the same webhook-id as before it was parked"
    assert network.inside == []


def test_the_inside_listener_would_hear_a_guard_that_sleeps(world: World, listening: Listening) -> None:
    """Counter-proof: with the guard off for addresses of this machine, the lying name reaches the inside."""
    network = listening("has a name that lies", RAISED + DAY)
    outside = Outside(True, DEADLINE_S, network.resolve, network.connect)
    world.deps.senders["webhook"] = WebhookSender(world.catalogue, outside, world.clock)
    alerts(world)
    world.run(timedelta(days=2))
    assert set(network.inside) >= {"127.0.0.1"}
