"""Which touchpoints and days a check reads, and how it is told by API and on its page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.insights import app as insights
from services.insights.adapters.passes import TablePasses
from services.insights.domain.check import Findings, Span
from services.insights.domain.check_words import sentences
from services.insights.domain.reports import Day
from services.insights.domain.windows import Window
from services.insights.usecases import checking
from services.insights.usecases.checking import MOST_COMPARED
from services.insights.usecases.ports import Deps
from services.insights.wiring import Deps as Wired
from shared.auth import Authenticator, Principal, digest
from shared.catalogue import Changed, Touchpoint
from shared.codes import keyed_hash
from shared.errors import NotFound
from shared.events import AlertEvent, Share
from shared.receivers import Receiver
from shared.remedies import Remedy
from shared.tables import cases as keys
from shared.times import key_time
from tests import aws, fakes
from tests.alerts_api import KEY
from tests.events import alert_event
from tests.http import Reply, ask
from tests.unit.test_insights import FakeAlerts, FakePasses, FakeRemedies

NOW = datetime(2024, 3, 25, 9, tzinfo=UTC)
ON = date(2024, 3, 8)
DAY = timedelta(days=1)
EVENT = alert_event(after=Share(bad=46, n=240, low=0.147, high=0.246))


def remedy(identifier: str = "r1", on: date = ON, touchpoint: str = "checkout", alert: AlertEvent = EVENT) -> Remedy:
    return Remedy(identifier, alert.alert_id, touchpoint, on, {"fr": "Une caisse de plus"}, False, "web/mail", NOW)


@dataclass
class Figures:
    """Twenty answers a day everywhere, in two parts: two of them bad, four at the checkout while there was friction."""

    asked: list[tuple[object, ...]] = field(default_factory=list)

    def days(self, touchpoint: str, audience: str, scale: str, window: Window) -> Iterable[Day]:
        self.asked.append((touchpoint, audience, scale, window.first, window.last))
        for n in range(window.days):
            day = window.first + n * DAY
            bad = 8 if touchpoint == "checkout" and EVENT.change_started_at.date() <= day < ON else 2
            yield Day(day, {"web": [bad, 0, 0, 0, 10 - bad], "sms": [0, 0, 0, 5, 5]})


def world(
    names: Iterable[str] = ("a", "b", "c", "d"),
    remedies: Iterable[Remedy] = (remedy(),),
    events: Iterable[AlertEvent] = (),
    **touchpoints: Touchpoint,
) -> Deps:
    known = {name: fakes.touchpoint(name) for name in ("checkout", *names)} | touchpoints
    alerts, catalogue = FakeAlerts([EVENT, *events]), fakes.FakeCatalogue(known)
    read = fakes.FakeResponses(), fakes.FakePassers(), fakes.FakeStudies()
    stores = *read, FakePasses(), FakeRemedies(*remedies)
    return Deps(Figures(), alerts, *stores, catalogue, lambda: NOW)


def compared(deps: Deps) -> int:
    return checking.checked(EVENT.alert_id, None, deps).findings.comparisons


def test_a_check_reads_the_days_that_it_compares() -> None:
    """From four weeks before the friction to yesterday, bad answers by the survey's cut, parts of a day together."""
    deps = world()
    found = checking.checked(EVENT.alert_id, None, deps).findings
    assert found.verdict == "worked"
    assert found.before is not None
    assert found.after is not None
    assert (found.before.bad, found.before.n) == (8 * 6, 20 * 6)
    assert (found.after.bad, found.after.n) == (2 * 16, 20 * 16)
    asked = {first: (audience, scale, first, last) for _, audience, scale, first, last in deps.figures.asked}  # type: ignore[attr-defined]
    assert list(asked.values()) == [("customer", "csat", date(2024, 1, 30), date(2024, 3, 24))]


def test_a_promise_is_checked_by_what_was_answered_there() -> None:
    """Its scale is counted, nobody answers on it: the survey's own is read, and others that ask on it are compared."""
    broken = EVENT.model_copy(update={"kind": "promise", "scale": "promise"})
    deps = replace(world(), alerts=FakeAlerts([broken]))
    found = checking.checked(EVENT.alert_id, None, deps).findings
    assert (found.verdict, found.comparisons) == ("worked", 4)
    assert {scale for _, _, scale, *_ in deps.figures.asked} == {"csat"}  # type: ignore[attr-defined]


