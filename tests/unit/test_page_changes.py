"""The hosted page after the first press: a follow-up question, an answer changed, thanks, the owner's colour."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from services.collector.channels.page.styles import DAY, NIGHT, owners_style
from services.collector.channels.page.words import FRAMES
from services.collector.domain.responses import MAY_CHANGE_FOR, MOST_REVISIONS
from shared.catalogue import Owner
from shared.colours import contrast
from tests.collector import World, follow_up, survey, touchpoint
from tests.http import Reply
from tests.unit.test_page_form import FORM, answer, ticket, visit

REASONS = {"late": "It came late", "rude": "Nobody was kind"}
COLOURS = ("#000000", "#ffffff", "#ffdd00", "#777777", "#0b1f5c", "#00aa55", "#c81e1e", "#8f8378", "#ff9d63", "#221d1a")


def asking(when: str = "bad", **choices: str) -> World:
    return World(touchpoint(survey=survey(follow_up=follow_up(when, **choices))))


def follow(world: World, reply: Reply) -> Reply:
    """The page that the browser is led to."""
    assert reply.status == 303
    return visit(world, f"/s/{reply.headers['location']}")


def send(world: World, link: str, page: Reply, **fields: Any) -> Reply:
    """Sends the form of a page that was shown."""
    return world.ask("POST", link, urlencode({"ticket": ticket(page)} | fields), FORM)


@pytest.mark.parametrize(("when", "asked"), [("bad", range(7)), ("good", range(7, 11)), ("any", range(11))])
def test_the_follow_up_question_is_for_those_it_is_meant_for(when: str, asked: range) -> None:
    """The scores that it follows are marked, on both sides of the survey's cut; the browser shows it without script."""
    world = asking(when, **REASONS)
    page = visit(world, world.link())
    marked = re.findall(r'value="(\d+)" required class="f"', page.body)
    assert [int(score) for score in marked] == list(asked)
    assert "It came late" in page.body
    assert "form:has(.f:checked)&gt;.more" not in page.body
    assert "form:has(.f:checked)>.more{display:block}" in page.body


def test_a_browser_that_showed_no_follow_up_question_is_asked_on_the_thanks_page() -> None:
    """The score is kept first; then the question, once; its answer and the comment join the score."""
    world = asking(**REASONS)
    link = world.link()
    more = follow(world, send(world, link, visit(world, link), score="3", comment="Hm"))
    assert [(one.score, one.comment, one.follow_up) for one in world.stored] == [(3, "Hm", None)]
    assert "One more question" in more.body
    assert "Hm</textarea>" in more.body
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', more.body))
    done = follow(world, world.ask("POST", link, urlencode(hidden | {"follow_up": "late", "comment": "Hm."}), FORM))
    assert "One more question" not in done.body
    [stored] = world.stored
    assert (stored.score, stored.comment, stored.follow_up, stored.revision) == (3, "Hm.", "late", 2)


def test_the_follow_up_page_has_the_trap_too() -> None:
    """What fills in every field of both forms is no more counted by the second than by the first."""
    world = asking(**REASONS)
    link = world.link()
    more = follow(world, send(world, link, visit(world, link), score="3", subject="Buy now"))
    filled = dict.fromkeys(re.findall(r'<(?:input|textarea) id="(\w+)"', more.body), "Buy now")
    send(world, link, more, score="3", asked="1", **filled)
    assert [(one.comment, one.not_counted_because) for one in world.stored] == [("Buy now", "honeypot")]


def test_whoever_saw_the_follow_up_question_is_not_asked_again() -> None:
    """Left unanswered it stays so; and a score that it does not follow asks nothing."""
    world = asking(**REASONS)
    link = world.link()
    assert "more=1" not in send(world, link, visit(world, link), score="3", asked="1").headers["location"]
    assert "more=1" not in send(world, link, visit(world, link), score="9").headers["location"]
    assert "more=1" in send(world, link, visit(world, link), score="3").headers["location"]


