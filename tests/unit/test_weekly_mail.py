"""The weekly report as it is told: to whom, when, once, in which words; and how it is stopped."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest

from services.alerts.adapters.queue import event_of
from services.alerts.domain.deliveries import Delivery
from services.alerts.messages import letters, slack, teams
from services.alerts.messages.story import story
from services.alerts.usecases import weekly
from shared.catalogue import Digest, Touchpoint
from shared.events import (
    WEEKLY,
    Share,
    WeekAlert,
    WeekCases,
    WeekChange,
    WeeklyEvent,
    WeekPriority,
    WeekPromise,
    WeekTouchpoint,
    canonical,
)
from tests.alerts import CODES, owner, receiver, subscription
from tests.cases import HOUR, World, answer, place
from tests.events import alert_event

MONDAY = date(2024, 3, 4)
OVER = datetime(2024, 3, 11, 1, 30, tzinfo=UTC)
"""When the week is told of."""
PAGE = "https://example.com"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NAME = {"en": "Checkout", "fr": "Paiement"}


def week(**fields: Any) -> WeeklyEvent:
    """The web team's: one touchpoint got worse, one friction began."""
    usual: dict[str, Any] = {
        "owner": "web",
        "owners": ["web"],
        "monday": MONDAY,
        "raised_at": OVER,
        "touchpoints": [
            WeekTouchpoint(
                touchpoint="checkout",
                name=NAME,
                share=Share(bad=46, n=240, low=0.147, high=0.246),
                change=WeekChange(value=0.08, low=0.03, high=0.14, verdict="worse"),
                promise=WeekPromise(bad_at_most=0.12, kept="broken"),
                link=f"{PAGE}/touchpoints/checkout",
            )
        ],
        "alerts": [
            WeekAlert(
                alert_id="a",
                news="began",
                name=NAME,
                sentence={"en": "Since Tuesday, 19% bad answers.", "fr": "Depuis mardi, 19 % de mauvaises réponses."},
                link=f"{PAGE}/friction/a",
            )
        ],
        "first": [WeekPriority(rank=1, touchpoint="checkout", name=NAME, link=f"{PAGE}/touchpoints/checkout")],
        "links": {"page": f"{PAGE}/", "cases": f"{PAGE}/cases"},
    }
    return WeeklyEvent(**usual | fields)


def told_in(world: World, *events: WeeklyEvent) -> list[tuple[datetime, str]]:
    """When, and to which subscription, messages left in the days after."""
    world.clock.now = OVER
    for event in events:
        weekly.hear(event, world.case_deps)
        world.stream()
    world.run(timedelta(days=3))
    sent = [each for sender in world.senders.values() for each in sender.sent]
    return sorted((at, one.subscription) for at, one, _ in sent)


def world_of(*subscriptions: Any) -> World:
    return World(place(team=owner("web", *subscriptions)))


def letter(event: WeeklyEvent, lang: str = "fr") -> EmailMessage:
    made = Delivery("msg_1", (event,), "web", "web/mail", "owner", "email", "web@example.com", lang, OVER)
    return letters.letter(made, "etincelle@example.com", CODES.address)


def parts(message: EmailMessage) -> tuple[str, str]:
    plain, html = (part.get_content() for part in message.walk() if part.get_content_maintype() == "text")
    return plain, html


def test_it_comes_on_monday_morning_where_the_subscription_is() -> None:
    """At half past seven by its own clock; where that is past already, at once."""
    each = {"paris": "Europe/Paris", "new-york": "America/New_York", "tokyo": "Asia/Tokyo"}
    world = world_of(*(subscription(name, time_zone=zone) for name, zone in each.items()))
    assert told_in(world, week()) == [
        (OVER + timedelta(minutes=1), "web/tokyo"),
        (datetime(2024, 3, 11, 6, 30, tzinfo=UTC), "web/paris"),
        (datetime(2024, 3, 11, 11, 30, tzinfo=UTC), "web/new-york"),
    ]


def test_it_comes_once_however_often_the_week_is_told() -> None:
    """A run that was killed and repeated, or answers that came late meanwhile, make no second one."""
    later = week(touchpoints=[])
    assert len(told_in(world_of(subscription()), week(), week(), later)) == 1


def test_it_goes_to_mailboxes_and_to_whoever_names_it() -> None:
    """Not to telephones and programs, nor to who chose kinds without it, nor to those who watch everywhere."""
    world = world_of(
        subscription("mail"),
        subscription("friction-only", kinds=("drop",)),
        subscription("watcher", everywhere=True),
        subscription("phone", kind="sms"),
        subscription("room", kind="teams"),
        subscription("program", kind="webhook"),
        subscription("program-too", kind="webhook", kinds=("weekly",)),
        subscription("checkout-only", touchpoints=("checkout",)),
    )
    assert {name for _, name in told_in(world, week())} == {"web/mail", "web/program-too", "web/checkout-only"}


def test_a_digest_keeps_it_apart() -> None:
    """It has a subject, and a way to stop it, of its own."""
    world = world_of(subscription(digest=Digest(every="day", at="07:30")))
    world.clock.now = OVER
    world.hear(alert_event(raised_at=OVER))
    assert len(told_in(world, week())) == 2


