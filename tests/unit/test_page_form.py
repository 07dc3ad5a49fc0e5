"""The page behind a link, over HTTP: what is shown, what is stored, and what is not."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from services.collector.channels.page.words import FRAMES
from shared.catalogue import CaseRules, Owner
from shared.languages import LANGUAGES, choose, preferences
from tests.collector import NOW, World, follow_up, survey, touchpoint
from tests.http import Reply
from tests.real_data import as_typed, naughty_texts

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
SCALES = {"nps": range(11), "csat": range(1, 6), "ces": range(1, 8), "stars": range(1, 6), "thumbs": range(2)}


@pytest.fixture
def world() -> World:
    return World(*(touchpoint("checkout" if name == "nps" else name, name) for name in SCALES))


def visit(world: World, path: str, **headers: str) -> Reply:
    return world.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def ticket(page: Reply) -> str:
    found = re.search(r'name="ticket" value="([^"]*)"', page.body)
    assert found, page.body
    return found[1]


def answer(world: World, path: str, headers: dict[str, str] | None = None, **fields: Any) -> Reply:
    """Opens the page and sends its form with these fields."""
    form = {"ticket": ticket(visit(world, path))} | fields
    return world.ask("POST", path, urlencode(form), FORM if headers is None else headers)


def tags(page: Reply, name: str) -> list[str]:
    return re.findall(rf"<{name}\b[^>]*>", page.body)


@pytest.mark.parametrize("scale", SCALES)
def test_every_answer_of_the_scale_can_be_chosen(world: World, scale: str) -> None:
    """One radio button a score, in its order, each inside its label; nothing is chosen beforehand."""
    page = visit(world, world.link(touchpoint="checkout" if scale == "nps" else scale))
    radios = [tag for tag in tags(page, "input") if 'type="radio"' in tag]
    assert [int(re.search(r'value="(\d+)"', tag)[1]) for tag in radios] == list(SCALES[scale])  # type: ignore[index]
    assert not any("checked" in tag for tag in radios)
    assert page.body.count('<label class="tile">') == len(radios)


@pytest.mark.parametrize(("scale", "said"), [("thumbs", "one of these answers."), ("csat", "an answer from 1 to 5.")])
def test_who_sends_the_form_without_an_answer_is_told_what_to_choose(world: World, scale: str, said: str) -> None:
    """By the words that stand there: on thumbs there is no number to choose."""
    page = answer(world, world.link(touchpoint=scale), lang="en", comment="Well")
    assert (page.status, f"Choose {said}" in page.body) == (422, True)


def test_the_page_carries_the_surveys_words_in_the_visitors_language(world: World) -> None:
    """Question, ends of the scale and frame in one language, which the page names."""
    page = visit(world, world.link(), Accept_Language="fr-CA,fr;q=0.9,en;q=0.8")
    assert '<html lang="fr" dir="ltr">' in page.body
    for words in (
        "Comment était-ce ?",
        "<bdi>Mauvais</bdi>",
        "10 = <bdi>Excellent",
        "Envoyer ma réponse",
        "Paiement",
        "The shop",
    ):
        assert words in page.body
    assert re.search('name="to" value="en" lang="en" formnovalidate>English<', page.body)


def test_a_question_in_a_language_without_a_frame_says_so() -> None:
    """A Hebrew question stands in an English page, from right to left and named as Hebrew."""
    world = World(touchpoint(survey=survey(question={"he": "איך היה?"}, low_label={}, high_label={})))
    page = visit(world, world.link(), Accept_Language="he")
    assert '<html lang="en" dir="ltr">' in page.body
    assert '<h1><span lang="he" dir="rtl">איך היה?</span></h1>' in page.body


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_its_own_page(lang: str) -> None:
    """The frame in the survey's language, Arabic from right to left; the scale runs from left to right."""
    world = World(touchpoint(survey=survey(question={"en": "How?", lang: "¿…?"})))
    page = visit(world, world.link(), Accept_Language=lang)
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in page.body
    assert FRAMES[lang].send in page.body
    assert 'class="scale many" dir="ltr"' in page.body


def test_words_that_a_language_lacks_are_marked_as_anothers() -> None:
    """A label only in English stands in the Arabic page as English, so that it is read aloud as such."""
    world = World(touchpoint(survey=survey(question={"ar": "كيف؟"}, low_label={"en": "Bad"})))
    page = visit(world, world.link(), Accept_Language="ar")
    assert '<bdi><span lang="en" dir="ltr">Bad</span></bdi>' in page.body