STAFF = alert_event(audience="staff", kind="staff", after=EVENT.after)


@dataclass
class OfStaff(Figures):
    """As many answers as are told on some days; a touchpoint's own before everybody's; twenty on all others."""

    told: dict[date | tuple[str, date], int] = field(default_factory=dict)

    def days(self, touchpoint: str, audience: str, scale: str, window: Window) -> Iterable[Day]:
        assert audience == "staff"
        for n in range(window.days):
            day = window.first + n * DAY
            answers = self.told.get((touchpoint, day), self.told.get(day, 20))
            yield Day(day, {"web": [min(answers, 2), 0, 0, 0, max(answers - 2, 0)]})


def staff_check(
    *on: date, now: datetime = NOW, told: dict[date | tuple[str, date], int] | None = None, of: str | None = None
) -> Findings:
    """The check of the last remedy, or of one that is named by its number, as it is looked at then."""
    done = [remedy(f"r{n}", day, alert=STAFF) for n, day in enumerate(on)]
    deps = replace(world(remedies=done), alerts=FakeAlerts([STAFF]), figures=OfStaff(told=told or {}), now=lambda: now)
    return checking.checked(STAFF.alert_id, of, deps).findings


def spans(found: Findings) -> tuple[Span, Span]:
    assert found.spans is not None
    return found.spans.fresh, found.spans.after


def counted(found: Findings) -> tuple[int | None, ...]:
    """Answers before and since, here and elsewhere."""
    each = found.usual, found.before, found.after, found.elsewhere_before, found.elsewhere_after
    return tuple(one and one.n for one in each)


def test_of_staff_a_check_compares_whole_weeks_that_are_over() -> None:
    """From Monday to Sunday, within the days that those of customers are; that is what is told as their dates."""
    found = staff_check(date(2024, 3, 15))
    fresh, after = (date(2024, 3, 4), date(2024, 3, 10)), (date(2024, 3, 18), date(2024, 3, 24))
    assert spans(found) == (fresh, after)
    assert counted(found) == (3 * 140, 140, 140, 4 * 140, 4 * 140)
    assert "whole weeks, Monday to Sunday" in sentences(found, "en")[-1]
    assert "semaines entières, du lundi au dimanche" in sentences(found, "fr")[-1]


def test_looks_at_a_check_of_staff_on_different_days_of_a_week_find_the_same() -> None:
    """Whatever is answered meanwhile; the week counts once it is over."""
    first, *others = (
        staff_check(date(2024, 3, 15), now=NOW + n * DAY, told={date(2024, 3, 25): 20 + n}) for n in range(7)
    )
    assert all(other == first for other in others)
    later = counted(staff_check(date(2024, 3, 15), now=NOW + 7 * DAY))
    assert later == (3 * 140, 140, 2 * 140, 4 * 140, 4 * 2 * 140)


def test_checks_of_staff_of_remedies_on_neighbouring_days_differ_by_whole_weeks() -> None:
    """In the same week they count the same, but where a week more lies between alert and remedy, or since."""
    found = [staff_check(date(2024, 3, 4) + n * DAY, now=NOW + 7 * DAY) for n in range(14)]
    sizes = [tuple((last - first).days + 1 for first, last in spans(one)) for one in found]
    assert all(size % 7 == 0 or size < 0 for each in sizes for size in each)
    assert [one.spans for one in found[8:13]] == [found[7].spans] * 5
    assert [counted(one) for one in found[8:13]] == [counted(found[7])] * 5


def test_remedies_on_neighbouring_days_bound_each_others_weeks_of_staff() -> None:
    """Of the first nothing is known since, of the second nothing before."""
    days = date(2024, 3, 12), date(2024, 3, 13)
    (fresh, after), (second_fresh, second_after) = (spans(staff_check(*days, of=f"r{n}")) for n in (0, 1))
    assert fresh == (date(2024, 3, 4), date(2024, 3, 10)) and after[1] < after[0]
    assert second_fresh[1] < second_fresh[0] and second_after == (date(2024, 3, 18), date(2024, 3, 24))
    assert staff_check(*days).verdict == "too_close"


