"""The pages of cases: who sees which, what each form does, and what is refused and leaves no trace."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from services.alerts.cases.looks import words
from services.alerts.domain.cases.case import Deed
from services.alerts.usecases.cases.ports import Person, Way
from shared.catalogue import Survey
from shared.sessions import Sessions
from tests.alerts import owner, subscription
from tests.cases import HOUR, JANE, PEOPLE, RAISED, SECRET, FakeSignedIn, World, answer, case_of, place
from tests.http import Reply

MINE, THEIRS = case_of(answer()), case_of(answer("r-2", touchpoint="till"))
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def world() -> World:
    """Jane's bad answer at the checkout, and somebody's at the till of another team."""
    made = World(place(), place(team=owner("stores", subscription()), name="till"))
    made.people.known["hash"] = JANE
    made.say(answer(customer="hash", comment="Rien ne <b>marche</b>", call_back=True, lang="fr"))
    made.say(answer("r-2", touchpoint="till"))
    return made


def cookie(world: World, who: str) -> str:
    sessions = Sessions(FakeSignedIn(), lambda: SECRET, world.clock, "https://example.com")
    return sessions.begun(PEOPLE[who], PEOPLE[who].lang, None).partition(";")[0]


def visit(world: World, who: str | None, path: str) -> Reply:
    return world.ask("GET", path, headers={"Cookie": cookie(world, who)} if who else {"Accept-Language": "en"})


def send(world: World, who: str, case: str = MINE, *, headers: dict[str, str] | None = None, **fields: Any) -> Reply:
    """Fills in a form of the page, as it stands when it is opened, and sends it. fields: over those of the form."""
    signed = cookie(world, who)
    page = world.ask("GET", f"/cases/{case}", headers={"Cookie": signed})
    hidden = dict(re.findall(r'<input type="hidden" name="(form_token|seen)" value="([^"]*)"', str(page.body)))
    body = urlencode({name: value for name, value in (hidden | fields).items() if value is not None})
    return world.ask("POST", f"/cases/{case}", body, {"Cookie": signed} | FORM | (headers or {}))


def deeds(world: World, case: str = MINE) -> list[str]:
    return [deed.what for deed in world.cases.story(case)]


def test_who_is_not_signed_in_is_led_there_and_comes_back(world: World) -> None:
    """From the link in a message, too."""
    reply = visit(world, None, f"/cases/{MINE}")
    assert (reply.status, reply.headers["location"]) == (303, f"/sign-in?next=%2Fcases%2F{MINE}")


@pytest.mark.parametrize(("who", "seen"), [("pia", {"Checkout", "Till"}), ("anna", {"Checkout"}), ("otto", {"Till"})])
def test_everybody_sees_the_cases_that_are_theirs(world: World, who: str, seen: set[str]) -> None:
    """A pilot all, an owner the team's own; each by the touchpoint's name, with why and until when."""
    page = visit(world, who, "/cases")
    assert page.status == 200
    names = re.findall(r'<a href="/cases/[0-9A-Za-z]{16}">([^<·]+) · 1 (?:of|sur) 5</a>', page.body)
    assert set(names) == seen
    assert "Jane" not in page.body and "marche" not in page.body


@pytest.mark.parametrize(
    ("who", "down", "story"),
    [
        ("pia", "pouce vers le bas", ["modifiée\u00a0: pouce vers le haut", "réponse\u00a0: pouce vers le bas"]),
        ("anna", "thumbs down", ["Answer changed: thumbs up", "Opened by an answer: thumbs down"]),
    ],
)
def test_a_score_of_thumbs_is_told_as_thumbs(world: World, who: str, down: str, story: list[str]) -> None:
    """In the list, among the facts, and in the story; never as 0 of 1."""
    thumbs = World(place(survey=Survey(id="ok", version=1, scale="thumbs", question={"en": "Well?"})))
    opened = thumbs.say(answer(scale="thumbs", score=0))
    assert opened is not None
    assert f"Checkout · {down}</a>" in visit(thumbs, who, "/cases").body
    page = visit(thumbs, who, f"/cases/{opened.case_id}").body
    assert f"<dd>{down}</dd>" in page
    thumbs.say(answer(scale="thumbs", score=1, revision=2, comment="accident"))
    changed = visit(thumbs, who, f"/cases/{opened.case_id}").body
    assert [text in changed for text in story] == [True, True]
    assert not re.search(r"[01] (of|sur) 1\b", page + changed)


@pytest.mark.parametrize(("who", "key"), [("pia", "clé d&#39;API k1"), ("anna", "API key k1")])
def test_the_story_says_which_key_did_what_a_program_did(world: World, who: str, key: str) -> None:
    """In the reader's language; people are named by their id, and what came by itself as such."""
    world.cases.stories[MINE].append(Deed("noted", RAISED, "key k1", "Called"))
    world.cases.stories[MINE].append(Deed("noted", RAISED, "person anna", "Called"))
    by = re.findall(r"UTC · ([^<]*)</p></li>", visit(world, who, f"/cases/{MINE}").body)
    assert by == [by[0], key, "anna"]
    assert by[0] in ("automatique", "automatic")