@pytest.mark.parametrize(
    ("asked", "accepted", "spoken", "expected"),
    [
        (None, None, ["fr", "en"], "fr"),
        (None, "", ["en", "fr"], "en"),
        (None, "de, nl", ["fr", "en"], "fr"),
        (None, "en;q=0.5, fr;q=0.7", ["en", "fr"], "fr"),
        (None, "fr;q=0, en", ["fr", "en"], "en"),
        (None, "fr;q=0", ["en", "fr"], "en"),
        (None, "FR-ca", ["en", "fr"], "fr"),
        ("en", "fr", ["fr", "en"], "en"),
        ("EN-gb", "fr", ["fr", "en"], "en"),
        ("xx", "fr", ["en", "fr"], "fr"),
        ("fr", None, ["en"], "en"),
        (None, "fr", ["he"], "en"),
        (None, ";;;,,q=,en;q=abc,fr;q=2,*;q=nan", ["en", "fr"], "en"),
    ],
)
def test_the_language_is_chosen(asked: str | None, accepted: str | None, spoken: list[str], expected: str) -> None:
    """What was asked for, else what the browser prefers, else the survey's first; only what the page speaks."""
    assert choose(asked, accepted, spoken) == expected


def test_preferences_keep_their_order_where_they_weigh_the_same() -> None:
    """The header's own order decides between equals."""
    assert preferences("a, b;q=0.5, c;q=1.0, d;q=0.5") == ["a", "c", "b", "d"]


def test_every_frame_has_every_word_and_the_same_places_to_fill() -> None:
    """A language cannot lack {owner} or {low}."""
    for name in vars(FRAMES["en"]):
        places = {lang: set(re.findall(r"{\w+}", getattr(frame, name))) for lang, frame in FRAMES.items()}
        assert all(getattr(frame, name).strip() for frame in FRAMES.values()), name
        assert len({frozenset(found) for found in places.values()}) == 1, name


def test_the_address_can_choose_a_score_but_not_send_it(world: World) -> None:
    """`?s=9` shows 9 chosen; anything off the scale chooses nothing; neither is stored."""
    link = world.link()
    assert re.search(r'value="9" required checked', visit(world, f"{link}?s=9").body)
    assert "<script" not in visit(world, f"{link}?s=9").body
    for strange in ("11", "-1", "x", "%22%3E%3Cb%3E", "9.0", ""):
        assert "checked>" not in visit(world, f"{link}?s={strange}").body
    assert world.stored == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("mode", ["open", "single"])
def test_opening_a_link_records_nothing(world: World, method: str, mode: str) -> None:
    """A mail scanner may open every link with every score as often as it likes."""
    link = world.link(mode=mode)
    for score in range(11):
        reply = world.ask(method, f"{link}?s={score}", headers={"User-Agent": "scanner"})
        assert reply.status == 200
        assert (reply.body == "") is (method == "HEAD")
    assert world.stored == []


def test_an_answer_by_the_page_is_stored_with_what_the_link_knows(world: World) -> None:
    """Score, comment, language of the page, channel, customer and invitation."""
    link = world.link(channel="email", customer_id="anne", invitation_id="i-1", mode="single")
    reply = answer(world, f"{link}?lang=fr", score="7", comment="Bien.\r\nMerci\0 !")
    [stored] = world.stored
    assert reply.status == 303
    assert (stored.score, stored.comment, stored.lang, stored.channel) == (7, "Bien.\nMerci !", "fr", "email")
    assert stored.customer == next(iter(world.links.stored.values())).customer
    [link_id] = world.links.stored
    assert stored.evidence == {"form": "page", "invitation": "i-1", "link": link_id}
    assert stored.is_counted


def test_after_sending_the_browser_is_led_to_the_thanks(world: World) -> None:
    """303 to an address that holds under any path; reloading the thanks sends nothing."""
    link = world.link()
    reply = answer(world, f"{link}?lang=fr&s=3", score="3")
    assert reply.status == 303
    assert re.fullmatch(rf"{link.removeprefix('/s/')}/thanks\?lang=fr&t=[0-9A-Za-z.]{{49}}", reply.headers["location"])
    thanks = visit(world, f"{link}/thanks?lang=fr")
    assert (thanks.status, "Merci, vraiment." in thanks.body) == (200, True)
    assert len(world.stored) == 1


