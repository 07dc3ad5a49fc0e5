"""Signing in over HTTP, on the fakes of its ports and on the table: asked for, mailed, opened, pressed once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from services.registry.app import app
from services.registry.signing_in import usecases
from services.registry.signing_in.adapters import SesMailer
from services.registry.signing_in.mail import letter
from services.registry.wiring import Deps
from shared.catalogue import Person
from shared.dynamo import Table
from shared.errors import Unavailable
from shared.sessions import Sessions
from tests import aws
from tests.http import Reply, ask
from tests.registry import PUBLIC_URL, SECRET, caller, empty, fake_deps, shop, table_deps

PEOPLE = {
    "ana": {"email": "Ana@example.com", "role": "pilot", "lang": "fr"},
    "bo": {"email": "bo@example.com", "role": "owner", "owner": "web"},
}
CHANGES: list[dict[str, Any]] = [
    {},
    {"ana": PEOPLE["ana"] | {"email": "other@example.com"}},
    {"ana": PEOPLE["ana"] | {"sessions": 2}},
    {"ana": {"email": "ana@example.com", "role": "owner", "owner": "web"}},
]
"""Of the people in the file, that Ana is no more who she was."""
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Origin": PUBLIC_URL}


@pytest.fixture(scope="module")
def built() -> Iterator[Table]:
    with aws.data_stack():
        yield aws.table("registry")


@pytest.fixture(params=["fake", "dynamodb"])
def deps(request: pytest.FixtureRequest) -> Deps:
    """A registry with two people."""
    if request.param == "dynamodb":
        table = request.getfixturevalue("built")
        empty(table)
        made = table_deps(table)
    else:
        made = fake_deps()
    apply(made, people=PEOPLE)
    return made


def apply(deps: Deps, base: int = 0, **changes: Any) -> None:
    reply = caller(deps).ask("PUT", "/v1/documents/shop", {"document": shop(**changes), "base_version": base})
    assert reply.status == 200, reply.body


def visit(deps: Deps, method: str, path: str, fields: dict[str, str] | None = None, **headers: str) -> Reply:
    """A browser's request. headers: with `_` for `-`."""
    before, app._deps = app._deps, lambda: deps
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        return ask(app, method, path, urlencode(fields or {}) if method == "POST" else None, FORM | sent)
    finally:
        app._deps = before


def asked(deps: Deps, email: str, **fields: str) -> Reply:
    return visit(deps, "POST", "/sign-in", {"email": email, **fields})


def asked_from(deps: Deps, network: int, email: str = "ana@example.com") -> Reply:
    """Asked behind one proxy, which says so, by the network of that number."""
    return visit(
        replace(deps, proxies=1),
        "POST",
        "/sign-in",
        {"email": email},
        X_Forwarded_For=f"198.51.100.{network}, 10.0.0.1",
    )


def mails(deps: Deps) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = deps.sign_in.mailer.sent  # type: ignore[attr-defined]
    return found


def link(deps: Deps, email: str = "ana@example.com", **fields: str) -> str:
    """The path of a link that was mailed."""
    assert asked(deps, email, **fields).status == 200
    return mails(deps)[-1][1].removeprefix(PUBLIC_URL)


def cookie(reply: Reply) -> str:
    return reply.headers["set-cookie"].partition(";")[0]


def later(deps: Deps, time: timedelta) -> None:
    clock = deps.sign_in.now.__self__  # type: ignore[attr-defined]
    clock.at += time


def test_a_link_in_the_mail_signs_in_once(deps: Deps) -> None:
    """Opened by a scanner it stays good; pressed it begins a session; pressed again it is over."""
    path = link(deps)
    assert [visit(deps, "GET", path).status for _ in range(3)] == [200, 200, 200]
    pressed = visit(deps, "POST", path)
    assert (pressed.status, pressed.headers["location"]) == (303, "/")
    assert deps.sessions.visitor(cookie(pressed)).person.id == "ana"
    assert visit(deps, "POST", path).status == 410
    assert visit(deps, "GET", path).status == 410


def test_one_link_of_a_person_ends_those_that_were_asked_for_before(deps: Deps) -> None:
    """Whichever is pressed; what is asked for after that is good, and so is another person's."""
    first, second, others = link(deps), link(deps), link(deps, "bo@example.com")
    began = deps.sign_in.now()
    assert visit(deps, "POST", second).status == 303
    assert visit(deps, "POST", first).status == 410
    assert visit(deps, "POST", others).status == 303
    later(deps, timedelta(minutes=1))
    third = visit(deps, "POST", link(deps))
    assert third.status == 303
    assert deps.sessions.visitor(cookie(third)).seen == began  # what was refused was no visit


