"""Who is told, as a page: own teams only, made, changed and removed by forms, tested and muted; never a secret."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, get_args
from urllib.parse import urlencode

import pytest

from services.registry import usecases
from services.registry.app import app
from services.registry.subscribing import forms, pages
from services.registry.wiring import Deps
from shared.catalogue import Digest, QuietHours, Subscription
from shared.events import WEEKLY, NewsKind
from shared.forms import FORM
from shared.sessions import FORM_TOKEN
from tests.alerts import World, owner, subscription
from tests.alerts_api import site
from tests.http import Reply, ask
from tests.registry import ADMIN, NOW, SECRET, asked, fake_deps

PEOPLE = {
    "pat": {"email": "pat@example.com", "role": "pilot", "lang": "fr"},
    "wes": {"email": "wes@example.com", "role": "owner", "owner": "web", "lang": "en"},
    "sam": {"email": "sam@example.com", "role": "owner", "owner": "stores", "lang": "en"},
    "flo": {
        "email": "flo@example.com",
        "role": "front_line",
        "owner": "web",
        "touchpoints": ["checkout"],
        "lang": "en",
    },
}
OWNERS = {
    "web": {"name": "Web team", "subscriptions": {"mail": "web@example.com"}},
    "stores": {"name": "Stores", "subscriptions": {"mail": "stores@example.com"}},
}
NEW = {"do": "save", "id": "boss", "version": "0", "way": "email", "target": "boss@example.com", "lang": "fr"}


@pytest.fixture
def deps() -> Deps:
    made = fake_deps()
    usecases.apply_document("shop", asked(0, owners=OWNERS, people=PEOPLE), ADMIN, made)
    return made


def visit(deps: Deps, person: str | None, path: str, fields: dict[str, str] | None = None, **more: str) -> Reply:
    """A page, or its form where there are fields, as somebody who is signed in sees and sends it."""
    headers: dict[str, str] = {"Sec-Fetch-Site": "same-origin"} | more
    if person:
        known = deps.sessions.people.person(person)
        assert known is not None
        headers["Cookie"] = deps.sessions.begun(known, known.lang, None).partition(";")[0]
        token = deps.sessions.visitor(headers["Cookie"]).form_token
        fields = fields and {FORM_TOKEN: token} | fields
    before, app._deps = app._deps, lambda: deps
    try:
        if fields is None:
            return ask(app, "GET", path, headers=headers)
        return ask(app, "POST", path, urlencode(fields), headers | {"Content-Type": FORM[0]})
    finally:
        app._deps = before


def kept(deps: Deps, team: str = "web") -> dict[str, Subscription]:
    return {one.id: one.subscription for one in deps.subscribing.subscriptions.of(team) if not one.is_removed}


@pytest.mark.parametrize(
    ("person", "page", "form"),
    [("pat", 200, 303), ("wes", 200, 303), ("sam", 404, 404), ("flo", 403, 403), (None, 303, 303)],
)
def test_a_team_is_its_own_and_the_pilots(deps: Deps, person: str | None, page: int, form: int) -> None:
    """Another team's is not there, the front line has no such page, and whoever is not signed in is led to that."""
    seen = visit(deps, person, "/subscriptions/web")
    assert seen.status == page
    assert ("web@example.com" in str(seen.body)) == (page == 200)
    sent = visit(deps, person, "/subscriptions/web", NEW)
    assert sent.status == form
    assert ("boss" in kept(deps)) == (person in ("pat", "wes"))
    if person is None:
        assert sent.headers["location"] == "/sign-in"


@pytest.mark.parametrize("deed", ["test", "mute"])
@pytest.mark.parametrize(("person", "status"), [("pat", 303), ("wes", 303), ("sam", 404), ("flo", 403)])
def test_only_the_team_and_the_pilot_may_test_and_mute(deed: str, person: str, status: int) -> None:
    """By the alerts service, which owns both; 404 for another team's, and for what is not there."""
    world = World(owner("web", subscription("mail")), owner("stores", subscription("mail")))
    with site(world) as made:
        sent = made.signed_in(person, f"/subscriptions/web/mail/{deed}", days="1")
        assert sent.status == status
        assert bool(world.outbox.kept or world.mutes.kept) == (status == 303)
        if status == 303:
            assert sent.headers["location"].startswith("/subscriptions/web?done=")
            assert made.signed_in(person, f"/subscriptions/web/nobody/{deed}", days="1").status == 404