def test_a_client_that_follows_the_redirect_with_the_forms_headers_is_thanked(world: World) -> None:
    """Some name the form's kind again when they come by GET."""
    assert visit(world, f"{world.link()}/thanks", Content_Type=FORM["Content-Type"]).status == 200


def test_an_empty_comment_is_no_comment(world: World) -> None:
    """Blanks and line ends say nothing."""
    answer(world, world.link(), score="5", comment=" \r\n ")
    assert world.stored[0].comment is None


def test_an_open_link_counts_each_form_once(world: World) -> None:
    """Sent twice it is one answer; opened again it is another person's."""
    link = world.link()
    form = urlencode({"ticket": ticket(visit(world, link)), "score": "9"})
    first, again = (world.ask("POST", link, form, FORM) for _ in range(2))
    assert first.status == again.status == 303
    assert first.headers["location"] == again.headers["location"]
    answer(world, link, score="2")
    assert [stored.score for stored in world.stored] == [9, 2]


@pytest.mark.parametrize("invented", ["", "x", "0000000000000009", "0000000000000009." + "0" * 32, "another link's"])
def test_a_form_that_we_did_not_make_is_shown_again(world: World, invented: str) -> None:
    """An answer's id cannot be chosen by its sender, nor taken from another link; one more press sends it."""
    link = world.link()
    if invented == "another link's":
        invented = ticket(visit(world, world.link()))
    reply = world.ask("POST", link, urlencode({"ticket": invented, "score": "4", "comment": "Hm"}), FORM)
    assert (reply.status, world.stored) == (422, [])
    assert "Hm</textarea>" in reply.body
    assert 'value="4" required checked' in reply.body
    assert world.ask("POST", link, urlencode({"ticket": ticket(reply), "score": "4"}), FORM).status == 303


@pytest.mark.parametrize(
    "fields", [{}, {"score": "11"}, {"score": "-1"}, {"score": "5.5"}, {"score": "٣"}, {"score": ""}]
)
def test_a_form_without_a_score_is_shown_again_with_what_was_typed(world: World, fields: dict[str, str]) -> None:
    """A summary that leads to the field; the same form, so that it still counts once."""
    link = f"{world.link()}?lang=fr"
    before = visit(world, link)
    typed = {"ticket": ticket(before), "comment": "<b>Trop long</b>\n&amp;"} | fields
    reply = world.ask("POST", link, urlencode(typed), FORM)
    assert (reply.status, world.stored) == (422, [])
    assert '<a href="#score">Choisissez une réponse de 0 à 10.</a>' in reply.body
    assert "&lt;b&gt;Trop long&lt;/b&gt;\n&amp;amp;</textarea>" in reply.body
    assert reply.body.count('id="score"') == 1
    assert ticket(reply) == typed["ticket"]


def test_a_comment_too_long_is_shown_again_whole(world: World) -> None:
    """4,000 characters are taken, one more is not, and none is cut off."""
    link = world.link()
    reply = answer(world, link, score="5", comment="é" * 4001)
    assert (reply.status, world.stored) == (422, [])
    assert "é" * 4001 in reply.body
    assert 'href="#comment"' in reply.body
    assert answer(world, link, score="5", comment="é" * 4000).status == 303


def test_a_single_link_takes_one_answer(world: World) -> None:
    """Whoever sends again within the hour changes it; later they are told that it was answered, kindly."""
    link = world.link(mode="single")
    assert answer(world, link, score="9").headers["location"].endswith("/thanks?lang=en")
    world.now += timedelta(hours=1)
    late = world.ask("POST", link, "score=0", FORM)
    assert (late.status, late.headers["location"]) == (303, f"{link.removeprefix('/s/')}?lang=en")
    again = visit(world, link)
    assert (again.status, "already answered" in again.body, "<form" in again.body) == (200, True, False)
    assert [stored.score for stored in world.stored] == [9]


def test_links_of_one_invitation_share_one_answer(world: World) -> None:
    """One by e-mail, one by SMS: the person answers once; by the other link they change it."""
    mail, sms = (world.link(mode="single", invitation_id="i-7", channel=name) for name in ("email", "sms"))
    answer(world, mail, score="9")
    assert "You can still change it" in visit(world, sms).body
    world.ask("POST", sms, "score=1", FORM)
    assert [(stored.score, stored.channel, stored.revision) for stored in world.stored] == [(1, "email", 2)]


