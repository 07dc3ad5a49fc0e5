"""What was done about an alert: written by API and on the alert's page, shown with the thanks, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from services.alerts import app as alerts
from services.collector.adapters.remedies import ShownRemedies
from shared.errors import Unavailable
from shared.forms import FORM
from shared.remedies import Remedy
from tests.alerts import CODES, World, owner, receiver, subscription
from tests.alerts_api import KEY, site
from tests.collector import NOW, touchpoint
from tests.collector import World as Answering
from tests.events import RAISED, alert_event
from tests.http import Reply, ask
from tests.unit.test_page_form import answer, visit

ALERT = alert_event().alert_id
TODAY = RAISED.date() + timedelta(days=5)
DONE = {"on": "2024-03-04", "text": {"fr": "Une caisse de plus", "en": "One more till"}, "show": True}
SENT = {"Content-Type": FORM[0], "Sec-Fetch-Site": "same-origin"}


def five_days_on() -> World:
    """The French web team was told of an alert; five days have gone by since."""
    world = World(owner("web", subscription("mail", lang="fr")))
    world.hear(alert_event())
    world.run(timedelta(hours=1))
    world.clock.now = RAISED + timedelta(days=5)
    return world


@pytest.fixture(autouse=True)
def heard() -> Iterator[World]:
    world = five_days_on()
    with site(world):
        yield world


def api(method: str, path: str, body: Any = None) -> Reply:
    return ask(alerts.app, method, f"/v1/alerts/{path}", body, {"Authorization": f"Bearer {KEY}"})


def page(method: str, **fields: str) -> Reply:
    path = f"/alerts/{CODES.code(ALERT, receiver('web/mail'))}"
    return ask(alerts.app, method, path, urlencode(fields) if fields else None, SENT)


def test_what_was_done_is_written_read_and_taken_back_by_api() -> None:
    """Who wrote it is kept; once taken back it is gone, and cannot be taken back again."""
    made = api("POST", f"{ALERT}/remedies", DONE)
    assert made.status == 201
    assert made.body["by"] == "key k1"
    assert {name: made.body[name] for name in DONE} == DONE
    assert api("GET", f"{ALERT}/remedies").body == {"remedies": [made.body]}
    assert api("DELETE", f"{ALERT}/remedies/{made.body['remedy_id']}").status == 204
    assert api("GET", f"{ALERT}/remedies").body == {"remedies": []}
    assert api("DELETE", f"{ALERT}/remedies/{made.body['remedy_id']}").status == 404


def test_the_same_again_is_one_and_changes_only_whether_it_is_shown() -> None:
    """A retry, or a second thought about showing it; other words are another remedy."""
    for body in (DONE, DONE, DONE | {"show": False}):
        assert api("POST", f"{ALERT}/remedies", body).status == 201
    [one] = api("GET", f"{ALERT}/remedies").body["remedies"]
    assert one["show"] is False
    api("POST", f"{ALERT}/remedies", DONE | {"text": {"fr": "Deux caisses de plus"}})
    assert len(api("GET", f"{ALERT}/remedies").body["remedies"]) == 2


@pytest.mark.parametrize(
    ("wrong", "pointers"),
    [
        ({"on": "yesterday", "text": {}, "show": "yes"}, {"#/on", "#/text", "#/show"}),
        (DONE | {"text": {"français": "Oui", "en": " "}}, {"#/text/français", "#/text/en"}),
        (DONE | {"text": {"en": "x" * 501}}, {"#/text/en"}),
        (DONE | {"until": "2024-03-05"}, {"#/until"}),
        (DONE | {"on": "2024-02-28"}, {"#/on"}),
        (DONE | {"on": "2024-03-08"}, {"#/on"}),
    ],
)
def test_wrong_fields_are_all_named_and_nothing_is_kept(wrong: dict[str, Any], pointers: set[str]) -> None:
    """Also a day before the alert, and one to come; the day before it in UTC, and tomorrow, are somebody's today."""
    refused = api("POST", f"{ALERT}/remedies", wrong)
    assert refused.status == 422
    assert {error["pointer"] for error in refused.body["errors"]} == pointers
    assert api("GET", f"{ALERT}/remedies").body == {"remedies": []}


@pytest.mark.parametrize("on", ["2024-02-29", "2024-03-07"])
def test_the_days_at_the_edges_are_taken(on: str) -> None:
    """One day on either side of UTC's."""
    assert api("POST", f"{ALERT}/remedies", DONE | {"on": on}).status == 201


def test_an_alert_has_twenty_remedies_at_most() -> None:
    """The twentieth is taken, and may be written again; the next is not."""
    for number in [*range(20), 19]:
        assert api("POST", f"{ALERT}/remedies", DONE | {"text": {"en": f"Till {number}"}}).status == 201
    refused = api("POST", f"{ALERT}/remedies", DONE | {"text": {"en": "Till 20"}})
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (422, "#/text")


@pytest.mark.parametrize("name", ["drop.nowhere.customer.20240301T101500Z", "a%23b", "%C3%A9"])
def test_an_alert_that_is_not_there_has_no_remedies(name: str) -> None:
    """404, whatever was asked."""
    assert api("POST", f"{name}/remedies", DONE).status == 404
    assert api("GET", f"{name}/remedies").status == 404
    assert api("DELETE", f"{name}/remedies/abc").status == 404