def test_the_page_says_that_a_test_was_not_sent(deps: Deps) -> None:
    """And why, and when to try again."""
    page = visit(deps, "wes", "/subscriptions/web?done=untested").body
    assert "Not sent: a team gets at most ten test messages an hour." in page


def test_a_mute_lasts_as_long_as_was_pressed_and_can_be_lifted() -> None:
    """A day, a week, or no longer; nothing else."""
    world = World(owner("web", subscription("mail")))
    with site(world) as made:
        for days in (7, 1):
            made.signed_in("wes", "/subscriptions/web/mail/mute", days=str(days))
            assert world.mutes.kept["web/mail", "*"] == world.clock.now + timedelta(days=days)
        lifted = made.signed_in("wes", "/subscriptions/web/mail/mute", days="0")
        assert lifted.headers["location"].endswith("?done=unmuted")
        assert world.mutes.of("web/mail", world.clock.now) == frozenset()
        assert made.signed_in("wes", "/subscriptions/web/mail/mute", days="90").status == 422


def test_lifting_a_mute_lifts_those_of_single_alerts_and_touchpoints_too() -> None:
    """All that the page tells of; a weekly report that was stopped stays stopped, as the page tells nothing of it."""
    world = World(owner("web", subscription("mail")))
    with site(world) as made:
        for scope in ("*", "checkout", "drop.checkout.2024-03-01", WEEKLY):
            world.mutes.put("web/mail", scope, world.clock.now + timedelta(days=7))
        made.signed_in("wes", "/subscriptions/web/mail/mute", days="0")
        assert world.mutes.of("web/mail", world.clock.now) == {WEEKLY}


@pytest.mark.parametrize(
    ("scopes", "said", "buttons"),
    [
        ({}, "", ["1", "7"]),
        ({"*": 0}, "", ["1", "7"]),
        ({WEEKLY: 90}, "", ["1", "7"]),
        ({"*": 1}, "Muted until 2 Mar 2024, 10:00 UTC.", ["0"]),
        ({"*": 1, "checkout": 7}, "Muted until 2 Mar 2024, 10:00 UTC.", ["0"]),
        ({"checkout": 7}, "touchpoints, until 8 Mar 2024, 10:00 UTC at the latest.", ["1", "7", "0"]),
    ],
)
def test_a_mute_can_be_lifted_only_where_there_is_one(
    deps: Deps, scopes: dict[str, int], said: str, buttons: list[str]
) -> None:
    """And until when it holds is said; another subscription's counts for nothing."""
    kept = {("web/mail", scope): NOW + timedelta(days=days) for scope, days in scopes.items()}
    deps.subscribing.mutes.kept.update(kept | {("stores/mail", "*"): NOW + timedelta(days=1)})
    page = visit(deps, "wes", "/subscriptions/web").body.replace("\u00a0", " ")
    assert re.findall(r'name="days" value="(\d)"', page) == buttons
    assert said in page
    assert ("Muted" in page) == bool(said)


def test_an_owner_is_led_to_the_own_team_and_the_pilot_sees_all(deps: Deps) -> None:
    """By one entry of the navigation."""
    assert visit(deps, "wes", "/subscriptions").headers["location"] == "/subscriptions/web"
    teams = visit(deps, "pat", "/subscriptions").body
    assert '<a href="/subscriptions/stores"><bdi>Stores</bdi></a>' in teams
    assert '<a href="/subscriptions/web"><bdi>Web team</bdi></a>' in teams
    assert "<bdi>Web team</bdi></h1>" in visit(deps, "pat", "/subscriptions/web").body