@pytest.mark.parametrize(("n", "since"), [(4, 140), (5, 145)])
def test_of_staff_a_week_of_four_is_left_out_of_a_check(n: int, since: int) -> None:
    """Here and at those it is compared with; five count."""
    week = {date(2024, 3, 25) + day * DAY: 0 for day in range(7)} | {date(2024, 3, 27): n}
    on, now = date(2024, 3, 15), NOW + 7 * DAY
    here = staff_check(on, now=now, told={("checkout", day): answers for day, answers in week.items()})
    assert here.after is not None and here.after.n == since
    there = staff_check(on, now=now, told={("a", day): answers for day, answers in week.items()})
    assert there.elsewhere_after is not None and there.elsewhere_after.n == 3 * 280 + since


def test_a_check_of_staff_without_a_whole_week_before_tells_no_days_for_it() -> None:
    """By API and on its page; what the alert measured stands in, and how staff count is said."""
    known = world(remedies=[remedy(on=date(2024, 3, 5), alert=STAFF)])
    deps = replace(known, alerts=FakeAlerts([STAFF]), figures=OfStaff())
    told = served(deps, f"/v1/alerts/{STAFF.alert_id}/check").body
    assert (told["verdict"], told["before"]["n"], told.get("before_days")) == ("alone", 240, None)
    assert told["after_days"] == {"first": "2024-03-11", "last": "2024-03-24"}
    assert "semaines entières" in told["sentence"]["fr"]
    page = served(deps, f"/alerts/{STAFF.alert_id[::-1]}/check?lang=en", {"Accept-Language": "en"})
    assert page.status == 200
    assert "Staff answers count by whole weeks" in page.body


def test_touchpoints_where_something_was_done_or_wrong_are_not_compared_with() -> None:
    """A remedy, a change of the journey's own, an alert in those days; one that was over before counts."""
    assert compared(world()) == 4
    assert compared(world(remedies=[remedy(), remedy("x", ON, "a", alert_event(touchpoint="a"))])) == 3
    assert compared(world(remedies=[remedy(), remedy("x", date(2023, 5, 1), "a", alert_event(touchpoint="a"))])) == 4
    changed = fakes.touchpoint("e").model_copy(update={"changes": (Changed(on=ON, text={"en": "New"}),)})
    assert compared(world(e=changed)) == 4
    assert compared(world(e=changed.model_copy(update={"changes": ()}))) == 5
    ill = alert_event(touchpoint="a")
    assert compared(world(events=[ill])) == 3
    assert compared(world(events=[ill.model_copy(update={"state": "withdrawn"})])) == 4
    assert compared(world(events=[ill.model_copy(update={"audience": "staff"})])) == 4
    early = {"change_started_at": NOW - 200 * DAY, "resolved_at": NOW - 100 * DAY, "state": "resolved"}
    assert compared(world(events=[ill.model_copy(update=early)])) == 4


def test_touchpoints_of_another_scale_are_not_compared_with() -> None:
    """Their bad answers are others."""
    assert compared(world(n=fakes.touchpoint("n", scale="nps"))) == 4


def test_however_large_the_fleet_few_touchpoints_are_read() -> None:
    """Always the same ones for an alert."""
    names = [f"t{n}" for n in range(300)]
    deps, again = world(names), world(reversed(names))
    assert compared(deps) == compared(again) == MOST_COMPARED
    assert deps.figures.asked == again.figures.asked  # type: ignore[attr-defined]


def test_the_last_remedy_is_checked_unless_one_is_named() -> None:
    """The first one's days end before the second's."""
    deps = world(remedies=[remedy("r1"), remedy("r2", ON + 7 * DAY)])
    assert checking.checked(EVENT.alert_id, None, deps).remedy.remedy_id == "r2"
    first = checking.checked(EVENT.alert_id, "r1", deps).findings
    assert first.after is not None
    assert first.after.n == 20 * 6


def test_what_is_not_there_is_not_found() -> None:
    """Another alert, another remedy, no remedy yet, a touchpoint that is gone."""
    for alert_id, remedy_id, deps in (
        ("drop.x.customer.20240301T101500Z", None, world()),
        (EVENT.alert_id, "r9", world()),
        (EVENT.alert_id, None, world(remedies=())),
        (EVENT.alert_id, None, replace(world(), catalogue=fakes.FakeCatalogue({}))),
    ):
        with pytest.raises(NotFound):
            checking.checked(alert_id, remedy_id, deps)