def test_whoever_asks_hears_the_same_after_the_same_time(deps: Deps) -> None:
    """A known address and an unknown one answer in the same bytes, and take as long; only one gets a mail."""
    before = deps.sign_in.now()
    known = asked(deps, " ANA@Example.com ")
    between = deps.sign_in.now()
    unknown = asked(deps, "nobody@example.com")
    assert (known.status, known.body) == (unknown.status, unknown.body)
    assert between - before == deps.sign_in.now() - between == usecases.ANSWERS_AFTER
    assert [to for to, _ in mails(deps)] == ["Ana@example.com"]


def test_a_link_is_good_for_fifteen_minutes(deps: Deps) -> None:
    """One example on each side of the edge."""
    early, late = link(deps), link(deps, "bo@example.com")
    later(deps, usecases.LINK_LASTS - 3 * usecases.ANSWERS_AFTER)
    assert visit(deps, "POST", early).status == 303
    later(deps, 3 * usecases.ANSWERS_AFTER)
    assert visit(deps, "POST", late).status == 410


def test_an_address_gets_five_mails_an_hour_from_one_network(deps: Deps) -> None:
    """The sixth question hears the same as ever; the next hour has room again."""
    replies = [asked(deps, "ana@example.com") for _ in range(7)]
    assert {reply.status for reply in replies} == {200}
    assert len(mails(deps)) == 5
    later(deps, timedelta(hours=1))
    asked(deps, "ana@example.com")
    assert len(mails(deps)) == 6


def test_who_knows_an_address_keeps_nobody_from_signing_in(deps: Deps) -> None:
    """However often another network asks, whoever it is of still gets theirs; what is refused is not counted."""
    for _ in range(36):
        asked_from(deps, 1)
    assert len(mails(deps)) == 5
    asked_from(deps, 2)
    assert len(mails(deps)) == 6


def test_an_address_gets_thirty_mails_an_hour_from_everywhere(deps: Deps) -> None:
    """Five each from six networks; a seventh hears the same as ever, and the next hour has room again."""
    replies = [asked_from(deps, network) for network in range(1, 8) for _ in range(5)]
    assert {(reply.status, reply.body) for reply in replies} == {(200, replies[0].body)}
    assert len(mails(deps)) == 30
    later(deps, timedelta(hours=1))
    asked_from(deps, 7)
    assert len(mails(deps)) == 31


def test_a_network_that_asks_without_end_is_refused(deps: Deps) -> None:
    """Whatever addresses it tries: 429, and when to come again."""
    replies = [asked(deps, f"p{n}@example.com") for n in range(41)]
    assert [reply.status for reply in replies] == [200] * 40 + [429]
    assert 0 < int(replies[-1].headers["retry-after"]) <= 600


def test_signing_in_leads_where_one_wanted_to_go_and_nowhere_else(deps: Deps) -> None:
    """A path of our own is kept; any other address is not followed."""
    ours = "/touchpoints/checkout?channel=web"
    assert visit(deps, "POST", link(deps, next=ours)).headers["location"] == ours
    for foreign in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        assert visit(deps, "POST", link(deps, "bo@example.com", next=foreign)).headers["location"] == "/"


def test_forms_of_other_sites_are_refused(deps: Deps) -> None:
    """A foreign page can neither ask for links, nor press one to sign somebody in as somebody else."""
    path = link(deps)
    foreign = {"Origin": "https://evil.example"}
    assert visit(deps, "POST", "/sign-in", {"email": "ana@example.com"}, **foreign).status == 403
    assert visit(deps, "POST", path, **foreign).status == 403
    assert visit(deps, "POST", path, Sec_Fetch_Site="cross-site").status == 403
    assert len(mails(deps)) == 1


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(deps: Deps) -> None:
    """`__Host-`: ours alone, over https alone; for twelve hours."""
    said = visit(deps, "POST", link(deps)).headers["set-cookie"]
    assert said.startswith("__Host-etincelle=")
    assert {"Path=/", "HttpOnly", "Secure", "SameSite=Lax", "Max-Age=43200"} <= set(said.split("; "))
    assert "Domain" not in said


def test_the_session_knows_when_its_person_was_here_before(deps: Deps) -> None:
    """Which is nothing the first time."""
    first = deps.sessions.visitor(cookie(visit(deps, "POST", link(deps))))
    began = deps.sign_in.now()
    later(deps, timedelta(days=2))
    second = deps.sessions.visitor(cookie(visit(deps, "POST", link(deps))))
    assert first.seen is None
    assert second.seen == began.replace(microsecond=second.seen.microsecond)