def test_an_expired_link_says_so_and_takes_nothing(world: World) -> None:
    """410 from the moment on that it names; a microsecond before it is open."""
    link = world.link(expires_at="2024-03-01T11:00:00Z")
    form = urlencode({"ticket": ticket(visit(world, link)), "score": "9"})
    world.now = NOW + timedelta(hours=1) - timedelta(microseconds=1)
    assert visit(world, link).status == 200
    world.now = NOW + timedelta(hours=1)
    for reply in (visit(world, link), world.ask("POST", link, form, FORM)):
        assert (reply.status, "no longer open" in reply.body) == (410, True)
    assert world.stored == []


def test_a_revoked_link_says_so_and_takes_nothing(world: World) -> None:
    """410; an answer given before still shows as given."""
    link, answered = world.link(), world.link(mode="single")
    answer(world, answered, score="9")
    form = urlencode({"ticket": ticket(visit(world, link)), "score": "9"})
    for link_id in world.links.stored:
        world.ask("DELETE", f"/v1/links/{link_id}")
    assert visit(world, link).status == world.ask("POST", link, form, FORM).status == 410
    world.now += timedelta(minutes=1)
    assert (visit(world, answered).status, "already answered" in visit(world, answered).body) == (200, True)
    assert len(world.stored) == 1


def test_a_paused_touchpoint_asks_nobody_but_loses_nothing(world: World) -> None:
    """The page rests with 410; a form that was open is still taken, and does not count."""
    link = world.link()
    form = urlencode({"ticket": ticket(visit(world, link)), "score": "9"})
    world.catalogue.known["checkout"] = touchpoint(paused=True)
    page = visit(world, link)
    assert (page.status, "<form" in page.body) == (410, False)
    assert world.ask("POST", link, form, FORM).status == 303
    assert [stored.not_counted_because for stored in world.stored] == ["paused"]


@pytest.mark.parametrize("code", ["x", "0" * 15, "0" * 17, "9" * 16, "%00", "..%2F..%2Fetc", "é" * 16, "%23" * 16])
@pytest.mark.parametrize("suffix", ["", "/thanks"])
def test_an_unknown_link_is_not_found_kindly(world: World, code: str, suffix: str) -> None:
    """A page, not a problem; in the visitor's language."""
    reply = visit(world, f"/s/{code}{suffix}", Accept_Language="fr")
    assert (reply.status, reply.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Cette page est introuvable" in reply.body


def test_a_link_whose_touchpoint_is_gone_is_not_found(world: World) -> None:
    """The registry is the one that knows touchpoints."""
    link = world.link()
    world.catalogue.known.clear()
    assert visit(world, link).status == 404


def test_what_fills_in_the_trap_is_kept_and_does_not_count(world: World) -> None:
    """The field that no person sees; whoever fills it in is thanked all the same."""
    assert answer(world, world.link(), score="9", subject="Buy now").status == 303
    assert [stored.not_counted_because for stored in world.stored] == ["honeypot"]


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ({}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "https://answers.example.com"}, True),
        ({"Origin": "https://api.example.com"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": ""}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://answers.example.com"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "https://answers.example.com.evil.example"}, False),
        ({"Origin": "https://[broken"}, False),
    ],
    ids=str,
)
def test_a_form_from_another_site_is_refused(world: World, headers: dict[str, str], is_ours: bool) -> None:
    """By Sec-Fetch-Site, else by Origin; 403 as a page."""
    kind = {"Content-Type": FORM["Content-Type"]}
    reply = answer(world, world.link(), kind | headers, score="9")
    assert (reply.status, len(world.stored)) == ((303, 1) if is_ours else (403, 0))
    assert reply.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("body", "status"), [("score=1&comment=" + "x" * 150_000, 413), ("&".join(f"a{n}=1" for n in range(60)), 400)]
)
def test_a_form_beyond_all_measure_is_refused(world: World, body: str, status: int) -> None:
    """No page makes such a form."""
    reply = world.ask("POST", world.link(), body, FORM)
    assert (reply.status, world.stored) == (status, [])
    assert "could not be read" in reply.body


def test_naughty_comments_come_back_as_text(world: World) -> None:
    """Stored as typed, shown escaped: no string opens a tag in the page that shows it again."""
    link = world.link()
    for text in naughty_texts():
        world.now += timedelta(minutes=1)
        shown = answer(world, link, score="", comment=text)
        inside = re.search(r"<textarea[^>]*>\n(.*)</textarea>", shown.body, re.DOTALL)
        assert inside
        assert html.unescape(inside[1]) == as_typed(text)
        assert "<" not in inside[1]
        assert "<script" not in shown.body
        world.responses.stored.clear()
        answer(world, link, score="9", comment=text)
        assert world.stored[0].comment == as_typed(text)