def test_a_follow_up_question_without_choices_is_answered_in_own_words() -> None:
    """As text; the comment stays what it was."""
    world = asking("any")
    link = world.link()
    send(world, link, visit(world, link), score="9", follow_up_text=" More\r\nsun ", asked="1")
    [stored] = world.stored
    assert (stored.follow_up, stored.follow_up_text, stored.comment) == (None, " More\nsun ", None)


def test_a_follow_up_answer_to_a_score_it_does_not_follow_is_left_out() -> None:
    """Somebody chose 3 and a reason, and then 9: what the page no longer shows is not stored."""
    world = asking(**REASONS)
    answer(world, world.link(), score="9", follow_up="late", asked="1")
    [stored] = world.stored
    assert (stored.score, stored.follow_up) == (9, None)


def test_a_follow_up_choice_that_there_is_not_is_shown_again() -> None:
    """No page of ours sends one; 422 and the question open, with a text that is too long as well."""
    world = asking(**REASONS)
    reply = answer(world, world.link(), score="3", follow_up="early", follow_up_text="x" * 4001)
    assert (reply.status, world.stored) == (422, [])
    assert '<a href="#follow_up">Choose one of these answers.</a>' in reply.body
    assert 'class="asks more open"' in reply.body


def test_the_api_takes_a_follow_up_answer_and_refuses_a_strange_one() -> None:
    """Every wrong field is named."""
    world = asking(**REASONS)
    assert world.send({"touchpoint": "checkout", "score": 3, "follow_up": "late"}).status == 201
    assert world.stored[0].follow_up == "late"
    wrong = world.send({"touchpoint": "checkout", "score": 3, "follow_up": "early", "follow_up_text": 5})
    assert {error["pointer"] for error in wrong.body["errors"]} == {"#/follow_up", "#/follow_up_text"}
    assert World().send({"touchpoint": "checkout", "score": 3, "follow_up_text": "Hm"}).status == 422


@pytest.mark.parametrize("mode", ["open", "single"])
def test_an_answer_can_be_changed_from_the_thanks_page(mode: str) -> None:
    """The form comes back filled in; what is sent replaces the answer: same id, same time, the next revision."""
    world = World()
    link = world.link(mode=mode)
    thanks = follow(world, send(world, link, visit(world, link), score="2", comment="Slow"))
    [first] = world.stored
    found = re.search(r'href="\.\./([^"]*)"', thanks.body)
    assert found
    world.now += MAY_CHANGE_FOR - timedelta(microseconds=1)
    again = visit(world, "/s/" + found[1].replace("&amp;", "&"))
    assert 'value="2" required checked' in again.body
    assert "Slow</textarea>" in again.body
    assert "You can still change it" in again.body
    send(world, link, again, score="8")
    [changed] = world.stored
    assert (changed.response_id, changed.collected_at) == (first.response_id, first.collected_at)
    assert (changed.score, changed.comment, changed.revision) == (8, None, 2)


@pytest.mark.parametrize("mode", ["open", "single"])
def test_after_an_hour_an_answer_stays(mode: str) -> None:
    """The link says that it was answered, and a form that was still open changes nothing."""
    world = World()
    link = world.link(mode=mode)
    page = visit(world, link)
    place = send(world, link, page, score="2").headers["location"]
    world.now += MAY_CHANGE_FOR
    assert "Change my answer" not in visit(world, f"/s/{place}").body
    late = send(world, link, page, score="8")
    assert "/thanks" not in late.headers["location"]
    assert "already answered" in follow(world, late).body
    assert [one.score for one in world.stored] == [2]


def test_an_answer_is_changed_only_so_often() -> None:
    """A hundred revisions, then it stays."""
    world = World()
    link = world.link(mode="single")
    for number in range(MOST_REVISIONS + 2):
        world.counters.counted.clear()
        world.ask("POST", link, f"score={number % 11}", FORM)
    assert [one.revision for one in world.stored] == [MOST_REVISIONS]


def test_a_change_that_cannot_be_read_leaves_the_answer() -> None:
    """422, and the answer is as it was."""
    world = World()
    link = world.link(mode="single")
    answer(world, link, score="2")
    assert answer(world, link, score="").status == 422
    assert [(one.score, one.revision) for one in world.stored] == [(2, 1)]


