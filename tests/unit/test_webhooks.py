"""Webhooks that leave: what they carry, how they are signed, and what their receivers' answers mean."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from services.alerts import domain
from services.alerts.adapters import WebhookSender
from services.alerts.domain import Delivery
from tests import fakes
from tests.events import RAISED, alert_event

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 32 bytes.").decode()


@dataclass
class Receiver:
    """A receiver on this machine that answers as it is told and keeps what came."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(kept.status)
            for name, value in kept.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()


def sent(receiver: Receiver, secret: str | None = SECRET) -> tuple[Delivery, domain.Attempt]:
    """One message to the receiver, and what came of it."""
    known = fakes.touchpoint()
    mail, hook = known.owner.subscriptions
    subscriptions = (mail, hook.model_copy(update={"target": receiver.url, "secret": secret}))
    owner = known.owner.model_copy(update={"subscriptions": subscriptions})
    catalogue = fakes.FakeCatalogue({"checkout": known.model_copy(update={"owner": owner})})
    _, delivery = domain.deliveries(alert_event(), [owner], RAISED)
    return delivery, WebhookSender(catalogue, lambda: RAISED, is_laptop=True).send(delivery)


def test_a_webhook_carries_the_event_and_a_signature_its_receiver_can_check(receiver: Receiver) -> None:
    """HMAC-SHA256 over id, time and body, as Standard Webhooks says."""
    delivery, attempt = sent(receiver)
    [(headers, body)] = receiver.came
    assert attempt == domain.Attempt()
    assert json.loads(body)["alert_id"] == alert_event().alert_id
    assert headers["webhook-id"] == delivery.message_id
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = b"a secret of the tests, 32 bytes."
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"
    assert int(headers["webhook-timestamp"]) == int(RAISED.timestamp())


def test_without_a_secret_nothing_is_signed(receiver: Receiver) -> None:
    """The id and the time are there all the same."""
    sent(receiver, secret=None)
    [(headers, _)] = receiver.came
    assert "webhook-signature" not in headers
    assert "webhook-id" in headers


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_any_answer_of_the_200s_is_a_receipt(receiver: Receiver, status: int) -> None:
    """Whatever exactly it is."""
    receiver.status = status
    assert sent(receiver)[1].error is None


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 410, 500, 503])
def test_any_other_answer_is_a_failure_and_redirects_are_not_followed(receiver: Receiver, status: int) -> None:
    """One request only, whatever the Location says."""
    receiver.status, receiver.headers = status, {"Location": receiver.url}
    assert str(status) in str(sent(receiver)[1].error)
    assert len(receiver.came) == 1


def test_a_receiver_that_asks_for_time_is_given_it(receiver: Receiver) -> None:
    """Retry-After in seconds; anything else there is passed over."""
    receiver.status, receiver.headers = 429, {"Retry-After": "120"}
    assert sent(receiver)[1].retry_after == timedelta(seconds=120)
    receiver.headers = {"Retry-After": "tomorrow"}
    assert sent(receiver)[1].retry_after is None


def test_a_receiver_that_is_not_there_is_a_failure_not_an_exception() -> None:
    """Nobody listens on that port."""
    attempt = sent(replace(Receiver(), url="http://127.0.0.1:9/hook"))[1]
    assert attempt.error == "the receiver could not be reached: URLError"