def test_a_subscription_is_made_changed_and_removed_by_forms(deps: Deps) -> None:
    """Who did it is kept; an old form is refused rather than undoing somebody else's change."""
    assert visit(deps, "wes", "/subscriptions/web", NEW).headers["location"] == "/subscriptions/web?done=saved"
    assert kept(deps)["boss"].target == "boss@example.com"
    edit = visit(deps, "wes", "/subscriptions/web?edit=boss").body
    assert 'value="boss@example.com"' in edit
    assert '<input type="hidden" name="version" value="1">' in edit
    visit(deps, "pat", "/subscriptions/web", NEW | {"target": "other@example.com", "version": "1"})
    assert visit(deps, "wes", "/subscriptions/web", NEW | {"version": "1"}).status == 409
    gone = {"do": "remove", "id": "boss", "version": "2"}
    assert visit(deps, "wes", "/subscriptions/web", gone).headers["location"] == "/subscriptions/web?done=removed"
    assert kept(deps) == {}
    history = deps.subscribing.subscriptions.versions("web", "boss")
    assert [one.changed_by for one in history] == ["person wes", "person pat", "person wes"]


def test_what_is_wrong_comes_back_with_what_was_typed(deps: Deps) -> None:
    """422; each mistake at its field, what was typed escaped, and a secret not repeated."""
    typed = NEW | {
        "way": "webhook",
        "target": "<b>",
        "secret": "whsec_short",
        "quiet_start": "25:00",
        "quiet_end": "07:00",
    }
    again = visit(deps, "wes", "/subscriptions/web", typed)
    assert again.status == 422
    assert "<strong>webhook</strong>: is no address that may be called" in again.body
    assert "<strong>start</strong>" in again.body
    assert 'value="&lt;b&gt;"' in again.body
    assert "whsec_short" not in again.body
    assert kept(deps) == {}


def test_a_secret_goes_in_by_the_form_and_stays_where_it_is_left_empty(deps: Deps) -> None:
    """It is on no page; whether the webhook is signed is."""
    hook = NEW | {"way": "webhook", "target": "https://example.com/hook", "secret": SECRET}
    assert visit(deps, "wes", "/subscriptions/web", hook).status == 303
    page = visit(deps, "wes", "/subscriptions/web?edit=boss").body
    assert SECRET not in page
    assert "· signed" in page
    visit(deps, "wes", "/subscriptions/web", hook | {"secret": "", "target": "https://example.com/new", "version": "1"})
    assert (kept(deps)["boss"].target, kept(deps)["boss"].secret) == ("https://example.com/new", SECRET)


def test_the_form_shows_a_rooms_host_alone_and_keeps_its_address(deps: Deps) -> None:
    """Whoever knows the whole may post to the room."""
    room = NEW | {"way": "teams", "target": "https://x.example.com/flow?sig=private"}
    assert visit(deps, "wes", "/subscriptions/web", room).status == 303
    page = visit(deps, "wes", "/subscriptions/web?edit=boss").body
    assert 'value="https://x.example.com/********"' in page and "private" not in page
    visit(deps, "wes", "/subscriptions/web", room | {"target": "https://x.example.com/********", "version": "1"})
    assert kept(deps)["boss"].target == room["target"]


def test_a_form_of_another_session_or_site_changes_nothing(deps: Deps) -> None:
    """403 for both."""
    assert visit(deps, "wes", "/subscriptions/web", NEW | {FORM_TOKEN: "0" * 32}).status == 403
    assert visit(deps, "wes", "/subscriptions/web", NEW, **{"Sec-Fetch-Site": "cross-site"}).status == 403
    assert kept(deps) == {}