def test_every_page_keeps_to_a_strict_policy(world: World) -> None:
    """Its one style is allowed by hash, scripts not at all; no cookie, no cache, no referrer, no frame."""
    link = world.link()
    single = world.link(mode="single", channel="email")
    replies = [visit(world, link), visit(world, f"{link}/thanks"), visit(world, "/s/nope"), answer(world, link)]
    replies += [answer(world, link, score="9"), visit(world, f"{single}?s=9")]
    assert [reply.body.count("<script") for reply in replies] == [0, 0, 0, 0, 0, 1]
    for reply in replies:
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert ("script-src" in policy) == ("connect-src 'self'" in policy) == ("<script" in reply.body)
        assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
        assert "unsafe" not in policy
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in reply.headers
        for _, text in re.findall(r"<(style|script)>(.*?)</\1>", reply.body, re.DOTALL):
            assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
        assert " style=" not in reply.body
        assert "http" not in re.sub(r"https?-equiv", "", reply.body)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("scale", SCALES)
def test_the_page_is_one_small_request(scale: str, lang: str) -> None:
    """At most 4 kB over the wire for every kind of question, in every language, with all that a page can have."""
    owner = Owner(id="shop", name="The shop", colour="#0a7d3c")
    asked = {**dict.fromkeys(LANGUAGES, "How likely are you to recommend us?"), lang: "How likely … to recommend us?"}
    wanted = survey(scale, question=asked, follow_up=follow_up())
    world = World(touchpoint(survey=wanted, owner=owner))
    link = world.link(mode="single", channel="email")
    page = visit(world, f"{link}?lang={lang}&s=1")
    assert "<script" in page.body
    assert len(gzip.compress(page.body.encode(), 9)) <= 4096
    assert not re.search(r"""(src|href)=["'](?!data:,|\?lang=|\?skip=|#)""", page.body)
    answer(world, link, score="1")
    assert len(gzip.compress(visit(world, f"{link}/thanks?more=1&lang={lang}").body.encode(), 9)) <= 4096


def invited(world: World) -> str:
    """The path of a link of somebody we know."""
    return world.link(mode="single", customer_id="jane", invitation_id="i-1")


def calling_back() -> World:
    """A touchpoint that calls people back."""
    rules = CaseRules(call_back=True, causes={"late": {"en": "Late"}})
    return World(touchpoint(cases=rules, survey=survey(follow_up=follow_up("bad", late="Late"))))


def test_who_is_known_may_wish_to_be_called_back() -> None:
    """One box, not ticked; ticked, the wish stands in the answer."""
    world = calling_back()
    path = invited(world)
    page = visit(world, path)
    [box] = [tag for tag in tags(page, "input") if 'name="call_back"' in tag]
    assert 'type="checkbox"' in box and "checked" not in box
    assert answer(world, path, score="2", call_back="1").status == 303
    assert [one.call_back for one in world.stored] == [True]


def test_the_wish_outlives_the_follow_up_question_and_can_be_taken_back() -> None:
    """The thanks' form carries it on; the form opened again shows it ticked, and without the tick it is gone."""
    world = calling_back()
    path = invited(world)
    sent = answer(world, path, score="2", call_back="1")
    more = visit(world, f"/s/{sent.headers['location']}")
    assert '<input type="hidden" name="call_back" value="1">' in more.body
    [box] = [tag for tag in tags(visit(world, path), "input") if 'name="call_back"' in tag]
    assert "checked" in box
    answer(world, path, score="2")
    assert [(one.call_back, one.revision) for one in world.stored] == [(False, 2)]


def test_nobody_unknown_is_offered_a_call() -> None:
    """By an open link, or where the touchpoint calls nobody back; a box that was made up counts for nothing."""
    open_link, plain = calling_back(), World()
    for world, path in ((open_link, open_link.link()), (plain, invited(plain))):
        assert "call_back" not in visit(world, path).body
        answer(world, path, score="2", call_back="1")
        assert [one.call_back for one in world.stored] == [False]


def test_the_page_offers_the_call_in_every_language() -> None:
    """In words of its own."""
    assert len({frame.call_back for frame in FRAMES.values()}) == len(FRAMES)