def test_it_says_how_the_teams_cases_stand() -> None:
    """Counted when it is told, by whoever keeps them; closed ones are no work."""
    world = world_of(subscription())
    world.say(answer("r-1"))
    world.clock.now += 25 * HOUR
    world.say(answer("r-2", collected_at=world.clock.now, stored_at=world.clock.now))
    assert weekly.cases_of("web", world.case_deps) == WeekCases(open=2, overdue=1)
    assert weekly.cases_of("stores", world.case_deps) == WeekCases(open=0, overdue=0)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "fr",
            (
                "Votre semaine : du 04/03 au 10/03",
                "19 % de mauvaises réponses (15–25 %, 240 réponses)",
                "Moins bien que la semaine d'avant : +8 pts (+3 à +14)",
                "Promesse de 12 % au plus non tenue",
                "Depuis mardi, 19 % de mauvaises réponses.",
                "a commencé",
                "2 à régler, 1 en retard",
            ),
        ),
        (
            "en",
            (
                "Your week: 4 Mar to 10 Mar",
                "19% bad (15–25%, 240 answers)",
                "Worse than the week before: +8 pts (+3 to +14)",
                "Promise of at most 12% not kept",
                "Since Tuesday, 19% bad answers.",
                "began",
                "2 open, 1 overdue",
            ),
        ),
    ],
)
def test_the_mail_says_it_all_in_both_parts(lang: str, said: tuple[str, ...]) -> None:
    """Figures with n and intervals, the promise, friction, cases, and the way to each page."""
    message = letter(week(cases=WeekCases(open=2, overdue=1)), lang)
    assert message["Subject"] == said[0]
    plain, html = parts(message)
    for text in said[1:]:
        assert text in plain
        assert text.replace("'", "&#39;") in html
    for path in ("/touchpoints/checkout", "/friction/a", "/cases"):
        assert PAGE + path in plain
        assert PAGE + path in html


def test_the_mail_has_the_headers_by_which_a_mail_program_stops_it() -> None:
    """RFC 8058, to the address that its last line has too; alerts, which come seldom, have none."""
    message = letter(week())
    plain, html = parts(message)
    address = CODES.address(WEEKLY, receiver("web/mail")) + "/weekly"
    assert message["List-Unsubscribe"] == f"<{address}>"
    assert f"\r\nList-Unsubscribe: <{address}>\r\n".encode() in message.as_bytes()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in plain
    assert address in html
    alert = Delivery("m", (alert_event(),), "web", "web/mail", "owner", "email", "web@example.com", "fr", OVER)
    assert letters.letter(alert, "etincelle@example.com", CODES.address)["List-Unsubscribe"] is None


def test_the_other_ways_tell_it_in_short() -> None:
    """Who names the kind on another way gets the figures and the page."""
    made = Delivery("msg_1", (week(),), "web", "web/room", "owner", "teams", "https://example.com/h", "en", OVER)
    said = story(made, CODES.address)
    for text in (str(slack.post(said, {})), str(teams.message(said))):
        assert "Checkout" in text
        assert f"{PAGE}/" in text


def stop_path(world: World) -> str:
    """Where the report's last line leads, once it was told."""
    assert told_in(world, week())
    return urlsplit(CODES.address(WEEKLY, receiver("web/mail")) + "/weekly").path


@pytest.mark.parametrize("body", ["List-Unsubscribe=One-Click", "do=stop"])
def test_one_click_stops_it_until_it_is_wanted_again(body: str) -> None:
    """By a mail program or by the page; opening the page does nothing, and alerts go on coming."""
    world = world_of(subscription())
    path = stop_path(world)
    assert "Mondays" in world.ask("GET", path, headers={}).body
    assert world.mutes.of("web/mail", OVER) == frozenset()
    assert "no longer" in world.ask("POST", path, body, FORM).body
    later = week(monday=MONDAY + timedelta(days=7), raised_at=OVER + timedelta(days=7))
    world.clock.now = later.raised_at
    weekly.hear(later, world.case_deps)
    world.hear(alert_event(raised_at=later.raised_at))
    world.run(timedelta(days=2))
    assert [type(one.news[0]).__name__ for _, one, _ in world.senders["email"].sent] == ["WeeklyEvent", "AlertEvent"]
    assert "Mondays" in world.ask("POST", path, "do=resume", FORM).body
    assert world.mutes.of("web/mail", world.clock.now) == frozenset()


def test_the_link_of_a_report_is_no_good_once_it_goes_to_another_mailbox() -> None:
    """Until then it is, whatever else of the subscription changes."""
    world = world_of(subscription())
    path = stop_path(world)
    for fields, status in (({"lang": "fr"}, 200), ({"target": "next@example.com"}, 404)):
        web = owner("web", subscription(**fields))
        world.catalogue.known = {name: one.model_copy(update={"owner": web}) for name, one in points_of(world)}
        assert world.ask("GET", path, headers={}).status == status
        assert world.ask("POST", path, "do=stop", FORM).status == status
        world.mutes.kept.clear()


def points_of(world: World) -> list[tuple[str, Touchpoint]]:
    return list(world.catalogue.known.items())


def test_a_code_of_an_alert_stops_no_report() -> None:
    """Nor does one that nobody was given."""
    world = world_of(subscription())
    world.hear(alert_event())
    world.run(timedelta(days=1))
    for code in (CODES.code(alert_event().alert_id, receiver("web/mail")), "0" * 16):
        assert world.ask("POST", f"/alerts/{code}/weekly", "do=stop", FORM).status == 404


def test_the_queue_hands_over_weeks_and_the_topics_alerts() -> None:
    """What a service puts there is read as it is; what the topic hands over is in its envelope."""
    assert event_of(canonical(week())) == week()
    with pytest.raises(ValueError, match="validation"):
        event_of('{"kind": "weekly"}')