def test_what_the_file_has_is_shown_without_a_way_to_change_it(deps: Deps) -> None:
    """In French for who reads French; a form that names it is refused."""
    page = visit(deps, "pat", "/subscriptions/web").body
    assert "Écrit dans le fichier du parcours" in page
    assert "edit=mail" not in page
    assert visit(deps, "pat", "/subscriptions/web", NEW | {"id": "mail"}).status == 409


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"digest": Digest(every="week", at="07:15", except_for=("high",))},
        {"quiet_hours": QuietHours(start="20:00", end="07:00", weekends=True, except_for=())},
        {"touchpoints": ("a", "b.c"), "journeys": ("buy",), "pillars": ("brand",), "severities": ("low", "high")},
        {"everywhere": True, "time_zone": "Europe/Paris", "lang": "fr"},
        {"kinds": ("drop", "weekly")},
    ],
)
def test_what_a_form_shows_and_sends_back_unchanged_changes_nothing(deps: Deps, fields: dict[str, Any]) -> None:
    """Filters, digest, quiet hours and the rest survive the page."""
    made = Subscription(id="boss", kind="email", target="boss@example.com", **({"lang": "en"} | fields))
    sent = forms.fields_of(made) | {"do": "save", "version": "0"}
    assert visit(deps, "pat", "/subscriptions/web", sent).status == 303
    assert kept(deps)["boss"] == made


def test_an_owner_cannot_hear_of_other_teams(deps: Deps) -> None:
    """Neither by a new subscription nor by one that there is: 422, which names the field, and nothing is changed."""
    assert visit(deps, "wes", "/subscriptions/web", NEW).status == 303
    assert 'name="everywhere"' not in visit(deps, "wes", "/subscriptions/web?edit=boss").body
    for identifier, version in (("other", "0"), ("boss", "1")):
        sent = NEW | {"id": identifier, "version": version, "everywhere": "1"}
        again = visit(deps, "wes", "/subscriptions/web", sent)
        assert again.status == 422
        assert "<strong>everywhere</strong>: only a pilot may choose this" in again.body
        assert 'name="everywhere"' not in again.body
    assert {name: one.everywhere for name, one in kept(deps).items()} == {"boss": False}


def test_what_a_pilot_lets_hear_of_every_team_stays_so_when_the_team_changes_the_rest(deps: Deps) -> None:
    """Told to the team, changed by the pilot only; removed and made anew by the team it hears of its own."""
    assert 'name="everywhere"' in visit(deps, "pat", "/subscriptions/web").body
    assert visit(deps, "pat", "/subscriptions/web", NEW | {"everywhere": "1"}).status == 303
    assert "Of every team&#39;s touchpoints" in visit(deps, "wes", "/subscriptions/web?edit=boss").body
    assert visit(deps, "wes", "/subscriptions/web", NEW | {"version": "1", "kinds-drop": "1"}).status == 303
    assert (kept(deps)["boss"].everywhere, kept(deps)["boss"].kinds) == (True, ("drop",))
    assert visit(deps, "pat", "/subscriptions/web", NEW | {"version": "2"}).status == 303
    assert not kept(deps)["boss"].everywhere
    visit(deps, "pat", "/subscriptions/web", NEW | {"version": "3", "everywhere": "1"})
    visit(deps, "wes", "/subscriptions/web", {"do": "remove", "id": "boss", "version": "4"})
    assert visit(deps, "wes", "/subscriptions/web", NEW | {"version": "5"}).status == 303
    assert not kept(deps)["boss"].everywhere


@pytest.mark.parametrize(("person", "said"), [("wes", "Weekly report, on"), ("pat", "Bilan de la semaine, le")])
def test_each_kind_of_news_has_its_tick_the_weekly_report_too(deps: Deps, person: str, said: str) -> None:
    """By the name that people have for it; what is ticked is told in the list."""
    page = visit(deps, person, "/subscriptions/web").body
    assert all(f'name="kinds-{kind}"' in page for kind in get_args(NewsKind))
    assert page.count(said) == 1
    visit(deps, person, "/subscriptions/web", NEW | {"kinds-weekly": "1"})
    assert kept(deps)["boss"].kinds == ("weekly",)
    assert visit(deps, person, "/subscriptions/web").body.count(said) == 2


def test_every_word_of_the_pages_is_there_in_both_languages() -> None:
    """A page that lacks one would not be shown at all."""
    said = pages.words()
    assert said["fr"].keys() == said["en"].keys()
    assert all(text.strip() for texts in said.values() for text in texts.values())