def test_a_key_without_the_scope_may_not_write() -> None:
    """Nor does one that is nobody's."""
    assert ask(alerts.app, "POST", f"/v1/alerts/{ALERT}/remedies", DONE).status == 401


def test_the_page_takes_what_was_done_and_shows_it(heard: World) -> None:
    """In the team's language and the survey's others; empty ones are left out; the check is one press away."""
    before = page("GET")
    assert 'name="text-fr" lang="fr"' in before.body
    assert 'name="text-en" lang="en"' in before.body
    assert 'value="2024-03-06" min="2024-02-29" max="2024-03-07"' in before.body
    sent = page("POST", do="remedy", on="2024-03-04", show="1", **{"text-fr": "Une caisse de plus", "text-en": " "})
    assert (sent.status, sent.headers["location"].rpartition("?")[2]) == (303, "done=remedy")
    [kept] = heard.remedies.kept.values()
    assert (kept.on, kept.text, kept.is_shown, kept.by) == (
        date(2024, 3, 4),
        {"fr": "Une caisse de plus"},
        True,
        "web/mail",
    )
    after = page("GET").body
    assert "Une caisse de plus" in after
    assert f"/check?remedy={kept.remedy_id}&amp;lang=fr" in after
    assert page("POST", take_back=kept.remedy_id).status == 303
    assert heard.remedies.kept == {}


def test_a_form_that_is_wrong_comes_back_with_what_was_typed(heard: World) -> None:
    """422, each wrong field in words, nothing kept."""
    again = page("POST", do="remedy", on="2030-01-01", **{"text-fr": "", "text-en": "<b>"})
    assert again.status == 422
    assert "le jour va de celui de l" in again.body
    assert "&lt;b&gt;</textarea>" in again.body
    assert "dites ce qui a été fait" not in again.body
    assert "dites ce qui a été fait" in page("POST", do="remedy", on="2024-03-04").body
    assert heard.remedies.kept == {}


def test_a_form_of_another_site_writes_nothing(heard: World) -> None:
    """403; a code that is nobody's is 404."""
    path = f"/alerts/{CODES.code(ALERT, receiver('web/mail'))}"
    foreign = {"Content-Type": FORM[0], "Sec-Fetch-Site": "cross-site"}
    body = urlencode({"do": "remedy", "on": "2024-03-04", "text-fr": "Oui"})
    assert ask(alerts.app, "POST", path, body, foreign).status == 403
    assert ask(alerts.app, "POST", "/alerts/0000000000000000", body, SENT).status == 404
    assert heard.remedies.kept == {}


class Kept:
    """Remedies of the table, as often as they are read."""

    def __init__(self, *remedies: Remedy) -> None:
        self.remedies, self.reads, self.is_away = list(remedies), 0, False

    def of_touchpoint(self, touchpoint: str, most: int) -> list[Remedy]:
        self.reads += 1
        if self.is_away:
            raise Unavailable()
        return [one for one in self.remedies if one.touchpoint == touchpoint][:most]


def remedy(identifier: str = "r1", *, is_shown: bool = True) -> Remedy:
    return Remedy(identifier, ALERT, "checkout", date(2024, 3, 4), {"en": f"Done {identifier}"}, is_shown, "key 1", NOW)


def test_what_is_shown_stands_with_the_thanks_and_the_journeys_own_changes() -> None:
    """Newest first, three at most; what is not shown is not."""
    own = [{"on": f"2024-01-0{n}", "text": {"en": f"Own {n}"}} for n in (1, 2, 3)]
    world = Answering(touchpoint(changes=own))
    shown = ShownRemedies(Kept(remedy(), remedy("hidden", is_shown=False)), lambda: world.now)  # type: ignore[arg-type]
    world.remedies.by_touchpoint["checkout"] = shown.shown("checkout")
    link = world.link()
    thanks = visit(world, f"/s/{answer(world, link, score='9').headers['location']}").body
    places = [thanks.find(text) for text in ("Done r1", "Own 3", "Own 2")]
    assert places == sorted(places)
    assert places[0] > 0
    assert "Done hidden" not in thanks
    assert "Own 1" not in thanks


def test_what_was_done_is_remembered_for_half_a_minute_and_never_in_the_way() -> None:
    """One read in 30 seconds; where the table does not answer, what was known stays, and none is no error."""
    kept, now = Kept(remedy()), [NOW]
    shown = ShownRemedies(kept, lambda: now[0])  # type: ignore[arg-type]
    assert [one.text["en"] for one in shown.shown("checkout")] == ["Done r1"]
    kept.remedies = []
    now[0] += timedelta(seconds=29)
    assert len(shown.shown("checkout")) == 1
    assert kept.reads == 1
    kept.is_away = True
    now[0] += timedelta(seconds=2)
    assert len(shown.shown("checkout")) == 1
    assert shown.shown("till") == ()
    kept.is_away = False
    now[0] += timedelta(seconds=31)
    assert shown.shown("checkout") == ()