@pytest.mark.parametrize("change", CHANGES)
def test_who_left_or_changed_signs_in_by_no_link_from_before(deps: Deps, change: dict[str, Any]) -> None:
    """What ends a session ends a link that waits in the old mailbox: it can neither be opened nor pressed."""
    path = link(deps)
    apply(deps, 1, people=change)
    assert visit(deps, "GET", path).status == 410
    assert visit(deps, "POST", path).status == 410


@pytest.mark.parametrize("change", CHANGES)
def test_who_left_or_changed_is_signed_out(deps: Deps, change: dict[str, Any]) -> None:
    """Taken out of the file, another address, another number of sessions, another role."""
    sent = cookie(visit(deps, "POST", link(deps)))
    assert signed_in(deps, sent)
    apply(deps, 1, people=change)
    assert not signed_in(deps, sent)


def test_who_left_can_neither_ask_nor_press(deps: Deps) -> None:
    """A link that is out already is worth nothing; the address is nobody's."""
    path = link(deps)
    apply(deps, 1, people={})
    assert visit(deps, "POST", path).status == 410
    asked(deps, "ana@example.com")
    assert len(mails(deps)) == 1


def signed_in(deps: Deps, sent: str) -> bool:
    """Whether a page of this session's can be seen: another language can be chosen only by somebody."""
    try:
        token = deps.sessions.visitor(sent).form_token
    except Exception:
        token = ""
    fields = {"lang": "en", "form_token": token, "next": "/x"}
    reply = visit(deps, "POST", "/language", fields, Cookie=sent)
    return reply.headers["location"] == "/x"


def test_a_form_needs_the_token_of_its_own_session(deps: Deps) -> None:
    """None, another session's, and a right one."""
    ana, bo = (cookie(visit(deps, "POST", link(deps, who))) for who in ("ana@example.com", "bo@example.com"))
    others = deps.sessions.visitor(bo).form_token
    assert visit(deps, "POST", "/sign-out", {}, Cookie=ana).status == 403
    assert visit(deps, "POST", "/sign-out", {"form_token": others}, Cookie=ana).status == 403
    own = {"form_token": deps.sessions.visitor(ana).form_token}
    assert visit(deps, "POST", "/sign-out", own, Cookie=ana, Origin="https://evil.example").status == 403
    out = visit(deps, "POST", "/sign-out", own, Cookie=ana)
    assert (out.status, out.headers["location"]) == (303, "/sign-in")
    assert "Max-Age=0" in out.headers["set-cookie"]


def test_the_language_changes_and_stays(deps: Deps) -> None:
    """The person's own at first; then what was chosen, in the same session; nonsense changes nothing."""
    sent = cookie(visit(deps, "POST", link(deps)))
    assert deps.sessions.visitor(sent).lang == "fr"
    for wanted, lang in (("en", "en"), ("xx", "en"), ("fr", "fr")):
        fields = {"lang": wanted, "form_token": deps.sessions.visitor(sent).form_token}
        sent = cookie(visit(deps, "POST", "/language", fields, Cookie=sent))
        assert deps.sessions.visitor(sent).lang == lang


def test_a_session_lasts_twelve_hours_however_often_its_language_was_changed(deps: Deps) -> None:
    """Changed each hour, and in its last minute: the cookie says how long is left, and then is no session."""
    sent = cookie(visit(deps, "POST", link(deps)))
    for lang, waited in (*((lang, timedelta(hours=1)) for lang in ("en", "fr") * 5), ("en", timedelta(minutes=119))):
        later(deps, waited)
        fields = {"lang": lang, "form_token": deps.sessions.visitor(sent).form_token}
        reply = visit(deps, "POST", "/language", fields, Cookie=sent)
        sent = cookie(reply)
    assert deps.sessions.visitor(sent).lang == "en"
    assert "; Max-Age=59;" in reply.headers["set-cookie"]  # a token ends at a whole second
    later(deps, timedelta(minutes=1))
    assert not signed_in(deps, sent)


def test_an_address_belongs_to_one_person_over_all_documents(deps: Deps) -> None:
    """Another document cannot take it over."""
    other = shop("other", owners={}, journeys={}, surveys={}, touchpoints={}, people={"eve": PEOPLE["ana"]})
    reply = caller(deps).ask("PUT", "/v1/documents/other", {"document": other, "base_version": 0})
    assert [error["pointer"] for error in reply.body["errors"]] == ["#/document/people/eve/email"]


def test_a_change_that_ends_no_session_ends_no_link(deps: Deps) -> None:
    """Another language, an address spelled in other letters."""
    path = link(deps)
    apply(deps, 1, people={"ana": {"email": "ANA@example.com", "role": "pilot", "lang": "en"}})
    assert visit(deps, "POST", path).status == 303


