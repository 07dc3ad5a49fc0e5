"""Staff key in what customers said or wrote: once, at the customer's time, under the label of who keyed it in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from services.collector.channels.agent.keying import Note, when
from services.collector.domain.links import Link
from services.collector.usecases.links import code_hash
from tests.collector import NOW, World, survey, touchpoint

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


def ticket_of(page: Any) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', page.body)
    assert found, page.body
    return found[1]


def opened(world: World, path: str, query: str = "lang=fr") -> Any:
    page = world.ask("GET", f"{path}?{query}", headers={})
    assert page.status == 200, page.body
    return page


def send(world: World, path: str, ticket: str, **fields: str) -> Any:
    """Sends a form: a 9 that was said, in French, where nothing else is wanted."""
    sent = {"ticket": ticket, "how": "agent", "score": "9", "lang": "fr"} | fields
    return world.ask("POST", f"{path}?lang=fr", urlencode(sent), FORM)


def keyed(world: World, channel: str = "agent", **fields: str) -> Any:
    """A new form of a new link, sent."""
    path = world.link(channel=channel, place="Guichet 2, Amina")
    return send(world, path, **({"ticket": ticket_of(opened(world, path))} | fields))


def test_what_was_said_at_the_counter_is_noted() -> None:
    """The customer's answer, under the label of the link, by whoever keyed it in."""
    world = World()
    reply = keyed(world, comment="Longue attente", lang="en")
    assert reply.status == 303
    [stored] = world.stored
    assert (stored.score, stored.comment, stored.lang) == (9, "Longue attente", "en")
    assert (stored.channel, stored.audience, stored.collected_at) == ("agent", "customer", NOW)
    assert stored.evidence["form"] == "agent"
    assert stored.evidence["keyed_by"] == stored.evidence["place"] == "Guichet 2, Amina"


def test_after_sending_a_fresh_form_says_that_it_is_noted() -> None:
    """In the same language, with the same kind of card and the same day: the next of the pile, as a rule."""
    world = World()
    path = world.link(channel="agent")
    reply = send(world, path, ticket_of(opened(world, path)), how="paper", day="2024-02-29")
    query = parse_qs(urlsplit(reply.headers["location"]).query)
    assert query == {"lang": ["fr"], "said": ["noted"], "how": ["paper"], "day": ["2024-02-29"]}
    page = opened(world, path, urlsplit(reply.headers["location"]).query)
    assert "C&#39;est noté." in page.body
    assert 'value="paper" required checked' in page.body and 'value="2024-02-29"' in page.body


@pytest.mark.parametrize(("how", "channel"), [("agent", "agent"), ("paper", "paper")])
def test_how_it_came_is_the_channel(how: str, channel: str) -> None:
    """Said, or written on a card."""
    world = World()
    keyed(world, how=how)
    assert world.stored[0].channel == channel


def test_a_link_for_cards_begins_with_a_card() -> None:
    """The link's own channel is chosen beforehand."""
    world = World()
    assert 'value="paper" required checked' in opened(world, world.link(channel="paper")).body


def test_a_form_sent_twice_is_one_answer() -> None:
    """A double press or a reload of the sent form adds nothing."""
    world = World()
    path = world.link(channel="agent")
    ticket = ticket_of(opened(world, path))
    assert [send(world, path, ticket).status for _ in range(3)] == [303] * 3
    assert len(world.stored) == 1


def test_a_slip_is_put_right_from_the_same_form() -> None:
    """Back, another score, sent again: the same answer, with its next revision."""
    world = World()
    path = world.link(channel="agent")
    ticket = ticket_of(opened(world, path))
    send(world, path, ticket, score="0")
    world.now += timedelta(minutes=2)
    reply = send(world, path, ticket, score="10")
    assert "said=noted" in reply.headers["location"]
    assert [(stored.score, stored.revision, stored.collected_at) for stored in world.stored] == [(10, 2, NOW)]


def test_a_pause_does_not_take_an_answer_out_of_the_figures() -> None:
    """Sent again once the touchpoint is paused, the answer stays as it was when it counted, and staff are told."""
    world = World()
    path = world.link(channel="agent")
    ticket = ticket_of(opened(world, path))
    send(world, path, ticket)
    world.catalogue.known["checkout"] = touchpoint(paused=True)
    assert "said=known" in send(world, path, ticket, score="0").headers["location"]
    assert [(stored.score, stored.is_counted) for stored in world.stored] == [(9, True)]


def test_a_form_that_is_too_old_to_be_changed_says_so() -> None:
    """Nothing is stored in silence, nothing is lost in silence."""
    world = World()
    path = world.link(channel="agent")
    ticket = ticket_of(opened(world, path))
    send(world, path, ticket, score="0")
    world.now += timedelta(hours=2)
    reply = send(world, path, ticket, score="10")
    assert "said=known" in reply.headers["location"]
    assert [stored.score for stored in world.stored] == [0]


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        ("", "", None),
        ("2024-03-01", "", None),
        ("2024-02-28", "", "2024-02-28T11:00:00Z"),
        ("2024-02-28", "09:30", "2024-02-28T08:30:00Z"),
        ("2023-07-14", "09:30:00", "2023-07-14T07:30:00Z"),
        ("", "08:00", "2024-03-01T07:00:00Z"),
    ],
)
def test_when_the_customer_answered(day: str, clock: str, expected: str | None) -> None:
    """In the touchpoint's own time, summer and winter; a day alone is its noon; nothing is now."""
    assert when(Note(day=day, clock=clock), "Europe/Paris", NOW) == expected