def test_an_alert_about_something_else_reads_nothing() -> None:
    """A silence has no share of bad answers."""
    silent = alert_event(kind="silence", raised_at=EVENT.raised_at + DAY)
    deps = world(remedies=[remedy(alert=silent)], events=[silent])
    assert checking.checked(silent.alert_id, None, deps).findings.verdict == "other_kind"
    assert deps.figures.asked == []  # type: ignore[attr-defined]


class Keys:
    def principal(self, hashed: str) -> Principal | None:
        return Principal("key-1", frozenset({"alerts:read"})) if hashed == digest(KEY) else None


def served(deps: Deps, path: str, headers: dict[str, str] | None = None) -> Reply:
    made = Wired(**{**wired_fields(), **vars(deps)})
    insights.app._deps = lambda: made
    return ask(insights.app, "GET", path, headers=headers or {"Authorization": f"Bearer {KEY}"})


def wired_fields() -> dict[str, Any]:
    """What the app needs beside the verbs' dependencies; whatever it is, none of it is used here but the key."""
    names = [name for name in Wired.__dataclass_fields__ if name not in Deps.__dataclass_fields__]
    return dict.fromkeys(names) | {"authenticator": Authenticator(Keys())}


def test_the_api_tells_the_verdict_and_all_that_it_rests_on() -> None:
    """In both languages; with the days, the shares and how many touchpoints."""
    told = served(world(), f"/v1/alerts/{EVENT.alert_id}/check?remedy=r1").body
    assert (told["verdict"], told["remedy_id"], told["on"]) == ("worked", "r1", "2024-03-08")
    assert told["sentence"]["fr"].startswith("L’effort a porté")
    assert told["sentence"]["en"].startswith("It worked: 40% → 10%")
    assert told["before_days"] == {"first": "2024-03-02", "last": "2024-03-07"}
    assert told["after_days"] == {"first": "2024-03-09", "last": "2024-03-24"}
    assert told["elsewhere"]["touchpoints"] == 4
    assert told["expected"]["low"] < told["expected"]["share"] < told["expected"]["high"]
    assert 0 < told["chance"] < 0.001
    assert served(world(), "/v1/alerts/nothing/check").status == 404


def test_the_page_behind_a_messages_code_tells_it_in_words() -> None:
    """In the language asked for; what people wrote is escaped; a code that is nobody's leads nowhere."""
    written = replace(remedy(), text={"fr": "<b>Une caisse</b>"})
    deps, code = world(remedies=[written]), EVENT.alert_id[::-1]
    page = served(deps, f"/alerts/{code}/check?remedy=r1&lang=fr", {"Accept-Language": "en"})
    assert page.status == 200
    assert "L’effort a porté" in page.body
    assert "&lt;b&gt;Une caisse&lt;/b&gt;" in page.body
    assert "Comparé à 4 autres points de contact" in page.body
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "It worked" in served(deps, f"/alerts/{code}/check", {"Accept-Language": "en"}).body
    assert served(deps, "/alerts/nobodys/check", {"Accept-Language": "fr"}).status == 404


def test_a_code_leads_to_its_alert_until_it_ends() -> None:
    """Or its subscription is gone, or another's. As the alerts service writes it; a misspelt one is not looked for."""
    secret, code = b"secret", "0123456789abcdef"
    with aws.data_stack():
        table = aws.table("cases")
        pk, sk = keys.pass_key(keyed_hash(secret, "pass", code))
        reached, other = (Receiver("web/mail", "email", f"{name}@example.com") for name in ("web", "former"))
        about = {"alert_id": EVENT.alert_id, "subscription": "web/mail", "receiver": reached.digest}
        table.put({"pk": pk, "sk": sk, "ends_at": key_time(NOW)} | about)
        known = fakes.FakeCatalogue({"checkout": fakes.touchpoint()})
        passes = TablePasses(table, lambda: secret, lambda: NOW - timedelta(seconds=1), known)
        assert passes.behind(code) == EVENT.alert_id
        assert replace(passes, catalogue=fakes.FakeCatalogue()).behind(code) is None
        table.put({"pk": pk, "sk": sk, "ends_at": key_time(NOW)} | about | {"receiver": other.digest})
        assert passes.behind(code) is None
        table.put({"pk": pk, "sk": sk, "ends_at": key_time(NOW)} | about)
        assert replace(passes, now=lambda: NOW).behind(code) is None
        assert passes.behind("0123456789abcdeX") is None
        assert passes.behind("a#b") is None
