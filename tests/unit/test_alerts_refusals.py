"""What the doors of the alerts service refuse: logged by its code, and nothing changed."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from services.alerts import slack_actions
from services.alerts.app import app
from shared.errors import Forbidden
from tests.alerts import CODES, World, owner, receiver, subscription
from tests.alerts_api import KEY, SIGNING, Site, site
from tests.events import RAISED, alert_event

ALERT, OTHER = alert_event().alert_id, alert_event(touchpoint="desk").alert_id
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MINE, UNTOLD = CODES.code(ALERT, receiver("web/mail")), CODES.code(OTHER, receiver("web/mail"))
GONE = CODES.code(ALERT, receiver("web/gone"))


@dataclass
class Log(logging.Handler):
    """The codes that the app logged; not the line that each request has."""

    codes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg != "request":
            self.codes.append(str(record.msg))

    __hash__ = logging.Handler.__hash__


@pytest.fixture
def log() -> Iterator[Log]:
    handler = Log()
    app.logger.addHandler(handler)
    yield handler
    app.logger.removeHandler(handler)


@pytest.fixture
def world() -> World:
    """Two owners, an alert of the first that was told, and another owner's of which it was not."""
    world = World(owner("web", subscription("mail")), owner("desk", subscription("mail")))
    world.hear(alert_event())
    world.hear(alert_event(touchpoint="desk", owner="desk", owners=["desk"]))
    world.run(timedelta(hours=1))
    return world


@pytest.fixture
def api(world: World) -> Iterator[Site]:
    with site(world) as api:
        yield api


def state(world: World) -> Any:
    """All that a request could have changed."""
    stores = (world.standings, world.notes, world.outbox, world.mutes, world.threads, world.turns.waiting)
    return copy.deepcopy(stores)


def pressed(code: str = MINE, *, secret: str = SIGNING, age_s: int = 0) -> tuple[bytes, dict[str, str]]:
    """What Slack posts when a button was pressed, an hour after the alert."""
    payload = {"type": "block_actions", "actions": [{"action_id": "acknowledge", "value": code}]}
    raw = urlencode({"payload": json.dumps(payload)}).encode()
    stamp = str(int((RAISED + timedelta(hours=1)).timestamp()) - age_s)
    signed = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
    return raw, FORM | {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={signed}"}


def without(headers: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


SLACK: dict[str, tuple[bytes, dict[str, str], int]] = {
    "another secret": (*pressed(secret="another"), 403),
    "no signature": (pressed()[0], without(pressed()[1], "x-slack-signature"), 403),
    "no time": (pressed()[0], without(pressed()[1], "x-slack-request-timestamp"), 403),
    "another body under the same signature": (pressed(UNTOLD)[0], pressed()[1], 403),
    "played again later": (*pressed(age_s=301), 403),
    "signed for later": (*pressed(age_s=-301), 403),
    "a code of nobody": (*pressed("0" * 16), 404),
    "a code of another owner's alert": (*pressed(UNTOLD), 404),
    "a subscription that is gone": (*pressed(GONE), 404),
    "a code that is none": (*pressed("../alerts"), 404),
}


@pytest.mark.parametrize("wrong", SLACK)
def test_slacks_door_refuses(api: Site, world: World, log: Log, wrong: str) -> None:
    """Whatever is not signed now by Slack, and signed codes that lead nowhere."""
    raw, headers, status = SLACK[wrong]
    before = state(world)
    assert api.ask("POST", "/slack/actions", raw, headers).status == status
    assert state(world) == before
    assert log.codes == [{403: "forbidden", 404: "not_found"}[status]]


def test_slacks_door_takes_what_is_signed_and_the_same_again_changes_nothing(api: Site, world: World) -> None:
    """The counter-proof: the very request of which the others are spoilt; played at once, it stays with the first."""
    raw, headers = pressed()
    assert api.ask("POST", "/slack/actions", raw, headers).status == 200
    assert world.standings.kept[ALERT].acknowledged_by == "web/mail"
    before = state(world)
    assert api.ask("POST", "/slack/actions", raw, headers).status == 200
    assert state(world) == before


def test_who_claims_no_signature_of_now_has_no_secret_read() -> None:
    """It is a call of SSM, which takes forty a second of a whole account."""
    raw, signed = pressed()

    def read() -> str:
        raise AssertionError("the secret was asked for")

    for name in ("x-slack-signature", "x-slack-request-timestamp"):
        with pytest.raises(Forbidden):
            slack_actions.pressed(raw, without(signed, name).get, read, RAISED + timedelta(hours=1))
    with pytest.raises(Forbidden):
        slack_actions.pressed(raw, pressed(age_s=301)[1].get, read, RAISED + timedelta(hours=1))


def test_where_no_app_of_slacks_is_set_up_its_door_is_shut(world: World) -> None:
    """An empty secret signs nothing."""
    raw, headers = pressed(secret="")
    with site(world, slack="") as api:
        assert api.ask("POST", "/slack/actions", raw, headers).status == 403


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "code", ["0" * 16, UNTOLD, GONE, MINE.swapcase(), MINE[:-1], f"{MINE}A", "%2e%2e", "é", "x" * 3000]
)
def test_a_page_opens_with_a_code_that_was_given_only(
    api: Site, world: World, log: Log, method: str, code: str
) -> None:
    """Made up, changed, of another owner's alert, of a subscription that is gone: 404, whichever."""
    before = state(world)
    reply = api.ask(method, f"/alerts/{code}", b"do=acknowledge" if method == "POST" else None, FORM)
    assert (reply.status, state(world)) == (404, before)
    assert log.codes == ["not_found"]
    assert "text/html" in reply.headers["content-type"]


def test_a_refusal_speaks_the_language_that_the_browser_likes_best(api: Site) -> None:
    """French or English, English to all others."""
    for accepted, lang in (("de, fr;q=0.8", "fr"), ("fr;q=0.2, en", "en"), ("de", "en")):
        page = api.ask("GET", f"/alerts/{'0' * 16}", headers={"Accept-Language": accepted})
        assert f'<html lang="{lang}"' in page.body


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_pages_code_expires(api: Site, world: World, log: Log, method: str) -> None:
    """After ninety days; the day before it was still good."""
    world.clock.now += timedelta(days=89)
    assert api.ask("GET", f"/alerts/{MINE}").status == 200
    world.clock.now += timedelta(days=2)
    before = state(world)
    body = b"do=acknowledge" if method == "POST" else None
    assert api.ask(method, f"/alerts/{MINE}", body, FORM).status == 404
    assert (state(world), log.codes) == (before, ["not_found"])


FOREIGN = [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_sites_form_presses_no_button(api: Site, world: World, log: Log, headers: dict[str, str]) -> None:
    """Even with a code that is good."""
    before = state(world)
    assert api.ask("POST", f"/alerts/{MINE}", b"do=acknowledge", FORM | headers).status == 403
    assert (state(world), log.codes) == (before, ["forbidden"])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"do=everything", 422, "invalid_input"),
        (b"", 422, "invalid_input"),
        (b"do=" + b"x" * 200_000, 413, "too_large"),
        (b"&".join([b"a=b"] * 60), 400, "malformed_body"),
    ],
)
def test_a_page_takes_its_own_buttons_only(
    api: Site, world: World, log: Log, body: bytes, status: int, code: str
) -> None:
    """Anything else is refused for what it is."""
    before = state(world)
    assert api.ask("POST", f"/alerts/{MINE}", body, FORM).status == status
    assert (state(world), log.codes) == (before, [code])


