"""Acting on alerts: acknowledged once, escalated while nobody does, muted; from a message, without an account."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from services.alerts import pages
from services.alerts.slack_actions import pressed
from services.alerts.usecases import acting
from shared.catalogue import QuietHours, Subscription
from shared.errors import Forbidden, Gone, MalformedBody, NotFound
from tests.alerts import CODES, World, owner, receiver, subscription
from tests.events import RAISED, alert_event

ALERT = alert_event().alert_id
HALF_AN_HOUR = timedelta(minutes=30)
ALL_DAY = QuietHours(start="00:00", end="23:59", except_for=())


def chain_of_three(**last: object) -> World:
    """First, second, third one after the other, half an hour each; then the journey's pilot."""
    each = [subscription(name) for name in ("first", "second")] + [subscription("third", **last)]
    web = owner("web", *each, chain=["first", "second", "third"], acknowledge_within_minutes=30)
    return World(web, owner("boss", subscription("mail")), pilot="boss")


def told(world: World) -> list[str]:
    return [delivery.subscription for _, delivery, _ in world.senders["email"].sent]


def test_an_alert_that_nobody_takes_on_goes_up_the_chain_to_the_pilot() -> None:
    """One after the other, half an hour apart, then nobody further; each is told why."""
    world = chain_of_three()
    world.hear(alert_event())
    world.run()
    assert told(world) == ["web/first", "web/second", "web/third", "boss/mail"]
    at = [(when - RAISED) // HALF_AN_HOUR for when, _, _ in world.senders["email"].sent]
    assert at == [0, 1, 2, 3]
    assert [one.because for _, one, _ in world.senders["email"].sent] == ["owner", *["escalated"] * 3]


def test_who_is_not_on_call_is_passed_over() -> None:
    """The one in quiet hours is not woken; the pilot is next."""
    world = chain_of_three(quiet_hours=ALL_DAY)
    world.hear(alert_event())
    world.run()
    assert told(world) == ["web/first", "web/second", "boss/mail"]


def test_once_acknowledged_nobody_further_is_told_and_everybody_hears_of_it() -> None:
    """The second takes it on: the first hears so, the third and the pilot hear nothing."""
    world = chain_of_three()
    world.hear(alert_event())
    world.run(timedelta(minutes=40))
    acting.act(CODES.code(ALERT, receiver("web/second")), "acknowledge", world.deps)
    world.stream()
    world.run()
    assert told(world) == ["web/first", "web/second", "web/first"]
    assert world.senders["email"].news[-1] == f"{ALERT} acknowledged"


def test_an_alert_stays_with_whoever_was_first() -> None:
    """Acknowledging again changes nothing and tells nobody anew."""
    world = chain_of_three()
    world.hear(alert_event())
    world.run(timedelta(minutes=10))
    first = acting.acknowledge(ALERT, "key k1", world.deps)
    again = acting.acknowledge(ALERT, "key k2", world.deps)
    world.stream()
    world.run()
    assert (again.acknowledged_by, again.acknowledged_at) == ("key k1", first.acknowledged_at)
    assert told(world) == ["web/first", "web/first"]


def test_what_is_over_cannot_be_taken_on_and_is_not_escalated() -> None:
    """It ended by itself within half an hour."""
    world = chain_of_three()
    world.hear(alert_event())
    world.run(timedelta(minutes=10))
    world.hear(alert_event(revision=2, state="resolved", resolved_at=RAISED))
    with pytest.raises(Gone):
        acting.acknowledge(ALERT, "key k1", world.deps)
    world.run()
    assert told(world) == ["web/first", "web/first"]


def test_a_turn_of_the_chain_that_comes_twice_tells_one_once() -> None:
    """Queues deliver at least once."""
    world = chain_of_three()
    world.hear(alert_event())
    world.turns.waiting += world.turns.waiting
    world.turns.waiting.sort()
    world.run()
    assert told(world) == ["web/first", "web/second", "web/third", "boss/mail"]


def test_a_code_of_nobody_opens_nothing() -> None:
    """Neither one made up, nor an expired one, nor one of a subscription that is gone."""
    world = chain_of_three()
    world.hear(alert_event())
    world.run(timedelta(minutes=10))
    code = CODES.code(ALERT, receiver("web/first"))
    assert acting.opened(code, world.deps).subscription == "web/first"
    others = CODES.code(ALERT, receiver("web/second")), CODES.code("another", receiver("web/first"))
    for wrong in ("", "0" * 16, *others):
        with pytest.raises(NotFound):
            acting.act(wrong, "acknowledge", world.deps)
    world.clock.now += timedelta(days=91)
    with pytest.raises(NotFound):
        acting.opened(code, world.deps)
    world.clock.now = RAISED
    world.catalogue.known = {}
    with pytest.raises(NotFound):
        acting.opened(code, world.deps)
    assert world.standings.kept[ALERT].state == "open"


@pytest.mark.parametrize(
    "successor", [subscription("mail", target="next@example.com"), subscription("mail", "webhook")]
)
def test_whoever_lost_a_subscription_acts_no_more_for_their_successor(successor: Subscription) -> None:
    """Neither before the successor is told of the alert, nor after; the successor does."""
    world = World(owner("web", subscription("mail")))
    world.hear(alert_event())
    world.run()
    code = CODES.code(ALERT, receiver("web/mail"))
    assert acting.opened(code, world.deps).subscription == "web/mail"
    web = owner("web", successor)
    world.catalogue.known = {"checkout": world.catalogue.known["checkout"].model_copy(update={"owner": web})}
    with pytest.raises(NotFound):
        acting.act(code, "acknowledge", world.deps)
    world.hear(alert_event(revision=2, state="resolved", resolved_at=RAISED))
    world.run()
    [(_, told_now, _)] = world.senders[successor.kind].sent[-1:]
    with pytest.raises(NotFound):
        acting.act(code, "mute_all", world.deps)
    assert acting.opened(CODES.code(ALERT, told_now.receiver), world.deps).subscription == "web/mail"


def test_a_mute_from_a_message_is_of_its_own_subscription_only() -> None:
    """The others go on hearing."""
    world = World(owner("web", subscription("mail"), subscription("chat", "slack")))
    world.hear(alert_event())
    world.run()
    acting.act(CODES.code(ALERT, receiver("web/mail")), "mute_touchpoint", world.deps)
    world.clock.now += timedelta(days=2)
    world.hear(alert_event(raised_at=RAISED + timedelta(days=2)))
    world.run()
    assert (len(world.senders["email"].sent), len(world.senders["slack"].sent)) == (1, 2)


def test_what_is_muted_already_cannot_be_muted_again() -> None:
    """The page says so instead, and where it is lifted; then the button is there again, unless the alert is over."""
    world = World(owner("web", subscription("mail")))
    world.hear(alert_event())
    world.run()
    code = CODES.code(ALERT, receiver("web/mail"))

    def buttons() -> tuple[list[str], bool]:
        page = str(pages.alert_page(acting.opened(code, world.deps), world.deps, code).body)
        return re.findall(r'value="(mute_\w+)"', page), "“Who is told” can lift that" in page

    assert buttons() == (["mute_alert", "mute_touchpoint", "mute_all"], False)
    acting.act(code, "mute_touchpoint", world.deps)
    acting.act(code, "mute_all", world.deps)
    assert buttons() == (["mute_alert"], True)
    world.clock.now += timedelta(days=8)
    assert buttons() == (["mute_alert", "mute_touchpoint", "mute_all"], False)
    world.hear(alert_event(revision=2, state="resolved", resolved_at=world.clock.now, resolved_because="recovered"))
    assert buttons() == (["mute_touchpoint", "mute_all"], False)


def slack_request(secret: str = "shh", age: int = 0, **action: str) -> tuple[bytes, dict[str, str]]:
    payload = {"type": "block_actions", "actions": [{"action_id": "acknowledge", "value": "code", **action}]}
    raw = urlencode({"payload": json.dumps(payload)}).encode()
    stamp = str(int(RAISED.timestamp()) - age)
    signed = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
    return raw, {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={signed}"}


def test_a_button_pressed_in_slack_is_taken_if_slack_signed_it() -> None:
    """As Slack's documentation has it: HMAC-SHA256 of version, time and body."""
    raw, headers = slack_request()
    assert pressed(raw, headers.get, lambda: "shh", RAISED) == "code"
    raw, headers = slack_request(action_id="manage")
    assert pressed(raw, headers.get, lambda: "shh", RAISED) is None


@pytest.mark.parametrize(
    ("secret", "wrong"),
    [
        ("shh", {"x-slack-signature": "v0=00"}),
        ("shh", {"x-slack-request-timestamp": str(int(RAISED.timestamp()) + 1)}),
        ("shh", {"x-slack-request-timestamp": "1e9"}),
        ("other", {}),
        ("", {}),
    ],
)
def test_what_slack_did_not_sign_is_refused(secret: str, wrong: dict[str, str]) -> None:
    """Another secret, another time, none at all; and where no Slack app is set up, everything."""
    raw, headers = slack_request()
    with pytest.raises(Forbidden):
        pressed(raw, (headers | wrong).get, lambda: secret, RAISED)


def test_what_slack_signed_long_ago_is_refused_and_what_cannot_be_read_too() -> None:
    """A request that was listened to cannot be played again."""
    raw, headers = slack_request(age=301)
    with pytest.raises(Forbidden):
        pressed(raw, headers.get, lambda: "shh", RAISED)
    raw = b"payload=%7B%7D"
    with pytest.raises(MalformedBody):
        pressed(raw, (slack_request()[1] | signature(raw)).get, lambda: "shh", RAISED)


def signature(raw: bytes) -> dict[str, str]:
    stamp = str(int(RAISED.timestamp()))
    signed = hmac.new(b"shh", b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={signed}"}