def test_a_paused_touchpoint_leaves_an_answer_as_it_is() -> None:
    """What was counted stays counted, whatever is sent now."""
    world = World()
    link = world.link()
    page = visit(world, link)
    send(world, link, page, score="2")
    world.catalogue.known["checkout"] = touchpoint(paused=True)
    send(world, link, page, score="9")
    assert [(one.score, one.is_counted) for one in world.stored] == [(2, True)]


def test_another_persons_form_shows_and_changes_nothing() -> None:
    """A ticket that we did not make for this link opens an empty form."""
    world = World()
    link, other = world.link(), world.link()
    place = send(world, link, visit(world, link), score="2", comment="Mine").headers["location"]
    key = place.partition("t=")[2]
    for strange in (f"{other}?t={key}", f"{link}?t={key[:-1]}", f"{link}?t="):
        assert "Mine" not in visit(world, strange).body


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_another_language_keeps_what_was_chosen_and_typed(lang: str) -> None:
    """Without script, before anything is sent; nothing is stored by it."""
    words = {"en": "How?", "fr": "Comment ?", "ar": "كيف؟"}
    world = World(touchpoint(survey=survey(question=words, follow_up=follow_up(**REASONS))))
    link = world.link()
    fields = {"score": "3", "comment": "Hm", "follow_up": "late", "to": lang}
    other = send(world, link, visit(world, link), **fields)
    assert (other.status, world.stored) == (200, [])
    assert f'<html lang="{lang}"' in other.body
    assert words[lang] in other.body
    assert re.search('value="3" required class="f" checked', other.body)
    assert re.search('value="late" checked', other.body)
    assert "Hm</textarea>" in other.body
    send(world, link, other, score="3", lang=lang)
    assert [one.lang for one in world.stored] == [lang]


def test_the_thanks_show_what_the_last_answers_changed() -> None:
    """The newest three, each with its day as people write it."""
    changes = [{"on": f"2024-0{month}-05", "text": {"en": f"Change {month}"}} for month in (2, 4, 1, 3)]
    world = World(touchpoint(changes=changes))
    thanks = visit(world, f"{world.link()}/thanks?lang=en")
    assert "You said, we did" in thanks.body
    assert re.findall(r">(\d+ \w+ 2024)</time> Change (\d)", thanks.body) == [
        ("5 April 2024", "4"),
        ("5 March 2024", "3"),
        ("5 February 2024", "2"),
    ]
    assert "You said, we did" not in visit(World(), "/s/x").body


@pytest.mark.parametrize("lang", FRAMES)
def test_every_language_names_twelve_months(lang: str) -> None:
    """Twelve names, none of them twice."""
    assert len(set(FRAMES[lang].months.split())) == 12


@pytest.mark.parametrize("colour", COLOURS)
def test_an_owners_colour_can_be_read(colour: str) -> None:
    """Text on it has a contrast of 4.5 at least; its outline stands out from the page with 3, by day and by night."""
    found = re.findall(r"--spark:(#\w+);--on:(#\w+);--edge:(#\w+);--glow:(#\w+)", owners_style(colour))
    assert len(found) == 2
    for (spark, on, edge, glow), ground in zip(found, (DAY, NIGHT), strict=True):
        assert spark == colour
        assert contrast(spark, on) >= 4.5
        assert contrast(edge, ground) >= 3
        assert contrast(glow, "#221d19" if ground == DAY else "#f5efe8") >= 7


def test_an_owners_colour_and_logo_are_on_the_page_within_its_policy() -> None:
    """The colour in the one style, the picture as data with the owner's name for those who do not see it."""
    owner = Owner(id="v", name='V&"co', colour="#00aa55", logo="data:image/png;base64,AAAA")
    world = World(touchpoint(owner=owner))
    page = visit(world, world.link())
    assert "--spark:#00aa55" in page.body
    assert '<img src="data:image/png;base64,AAAA" alt="V&amp;&#34;co">' in page.body
    assert "img-src data:" in page.headers["content-security-policy"]
    assert page.body.count("<style>") == 1