def test_cases_are_not_for_the_front_line(world: World) -> None:
    """The list is for another role; a case is not there."""
    assert visit(world, "finn", "/cases").status == 403
    assert visit(world, "finn", f"/cases/{MINE}").status == 404
    assert send(world, "finn", do="look").status in (403, 404)
    assert deeds(world) == ["opened"]


def test_another_teams_case_is_404_whatever_is_tried(world: World) -> None:
    """For who guesses its address, and for who sends a form made for their own; nothing changes, nobody is shown."""
    assert visit(world, "otto", f"/cases/{MINE}").status == 404
    signed = cookie(world, "otto")
    own = world.ask("GET", f"/cases/{THEIRS}", headers={"Cookie": signed})
    [token] = set(re.findall(r'name="form_token" value="([^"]*)"', own.body))
    for deed in ("look", "reply", "note", "contacted", "close", "reopen", "assign"):
        body = urlencode(
            {"form_token": token, "seen": "1", "do": deed, "text": "x", "cause": "late", "owner": "stores"}
        )
        reply = world.ask("POST", f"/cases/{MINE}", body, {"Cookie": signed} | FORM)
        assert reply.status == 404, deed
        assert "jane@example.com" not in reply.body
    assert (deeds(world), world.replies.sent) == (["opened"], [])


@pytest.mark.parametrize(
    ("headers", "fields", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, {}, 403),
        ({}, {"form_token": "another session's"}, 403),
        ({}, {"form_token": None}, 403),
        ({"Cookie": "__Host-etincelle=made-up"}, {}, 303),
        ({"Content-Type": "application/json"}, {}, 415),
    ],
    ids=["another site", "another session", "no token", "no session", "no form"],
)
def test_a_form_that_is_not_this_sessions_is_refused(
    world: World, headers: dict[str, str], fields: dict[str, Any], status: int
) -> None:
    """Nothing is written, not even a look."""
    reply = send(world, "anna", headers=headers, do="look", **fields)
    assert reply.status == status
    assert deeds(world) == ["opened"]


def test_a_session_that_has_expired_is_led_to_sign_in(world: World) -> None:
    """After twelve hours the form is worth nothing."""
    signed = cookie(world, "anna")
    world.clock.now += 13 * HOUR
    reply = world.ask("POST", f"/cases/{MINE}", "do=look", {"Cookie": signed} | FORM)
    assert (reply.status, deeds(world)) == (303, ["opened"])


def test_the_contact_is_shown_by_a_look_that_is_written_down(world: World) -> None:
    """Not before, and not when the page is opened again."""
    assert "jane@example.com" not in visit(world, "anna", f"/cases/{MINE}").body
    looked = send(world, "anna", do="look")
    assert looked.status == 200
    assert 'href="mailto:jane@example.com"' in looked.body and 'href="tel:+33612345678"' in looked.body
    assert looked.headers["cache-control"] == "no-store"
    assert [(deed.what, deed.by) for deed in world.cases.story(MINE)][-1] == ("looked", "person anna")
    assert "jane@example.com" not in visit(world, "anna", f"/cases/{MINE}").body
    world.people.known["hash"] = Person("jane", (Way("email", "jane@example.com", "opted_out"),))
    refused = send(world, "anna", do="look").body
    assert "mailto:" not in refused and "the person wishes no messages" in refused


def test_a_case_is_put_right_from_the_page(world: World) -> None:
    """Message, note, contact, close, reopen, hand over: each leads back to the page, which says what was done."""
    steps = (
        ({"do": "reply", "text": "Pardon"}, "replied", "Your message is on its way."),
        ({"do": "note", "text": "was kind"}, "noted", "Saved."),
        ({"do": "contacted", "text": ""}, "contacted", "Noted: the person was contacted."),
        ({"do": "close", "cause": "late", "text": ""}, "closed", "The case is closed."),
        ({"do": "reopen", "text": "no"}, "reopened", "The case is open again."),
    )
    for fields, what, told in steps:
        reply = send(world, "anna", **fields)
        assert reply.status == 303, reply.body
        assert told in visit(world, "anna", reply.headers["location"]).body
        assert deeds(world)[-1] == what
    handed = send(world, "anna", do="assign", owner="stores")
    assert (handed.status, handed.headers["location"]) == (303, "/cases")
    assert visit(world, "otto", f"/cases/{MINE}").status == 200