def test_today_is_the_touchpoint_s_day() -> None:
    """Shortly before midnight in London it is tomorrow in Paris already."""
    late = datetime(2024, 3, 1, 23, 30, tzinfo=UTC)
    assert when(Note(day="2024-03-02"), "Europe/Paris", late) is None
    assert when(Note(day="2024-03-01"), "Europe/Paris", late) == "2024-03-01T11:00:00Z"


def test_a_card_of_last_week_counts_at_its_time() -> None:
    """The answer's time is the customer's, not the typist's."""
    world = World(touchpoint(time_zone="Europe/Paris"))
    keyed(world, how="paper", day="2024-02-23", clock="17:05")
    assert world.stored[0].collected_at == datetime(2024, 2, 23, 16, 5, tzinfo=UTC)
    assert world.stored[0].stored_at == NOW


@pytest.mark.parametrize(
    ("fields", "anchors"),
    [
        ({"score": ""}, {"score"}),
        ({"score": "11"}, {"score"}),
        ({"how": ""}, {"how"}),
        ({"how": "web"}, {"how"}),
        ({"day": "2024-03-02"}, {"day"}),
        ({"day": "yesterday"}, {"day"}),
        ({"clock": "25:00"}, {"day"}),
        ({"day": "1999-01-01"}, {"day"}),
        ({"day": "0001-01-01", "clock": "00:00"}, {"day"}),
        ({"comment": "x" * 4001}, {"comment"}),
        ({"lang": "<script>"}, {"spoken"}),
        ({"ticket": "forged.0"}, {"score"}),
        ({"score": "x", "how": "web", "day": "2030-01-01"}, {"score", "how", "day"}),
    ],
    ids=str,
)
def test_a_form_that_is_wrong_comes_back_with_what_was_typed(fields: dict[str, str], anchors: set[str]) -> None:
    """422, every mistake with a link to its field, and nothing stored."""
    world = World(touchpoint(time_zone="Asia/Tokyo"))
    reply = keyed(world, **({"comment": "Tapé"} | fields))
    assert reply.status == 422
    assert set(re.findall(r'<li><a href="#(\w+)">', reply.body)) == anchors
    assert "Tapé" in reply.body or "comment" in fields
    assert world.stored == []


def test_other_links_are_no_forms_of_staff() -> None:
    """Who has a customer's link cannot answer for others, nor choose when it was."""
    world = World()
    code = world.link(channel="qr").rpartition("/")[2]
    assert world.ask("GET", f"/a/{code}", headers={}).status == 404
    assert world.ask("POST", f"/a/{code}", "score=9", FORM).status == 404


def test_an_invited_customers_link_is_no_form_of_staff() -> None:
    """It takes one answer, on the page; by the form it would take one with every ticket."""
    world = World()
    code = "InvitedCustomer1"
    world.links.add(Link(code_hash(code, world.deps), "checkout", "single", "agent", "customer", NOW, "inv1", "whose"))
    assert world.ask("GET", f"/a/{code}", headers={}).status == 404
    assert world.ask("POST", f"/a/{code}", "score=9", FORM).status == 404
    assert world.ask("GET", f"/s/{code}", headers={}).status == 200


def test_a_form_from_another_site_is_refused() -> None:
    """403, as on the page."""
    world = World()
    path = world.link(channel="agent")
    ticket = ticket_of(opened(world, path))
    foreign = FORM | {"Sec-Fetch-Site": "cross-site"}
    assert world.ask("POST", path, f"score=9&how=agent&ticket={ticket}", foreign).status == 403
    assert world.stored == []


def test_what_fills_in_the_trap_is_kept_and_does_not_count() -> None:
    """The field that no person sees is on this form too."""
    world = World()
    path = world.link(channel="agent", place="Guichet 2")
    page = opened(world, path)
    assert '<input id="subject" name="subject" tabindex="-1"' in page.body
    assert send(world, path, ticket_of(page), subject="Buy now").status == 303
    [stored] = world.stored
    assert (stored.not_counted_because, stored.evidence["keyed_by"]) == ("honeypot", "Guichet 2")


def test_a_revoked_link_takes_nothing() -> None:
    """410 on opening and on sending, also of a form that was open."""
    world = World()
    made = world.ask("POST", "/v1/links", {"touchpoint": "checkout", "channel": "agent"}).body
    path = f"/a/{made['code']}"
    ticket = ticket_of(opened(world, path))
    world.ask("DELETE", f"/v1/links/{made['link_id']}")
    assert world.ask("GET", path, headers={}).status == 410
    assert send(world, path, ticket).status == 410
    assert world.stored == []


def test_the_form_runs_no_script() -> None:
    """The policy of the page; nothing typed or named comes back as markup."""
    evil = '"><script>alert(1)</script>'
    world = World(touchpoint(name={"fr": evil}, survey=survey(question={"fr": evil})))
    path = world.link(channel="agent", place=evil)
    page = send(world, path, ticket_of(opened(world, path)), score="x", comment=evil, day=evil, how=evil, lang=evil)
    assert "<script" not in page.body
    assert "script-src" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