def test_a_forged_session_is_none(deps: Deps) -> None:
    """Changed in any letter, signed with another secret, or too old."""
    sent = cookie(visit(deps, "POST", link(deps)))
    name, _, token = sent.partition("=")
    stranger = Sessions(deps.sign_in.people, lambda: b"another", deps.sign_in.now, PUBLIC_URL)
    ana = deps.sign_in.people.person("ana")
    assert ana is not None
    forged = stranger.begun(ana, "fr", None).partition(";")[0]
    for wrong in (f"{name}={'A' if token[0] != 'A' else 'B'}{token[1:]}", f"{name}={token[:-1]}", forged, "x", ""):
        assert not signed_in(deps, wrong)
    later(deps, timedelta(hours=12))
    assert not signed_in(deps, sent)


def test_nothing_personal_is_in_the_session_or_the_counters(deps: Deps) -> None:
    """No address in the cookie, in a link or in the name of a counter."""
    path = link(deps)
    sent = cookie(visit(deps, "POST", path))
    assert "example" not in path
    assert "example" not in sent
    for kind in ("address", "asker", "network"):
        assert "ana" not in usecases.counted(kind, "ana@example.com", deps.sign_in)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", "M'envoyer un lien"),
        ("fr-CA", "M'envoyer un lien"),
        ("en", "Send me a link"),
        ("de", "Send me"),
        ("de, fr;q=0.8", "M'envoyer un lien"),
        ("en;q=0.3, fr;q=0.9", "M'envoyer un lien"),
        ("fr;q=0", "Send me"),
    ],
)
def test_the_page_speaks_the_browsers_language(deps: Deps, lang: str, words: str) -> None:
    """French and English; English to all others."""
    assert words in visit(deps, "GET", "/sign-in", Accept_Language=lang).body.replace("&#39;", "'")


def test_a_mail_that_cannot_be_sent_tells_nobody_whose_address_is_known(deps: Deps) -> None:
    """The reply and its time are the same; the log says that mail does not leave."""

    class Broken:
        def send(self, person: Person, address: str) -> None:
            raise Unavailable("no")

    broken = replace(deps, sign_in=replace(deps.sign_in, mailer=Broken()))
    before = deps.sign_in.now()
    assert asked(broken, "ana@example.com").body == asked(broken, "nobody@example.com").body
    assert deps.sign_in.now() - before == 2 * usecases.ANSWERS_AFTER


def test_the_mail_goes_through_ses_in_the_persons_language() -> None:
    """Plain text and HTML, with the link in both."""
    sent: list[dict[str, Any]] = []

    class Ses:
        def send_email(self, **message: Any) -> None:
            sent.append(message)

    ana = Person(id="ana", email="ana@example.com", role="pilot", lang="fr-CA")
    SesMailer(Ses, "us@example.com").send(ana, "https://x.example/sign-in/abc")
    message = letter(ana, "https://x.example/sign-in/abc", "us@example.com")
    assert sent[0]["Destination"] == {"ToAddresses": ["ana@example.com"]}
    assert message["Subject"] == "Votre lien vers Étincelle"
    assert all("https://x.example/sign-in/abc" in str(part.get_content()) for part in message.iter_parts())


def test_a_pilot_reads_the_settings_and_nobody_else_does(deps: Deps) -> None:
    """Each version, what it changed, and no secret; an owner is told that it is not theirs."""
    hook = {"webhook": "https://example.com/h", "secret": SECRET}
    apply(deps, 1, people=PEOPLE, owners={"web": {"name": "Web team", "subscriptions": {"hook": hook}}})
    pilot, owner = (cookie(visit(deps, "POST", link(deps, who))) for who in ("ana@example.com", "bo@example.com"))
    assert 'href="/settings/shop/2"' in visit(deps, "GET", "/settings", Cookie=pilot).body
    newest = visit(deps, "GET", "/settings/shop/2", Cookie=pilot)
    assert newest.status == 200
    assert "********" in newest.body
    assert SECRET not in newest.body
    first = visit(deps, "GET", "/settings/shop/1", Cookie=pilot)
    assert first.status == 200
    assert "ajouté</span> point de contact <code>checkout</code>" in first.body
    assert "ajouté</span> questionnaire <code>ease</code>" in first.body
    for wrong in ("shop/3", "nowhere/1", "shop/x", "a%23b/1"):
        assert visit(deps, "GET", f"/settings/{wrong}", Cookie=pilot).status == 404
    assert visit(deps, "GET", "/settings", Cookie=owner).status == 403
    assert visit(deps, "GET", "/settings/shop/2", Cookie=owner).status == 403
    assert visit(deps, "GET", "/settings").headers["location"] == "/sign-in?next=%2Fsettings"