def test_a_form_that_is_sent_twice_is_refused_and_shows_how_it_stands(world: World) -> None:
    """409; the case has the note once."""
    seen = str(world.cases.kept[MINE].change)
    assert send(world, "anna", do="note", text="called", seen=seen).status == 303
    again = send(world, "anna", do="note", text="called", seen=seen)
    assert again.status == 409
    assert "the form was sent twice" in again.body
    assert deeds(world) == ["opened", "noted"]


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"do": "note", "text": "  "}, 422, "wrong_text"),
        ({"do": "reply", "text": "x" * 4001}, 422, "wrong_text"),
        ({"do": "close", "cause": ""}, 422, "wrong_cause"),
        ({"do": "close", "cause": "weather"}, 422, "wrong_cause"),
        ({"do": "assign", "owner": "nobody"}, 422, "wrong_owner"),
        ({"do": "dance"}, 422, "wrong_form"),
        ({"do": "note", "text": "x", "seen": "1e9"}, 422, "wrong_form"),
        ({"do": "reopen"}, 409, "wrong_changed"),
    ],
)
def test_a_wrong_form_says_what_is_wrong_and_changes_nothing(
    world: World, fields: dict[str, str], status: int, said: str
) -> None:
    """In the visitor's language, above the page; what was typed is not lost."""
    for who, lang in (("anna", "en"), ("pia", "fr")):
        reply = send(world, who, **fields)
        assert reply.status == status
        assert words()[lang][said].replace("'", "&#39;") in reply.body
    assert deeds(world) == ["opened"]


def test_a_message_that_cannot_leave_says_why_and_keeps_its_words(world: World) -> None:
    """Nobody known, nothing wished."""
    world.people.known["hash"] = Person("jane", (Way("email", "jane@example.com", "opted_out"),))
    reply = send(world, "pia", do="reply", text="Bonjour Jane")
    assert reply.status == 409
    assert "la personne ne souhaite pas de message" in reply.body
    assert ">Bonjour Jane</textarea>" in reply.body
    nobody = send(world, "otto", THEIRS, do="reply", text="Hello")
    assert "nobody can be named for this answer" in nobody.body


def test_what_people_wrote_is_text(world: World) -> None:
    """A comment's markup is shown, not run."""
    page = visit(world, "anna", f"/cases/{MINE}").body
    assert "Rien ne &lt;b&gt;marche&lt;/b&gt;" in page
    assert "<b>" not in page


def test_the_list_is_filtered_and_paged(world: World) -> None:
    """Overdue ones, closed ones, one touchpoint's; fifty on a page."""
    for number in range(60):
        world.say(answer(f"more-{number}"))
    first = visit(world, "anna", "/cases")
    [later] = re.findall(r'rel="next" href="([^"]+)"', first.body)
    second = visit(world, "anna", later.replace("&amp;", "&"))
    link = r'<a href="/cases/([0-9A-Za-z]{16})">'
    one, two = re.findall(link, first.body), re.findall(link, second.body)
    assert (len(one), len(two), len({*one, *two})) == (50, 11, 61)
    assert re.findall(link, visit(world, "anna", "/cases?which=overdue").body) == []
    world.clock.now = RAISED + 25 * HOUR
    assert len(re.findall(link, visit(world, "otto", "/cases?which=overdue").body)) == 1
    assert visit(world, "anna", "/cases?which=lost").status == 422


def test_the_list_is_taken_along_as_a_file_that_names_nobody(world: World) -> None:
    """A row a case of the page, of one's own team; what was said and of whom is not in it."""
    file = visit(world, "anna", "/cases?as=csv")
    assert file.headers["content-disposition"] == 'attachment; filename="cases.csv"'
    heads, row = file.body.splitlines()
    assert heads.startswith('\ufeff"case","touchpoint","owner","state","score"')
    assert row.startswith(f'"{MINE}","checkout","web","open","1",')
    assert "hash" not in row and "marche" not in row
    assert visit(world, "anna", "/cases?as=xml").status == 422


def test_the_figures_stand_below_the_list(world: World) -> None:
    """Medians with their n, causes by touchpoint, in the words of the journey file."""
    world.clock.now += HOUR
    send(world, "anna", do="close", cause="late")
    page = visit(world, "pia", "/cases").body
    assert "Les douze derniers mois" in page
    assert "Retard" in page and "1 / 1" in page
    assert "n = 2" in page


def test_the_page_says_everything_in_both_languages() -> None:
    """No word is missing, or left in the other language."""
    assert words()["en"].keys() == words()["fr"].keys()
    same = {name for name, text in words()["en"].items() if text == words()["fr"][name]}
    assert same <= {"cause", "median"}
