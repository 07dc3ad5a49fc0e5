"""Calls to reach out: whose alerts lead to one, how often, and that nobody is named in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.alerts.domain.deliveries import Delivery
from services.alerts.domain.subscribers import wants
from services.alerts.messages import letters
from services.invitations.domain.people import ALL
from services.invitations.usecases.calling import CallingDeps, call_to_reach_out
from shared.events import AlertEvent, OutreachEvent, canonical, news_in
from tests import fakes
from tests.alerts import subscription
from tests.events import alert_event
from tests.invitations import NOW
from tests.unit.test_outreach import EVENT, FakeStanding, Scene, decided

WEEK = timedelta(days=7)


@dataclass
class FakeCalls:
    """Which calls were made, and what was put; `fails`: how often writing one down fails."""

    made: set[tuple[str, int]] = field(default_factory=set)
    told: list[OutreachEvent] = field(default_factory=list)
    fails: int = 0

    def is_made(self, alert_id: str, number: int) -> bool:
        return (alert_id, number) in self.made

    def make(self, alert_id: str, number: int, until: datetime) -> None:
        assert until > NOW - WEEK
        if self.fails:
            self.fails -= 1
            raise ConnectionError
        self.made.add((alert_id, number))

    def put(self, event: OutreachEvent) -> None:
        self.told.append(event)


@dataclass(frozen=True)
class FakeRaised:
    events: tuple[AlertEvent, ...]

    def raised(self, since: datetime, until: datetime) -> list[AlertEvent]:
        return [one for one in self.events if since <= one.raised_at < until]


def called(scene: Scene, calls: FakeCalls, event: AlertEvent = EVENT, now: datetime = NOW) -> int:
    known = vars(scene.deps(event)) | {"now": lambda: now}
    deps = CallingDeps(**known, standing=FakeRaised((event,)), calls=calls, call_news=calls)
    return call_to_reach_out(deps)


def test_an_owner_is_called_with_how_many_may_be_turned_to() -> None:
    """Of all who went through since the change; the way to the page is in it."""
    calls = FakeCalls()
    assert called(Scene(decided("x"), decided("y")), calls) == 1
    [event] = calls.told
    assert (event.people, event.passed, event.owner, event.revision) == (2, 62, EVENT.owner, 1)
    assert event.links["page"].endswith(f"/outreach/{EVENT.alert_id}")


def test_nobody_is_named_in_it() -> None:
    """Neither by name nor by id: it goes through queues, webhooks and mailboxes. What is read back is what was put."""
    calls = FakeCalls()
    called(Scene(decided("x", who="p-jane")), calls)
    text = canonical(calls.told[0])
    assert not [word for word in ("jane", "JANE", "@", "i-x") if word in text]
    assert news_in(text) == calls.told[0]


def test_a_call_is_made_once_a_week_while_the_alert_stands() -> None:
    """Looked at every quarter of an hour; in its second week there is another, under the next number."""
    calls, scene = FakeCalls(), Scene(decided("x"))
    for minutes in range(0, 60, 15):
        called(scene, calls, now=NOW + timedelta(minutes=minutes))
    called(scene, calls, now=EVENT.raised_at + WEEK - timedelta(seconds=1))
    called(scene, calls, now=EVENT.raised_at + WEEK)
    assert [event.revision for event in calls.told] == [1, 2]


def test_a_crash_before_it_is_written_down_puts_it_again_under_the_same_id() -> None:
    """Of which `alerts` keeps one."""
    calls, scene = FakeCalls(fails=1), Scene(decided("x"))
    with pytest.raises(ConnectionError):
        called(scene, calls)
    called(scene, calls)
    first, again = calls.told
    assert (first.alert_id, first.revision, first.state) == (again.alert_id, again.revision, again.state)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "resolved", "resolved_at": NOW},
        {"state": "withdrawn", "resolved_at": NOW},
        {"audience": "staff", "kind": "staff"},
        {"raised_at": NOW - timedelta(days=61)},
    ],
)
def test_an_alert_that_is_over_staffs_or_of_old_calls_nobody(changes: dict[str, Any]) -> None:
    """There are no people to turn to, or it is too late."""
    calls = FakeCalls()
    assert called(Scene(decided("x")), calls, EVENT.model_copy(update=changes)) == 0
    assert calls.told == []


def test_where_nobody_may_be_contacted_it_is_looked_again_later() -> None:
    """Their wishes hold; once one may be contacted the call comes in the same week."""
    calls = FakeCalls()
    scene = Scene(decided("x"))
    scene.person("p-x", opted_out=frozenset({ALL}))
    assert called(scene, calls) == 0
    assert called(Scene(), calls) == 0
    assert called(Scene(decided("x")), calls) == 1


def test_an_alert_that_went_meanwhile_calls_nobody() -> None:
    """It was listed as standing, and is gone by the time it is looked at."""
    calls, scene = FakeCalls(), Scene(decided("x"))
    known = vars(scene.deps()) | {"alerts": FakeStanding(alert_event(alert_id="another"))}
    deps = CallingDeps(**known, standing=FakeRaised((EVENT,)), calls=calls, call_news=calls)
    assert call_to_reach_out(deps) == 0


def event() -> OutreachEvent:
    calls = FakeCalls()
    called(Scene(decided("x"), decided("y")), calls)
    return calls.told[0]


@pytest.mark.parametrize(
    ("way", "changes", "is_wanted"),
    [
        ("email", {}, True),
        ("slack", {}, True),
        ("sms", {}, False),
        ("webhook", {}, False),
        ("webhook", {"kinds": ("outreach",)}, True),
        ("email", {"everywhere": True}, False),
        ("email", {"kinds": ("drop",)}, False),
        ("email", {"touchpoints": ("till",)}, False),
    ],
)
def test_teams_hear_of_it_unasked_programs_where_they_name_it(way: Any, changes: Any, is_wanted: bool) -> None:
    """And every filter of a subscription holds."""
    assert wants(subscription("s", kind=way, **changes), event(), fakes.touchpoint("checkout")) == is_wanted


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "fr",
            (
                "Paiement : personnes à contacter (2)",
                "peuvent être contactées : 2.",
            ),
        ),
        (
            "en",
            ("Checkout: people to contact (2)", "62 people went through. Said nothing and may be contacted: 2."),
        ),
    ],
)
def test_the_mail_says_how_many_and_leads_to_the_page(lang: str, said: tuple[str, str]) -> None:
    """In both parts."""
    made = Delivery("msg_1", (event(),), "web", "web/mail", "owner", "email", "web@example.com", lang, NOW)
    message = letters.letter(made, "etincelle@example.com", lambda *_: "")
    assert message["Subject"] == said[0]
    for part in (one.get_content() for one in message.walk() if one.get_content_maintype() == "text"):
        assert said[1] in part.replace("\u00a0", " ")
        assert event().links["page"] in part


def test_a_call_on_a_hand_off_goes_to_both_owners() -> None:
    """As its alert did."""
    calls = FakeCalls()
    called(Scene(decided("x")), calls, EVENT.model_copy(update={"owners": ["web", "stores"]}))
    assert calls.told[0].owners == ["web", "stores"]