def test_what_is_over_is_gone_by_every_door(api: Site, world: World, log: Log) -> None:
    """By the page, by Slack and by the API: nobody takes on what is over."""
    world.hear(alert_event(revision=2, state="resolved", resolved_at=RAISED, resolved_because="recovered"))
    world.run(timedelta())
    before = state(world)
    raw, headers = pressed()
    doors = (
        api.ask("POST", f"/alerts/{MINE}", b"do=acknowledge", FORM),
        api.ask("POST", "/slack/actions", raw, headers),
        api.with_key("POST", f"/v1/alerts/{ALERT}/acknowledgement"),
    )
    assert [reply.status for reply in doors] == [410, 410, 410]
    assert (state(world), log.codes) == (before, ["gone"] * 3)


SCOPED = [one for one in app.operations if one.scope]


@pytest.mark.parametrize("operation", SCOPED, ids=lambda one: f"{one.method} {one.path}")
def test_the_api_is_for_keys_with_the_scope(world: World, log: Log, operation: Any) -> None:
    """No key, one that is none, one that nobody has, and one that may do other things; each refusal is logged."""
    path = operation.path.format_map({"alert_id": ALERT} | dict.fromkeys(parameters(operation.path), ALERT))
    body = {} if operation.method in ("POST", "PUT", "PATCH") else None
    before = state(world)
    wrong = ({}, {"Authorization": KEY}, {"Authorization": "Bearer etk_of_nobody"}, {"Authorization": "Basic eDp5"})
    with site(world, scopes=("figures:read", "keys:write")) as api:
        assert [api.ask(operation.method, path, body, headers).status for headers in wrong] == [401] * 4
        assert api.with_key(operation.method, path, body).status == 403
    assert (state(world), log.codes) == (before, ["unauthenticated"] * 4 + ["forbidden"])


def parameters(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


LATER = (RAISED + timedelta(days=1)).isoformat()
WRONG: list[tuple[str, str, Any, int]] = [
    ("GET", "/v1/deliveries?state=lost", None, 422),
    ("GET", "/v1/deliveries?day=yesterday", None, 422),
    ("POST", "/v1/deliveries/replay", {"message_id": "msg_of.nobody"}, 404),
    ("POST", "/v1/deliveries/replay", {"message_id": f"msg_{ALERT}.1.raised.web/mail"}, 404),
    ("POST", "/v1/deliveries/replay", {"message_id": "../other"}, 422),
    ("POST", "/v1/deliveries/replay", {"message": "x"}, 422),
    ("POST", "/v1/deliveries/replay", b"{", 400),
    ("GET", "/v1/alerts/of-nobody/notes", None, 404),
    ("GET", f"/v1/alerts/{'x' * 300}/notes", None, 404),
    ("GET", "/v1/alerts/a%23b/notes", None, 404),
    ("POST", "/v1/alerts/of-nobody/acknowledgement", None, 404),
    ("POST", "/v1/mutes", {"subscription": "web/nobody", "scope": "*", "until": LATER}, 404),
    ("POST", "/v1/mutes", {"subscription": "web/mail", "scope": "a#b", "until": LATER}, 422),
    ("POST", "/v1/mutes", {"subscription": "web", "scope": "*", "until": LATER}, 422),
    ("POST", "/v1/mutes", {"subscription": "web/mail", "scope": "*", "until": "2024-03-02T10:00:00"}, 422),
    ("POST", "/v1/mutes", {"subscription": "web/mail", "scope": "*", "until": "2024-03-01T10:00:00Z"}, 422),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), WRONG)
def test_the_api_refuses_what_is_wrong(
    api: Site, world: World, log: Log, method: str, path: str, body: Any, status: int
) -> None:
    """What nobody has is 404, what cannot be is 422; a mute that would be over already is neither kept nor taken."""
    before = state(world)
    assert api.with_key(method, path, body).status == status
    assert state(world) == before
    assert log.codes == [{400: "malformed_body", 404: "not_found", 422: "invalid_input"}[status]]
