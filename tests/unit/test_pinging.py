"""Test messages: by the outbox and the ways that alerts go, once a minute, told as such."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from services.alerts.adapters.outbox import delivery_of, item_of_delivery
from services.alerts.messages import slack, teams, texts
from services.alerts.messages.letters import letter
from services.alerts.messages.story import story
from shared.catalogue import Digest, QuietHours, Way
from shared.events import canonical
from shared.gsm import count
from tests.alerts import World, owner, subscription
from tests.alerts_api import Site, site

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/ping-event.schema.json").read_text())
ASLEEP = QuietHours(start="00:00", end="23:59", except_for=())
WAYS: tuple[Way, ...] = ("email", "webhook", "slack", "teams", "sms")
PATH = "/v1/owners/web/subscriptions/{}/test"


@pytest.fixture
def asked() -> Iterator[Site]:
    """A team told by every way there is, in a weekly digest, asleep, and muted."""
    quiet = {"quiet_hours": ASLEEP, "digest": Digest(every="week"), "lang": "fr"}
    world = World(owner("web", *(subscription(way, way, **quiet) for way in WAYS)))
    world.mutes.put("web/email", "*", world.clock.now + timedelta(days=1))
    with site(world) as made:
        yield made


@pytest.mark.parametrize("way", WAYS)
def test_a_test_goes_at_once_by_the_way_that_alerts_go(asked: Site, way: Way) -> None:
    """Whatever digest, quiet hours or mute there is; it is listed with the deliveries."""
    reply = asked.with_key("POST", PATH.format(way))
    assert reply.status == 201
    assert reply.body["message_id"].startswith(f"msg_ping-web.{way}.")
    asked.world.run(timedelta(seconds=5))
    [(_, delivery, _)] = asked.world.senders[way].sent
    assert (delivery.subscription, delivery.because) == (f"web/{way}", "asked")
    assert asked.world.outbox.kept[delivery.message_id].state == "delivered"


def test_a_test_is_sent_once_a_minute(asked: Site) -> None:
    """The second one in a minute is the first; the next minute's is another."""
    for _ in range(3):
        asked.with_key("POST", PATH.format("email"))
        asked.world.run(timedelta(seconds=10))
    assert len(asked.world.senders["email"].sent) == 1
    asked.world.run(timedelta(minutes=1))
    asked.with_key("POST", PATH.format("email"))
    asked.world.run(timedelta(seconds=10))
    assert len(asked.world.senders["email"].sent) == 2


def test_a_team_gets_ten_tests_an_hour_whichever_subscriptions_it_makes() -> None:
    """One asked for again in its minute is no other; another team's, and the next hour's, have room of their own."""
    mine = [subscription(f"s{n}") for n in range(11)]
    world = World(owner("web", *mine), owner("stores", subscription("mail")))
    with site(world) as made:
        for one in mine[:10]:
            assert made.with_key("POST", PATH.format(one.id)).status == 201
            assert made.with_key("POST", PATH.format(one.id)).status == 201
        refused = made.with_key("POST", PATH.format("s10"))
        assert (refused.status, refused.body["detail"]) == (429, "a team gets 10 tests an hour")
        assert 0 < int(refused.headers["retry-after"]) <= 3600
        by_form = made.signed_in("wes", "/subscriptions/web/s10/test")
        assert by_form.headers["location"] == "/subscriptions/web?done=untested"
        assert len(world.outbox.kept) == 10
        assert made.with_key("POST", "/v1/owners/stores/subscriptions/mail/test").status == 201
        world.clock.now += timedelta(hours=1)
        assert made.with_key("POST", PATH.format("s10")).status == 201


def test_a_test_that_fails_is_tried_again_like_an_alert(asked: Site) -> None:
    """With growing waits, and parked in the end."""
    asked.world.senders["webhook"].failures = 2
    asked.with_key("POST", PATH.format("webhook"))
    asked.world.run(timedelta(minutes=10))
    assert len(asked.world.senders["webhook"].sent) == 1


@pytest.mark.parametrize(
    "path", ["web/subscriptions/nobody", "nobody/subscriptions/email", "a%23b/subscriptions/email"]
)
def test_nobody_is_sent_no_test(asked: Site, path: str) -> None:
    """404, and nothing is written."""
    assert asked.with_key("POST", f"/v1/owners/{path}/test").status == 404
    assert asked.world.outbox.kept == {}


def test_a_key_that_may_only_read_sends_no_test() -> None:
    """403."""
    world = World(owner("web", subscription("mail")))
    with site(world, ("alerts:read",)) as made:
        assert made.with_key("POST", PATH.format("mail")).status == 403
    assert world.outbox.kept == {}


def test_a_test_says_that_it_is_one_whichever_way_it_goes(asked: Site) -> None:
    """No picture, no button to take on; who asked for it; a text in one part; its address is the team's page."""
    for way in WAYS:
        asked.with_key("POST", PATH.format(way))
    deliveries = {one.kind: one for one in asked.world.outbox.kept.values()}
    mail = letter(deliveries["email"], "etincelle@example.com", lambda *_: "nowhere")
    assert mail["Subject"] == "Message d'essai d'Étincelle"
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    html = mail.get_body(("html",))
    assert html is not None
    assert "https://example.com/subscriptions/web" in html.get_content()
    said = story(deliveries["sms"], lambda *_: "nowhere")
    assert count(texts.text(said)).parts == 1
    assert texts.text(said).endswith("https://example.com/subscriptions/web")
    for shown in (json.dumps(slack.post(said, {})), json.dumps(teams.message(said))):
        assert "web/sms" in json.dumps(shown, ensure_ascii=False)
        assert "acknowledge" not in shown
        assert "nowhere" not in shown
        assert "key k1" in shown


def test_a_webhook_gets_an_event_of_its_own_kind(asked: Site) -> None:
    """As its schema says, so that a program takes it for no alert; it is read back as it was written."""
    asked.with_key("POST", PATH.format("webhook"))
    [delivery] = asked.world.outbox.kept.values()
    sent = json.loads(canonical(delivery.news[0]))
    jsonschema.validate(sent, SCHEMA)
    assert (sent["kind"], sent["subscription"], sent["owners"]) == ("ping", "web/webhook", ["web"])
    assert delivery_of(item_of_delivery(delivery)) == delivery
