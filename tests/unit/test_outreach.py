"""Whom to turn to while an alert stands: who is listed, in which order, and who may not be contacted."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest

from services.invitations import app as invitations
from services.invitations.adapters.interactions import TableInteractions
from services.invitations.domain import likelihood
from services.invitations.domain.interactions import Decided, Interaction, Suppressed
from services.invitations.domain.ledger import Contact, Ledger
from services.invitations.domain.likelihood import Case, discrimination, learned
from services.invitations.domain.people import Identifier, Person
from services.invitations.usecases.outreach import OutreachDeps, Recent, outreach
from services.invitations.usecases.sending_ports import Suppression
from services.invitations.views.outreach import outreach_csv, outreach_view
from shared.auth import Authenticator
from shared.catalogue import Cap, Pressure
from shared.catalogue import Person as SignedIn
from shared.causes.answers import Given, Reading, Whose
from shared.codes import keyed_hash
from shared.errors import Conflict, NotFound
from shared.events import AlertEvent
from shared.sessions import Sessions
from tests import aws, fakes
from tests.events import alert_event
from tests.http import Reply, ask
from tests.invitations import NOW, SECRET, World
from tests.sending import FakeSuppressions
from tests.unit.test_intake import HEADERS, FakeKeys

SINCE = NOW - timedelta(days=2)
EVENT = alert_event(raised_at=NOW - timedelta(hours=3), change_started_at=SINCE)


@dataclass(frozen=True)
class FakeStanding:
    """One alert."""

    event: AlertEvent = EVENT

    def named(self, alert_id: str) -> AlertEvent | None:
        return self.event if alert_id == self.event.alert_id else None


@dataclass(frozen=True)
class FakeRecent:
    """Interactions in memory, newest first."""

    stored: list[Decided] = field(default_factory=list)

    def newest(self, touchpoint: str, since: datetime, until: datetime, most: int) -> list[Decided]:
        found = [
            one
            for one in self.stored
            if one.interaction.touchpoint == touchpoint and since <= one.interaction.occurred_at < until
        ]
        return sorted(found, key=lambda one: one.interaction.occurred_at, reverse=True)[:most]


@dataclass(frozen=True)
class AppDeps(OutreachDeps):
    authenticator: Authenticator
    sessions: Sessions | None = None


def decided(name: str, browser: str = "chrome", at: datetime = NOW - timedelta(hours=5), who: str = "") -> Decided:
    interaction = Interaction(name, "checkout", at, at, attributes={"browser": browser, "plan": "pro"})
    return Decided(interaction, who or f"p-{name}", f"i-{name}", Suppressed("not_sampled", 0.5))


class Scene:
    """A world with an alert: sixty who answered, of whom Safari's users mostly fared badly, and others who did not."""

    def __init__(self, *silent: Decided, answered: int = 60, pressure: Pressure | None = None) -> None:
        self.world, self.suppressions = World(pressure=pressure), FakeSuppressions()
        spoke = [decided(f"a{n}", "safari" if n % 2 else "chrome", NOW - timedelta(hours=6)) for n in range(answered)]
        self.answers = [
            Given(f"r{n}", SINCE + timedelta(hours=n % 40), n % 2 == 1 and n % 8 != 1, invitation_id=one.invitation_id)
            for n, one in enumerate(spoke)
        ]
        self.recent = FakeRecent([*spoke, *silent])
        for one in silent:
            self.person(one.person_id)

    def person(self, person_id: str, **more: Any) -> None:
        names = (Identifier("id", person_id.upper()), Identifier("email", f"{person_id}@example.com"))
        self.world.people.write(Person(person_id, identifiers=names, **more))

    def deps(self, event: AlertEvent = EVENT) -> OutreachDeps:
        responses = fakes.FakeResponses(self.answers)
        return OutreachDeps(
            **vars(self.world.deps),
            alerts=FakeStanding(event),
            recent=self.recent,
            responses=responses,
            suppressions=self.suppressions,
        )


def test_those_who_may_have_fared_badly_come_first_with_the_reason() -> None:
    """Safari's users before the others, of them the newest; those who answered are not listed."""
    early, late = NOW - timedelta(hours=9), NOW - timedelta(hours=1)
    scene = Scene(decided("x", "chrome", late), decided("y", "safari", early), decided("z", "safari", late))
    found = outreach(EVENT.alert_id, 50, scene.deps())
    assert [one.interaction.interaction_id for one in found.people] == ["z", "y", "x"]
    assert (found.passed, found.answered) == (63, 60)
    first, last = found.people[0], found.people[-1]
    assert first.chance is not None and last.chance is not None and first.chance > 0.5 > last.chance
    assert (first.reasons[0].attribute, first.reasons[0].value) == ("browser", "safari")
    assert found.model is not None and found.model.tested.is_better_than_chance


def test_of_a_promise_too_those_who_answered_are_not_listed() -> None:
    """Its scale is counted, nobody answers on it: what was said on the survey's own is read."""

    class Answered(fakes.FakeResponses):
        def between(self, whose: Whose, since: datetime, until: datetime) -> Reading:
            return super().between(whose, since, until) if whose.measure.name == "csat" else Reading([])

    scene = Scene(decided("x"))
    deps = replace(
        scene.deps(EVENT.model_copy(update={"kind": "promise", "scale": "promise"})), responses=Answered(scene.answers)
    )
    found = outreach(EVENT.alert_id, 50, deps)
    assert ([one.interaction.interaction_id for one in found.people], found.answered) == (["x"], 60)


def test_a_person_is_listed_once_and_by_no_other_way_of_answering() -> None:
    """Two interactions of one person are one; who answered by an open link is out; so is whoever was erased."""
    scene = Scene(decided("x", who="anna"), decided("y", "safari", who="anna"), decided("z", who="bob"), decided("w"))
    del scene.world.people.stored["p-w"]
    customer = keyed_hash(SECRET, "customer", "BOB")
    scene.answers.append(Given("open", NOW - timedelta(hours=1), False, customer=customer))
    people = outreach(EVENT.alert_id, 50, scene.deps()).people
    assert [(one.person.person_id, one.interaction.interaction_id) for one in people] == [("anna", "y")]


def test_who_may_not_be_contacted_is_marked_with_the_reason_and_without_an_address() -> None:
    """A wish, a cap that is reached, an address that bounced or that nothing is sent to: each by its own name."""
    scene = Scene(
        *(decided(name, who=name) for name in ("free", "gone", "full", "mute", "listed")),
        pressure=Pressure(company=Cap(at_most=1, days=30)),
    )
    scene.person("gone", opted_out=frozenset({"all"}))
    scene.person("mute", unusable=frozenset({Identifier("email", "mute@example.com")}))
    scene.suppressions.add([Suppression(Identifier("email", "listed@example.com"), "import", NOW)])
    contact = Contact("other", 1, "support", "email", NOW - timedelta(days=3), NOW - timedelta(days=3), "sent")
    scene.world.ledgers.stored["full"] = Ledger("full", 1, (contact,))
    shown = {one.person_id: one for one in outreach_view(outreach(EVENT.alert_id, 50, scene.deps())).people}
    assert {name: one.reason for name, one in shown.items()} == {
        "free": None,
        "gone": "opted_out",
        "full": "company_cap",
        "mute": "channel_unusable",
        "listed": "opted_out",
    }
    assert {name: one.address for name, one in shown.items() if one.address} == {"free": "free@example.com"}
    assert shown["full"].until == NOW + timedelta(days=27)


def test_an_order_that_is_no_better_than_chance_says_so() -> None:
    """Attributes that have nothing to do with it: in French and English."""
    scene = Scene(decided("x"))
    scene.answers = [replace(one, is_bad=place % 4 < 2) for place, one in enumerate(scene.answers)]
    model = outreach_view(outreach(EVENT.alert_id, 50, scene.deps())).model
    assert model is not None and not model.is_better_than_chance
    assert model.told["en"].startswith("The order is no better than chance")
    assert model.told["fr"].startswith("L’ordre ne vaut pas mieux que le hasard")


def test_of_few_answers_nothing_is_learned_and_the_newest_come_first() -> None:
    """No chance is made up."""
    scene = Scene(decided("x", at=NOW - timedelta(hours=2)), decided("y", "safari"), answered=10)
    found = outreach_view(outreach(EVENT.alert_id, 50, scene.deps()))
    assert found.model is None
    assert [(one.interaction_id, one.chance) for one in found.people] == [("x", None), ("y", None)]


@pytest.mark.parametrize("changes", [{"state": "resolved"}, {"state": "withdrawn"}, {"audience": "staff"}])
def test_people_are_listed_only_while_an_alert_of_customers_stands(changes: dict[str, Any]) -> None:
    """Afterwards there is no reason to look."""
    event = EVENT.model_copy(update=changes)
    with pytest.raises(Conflict):
        outreach(event.alert_id, 50, Scene().deps(event))
    with pytest.raises(NotFound):
        outreach("drop.checkout.customer.20200101T000000Z", 50, Scene().deps())


def test_a_file_of_people_holds_no_formula() -> None:
    """Whatever customers are called by the systems that send them."""
    scene = Scene(decided("x", "=1+1", who="x"))
    scene.world.people.write(Person("x", identifiers=(Identifier("id", "=cmd|' /C calc'!A0"),)))
    text = outreach_csv(outreach(EVENT.alert_id, 50, scene.deps()))
    header, row = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert header[0] == "customer_id"
    assert row[0] == "'=cmd|' /C calc'!A0"
    assert row[-1] == "channel_unusable"


@pytest.fixture
def over_http() -> Iterator[Any]:
    """Asks the app on fakes, with these scopes."""
    before = invitations.app._deps

    def get(path: str, *scopes: str) -> Any:
        deps = AppDeps(**vars(Scene(decided("x")).deps()), authenticator=Authenticator(FakeKeys(scopes)))
        invitations.app._deps = lambda: deps
        return ask(invitations.app, "GET", path, None, HEADERS)

    yield get
    invitations.app._deps = before


def test_the_list_is_asked_for_with_its_scope_and_every_look_is_logged_without_a_name(
    over_http: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Which alert, how many people, which key: no address, no customer."""
    path = f"/v1/alerts/{EVENT.alert_id}/outreach"
    assert over_http(path, "figures:read").status == 403
    reply = over_http(path, "people:read")
    assert (reply.status, reply.body["people"][0]["customer_id"]) == (200, "P-X")
    [looked] = [vars(one) for one in caplog.records if one.message == "outreach_read"]
    assert (looked["alert_id"], looked["people"], looked["key_id"]) == (EVENT.alert_id, 1, "tests")
    assert not any("example.com" in str(one) or "P-X" in str(one) for one in looked.values())
    as_file = over_http(f"{path}?format=csv", "people:read")
    assert as_file.headers["content-type"] == "text/csv; charset=utf-8"
    assert over_http(f"{path}?limit=0&format=xml", "people:read").status == 422


class Team:
    """The pilot, and the owner of the checkout's team and of another."""

    known: ClassVar[dict[str, SignedIn]] = {
        one.id: one
        for one in (
            SignedIn(id="pia", email="pia@example.com", role="pilot"),
            SignedIn(id="anna", email="anna@example.com", role="owner", owner="web"),
            SignedIn(id="otto", email="otto@example.com", role="owner", owner="stores"),
        )
    }

    def person(self, person: str) -> SignedIn | None:
        return self.known.get(person)


def page(scene: Scene, person: str, event: AlertEvent = EVENT, query: str = "", lang: str = "en") -> Reply:
    """The list as somebody of ours sees it."""
    sessions = Sessions(Team(), lambda: SECRET, lambda: NOW, "https://example.com")  # type: ignore[arg-type]
    deps = AppDeps(**vars(scene.deps(event)), authenticator=Authenticator(FakeKeys(())), sessions=sessions)
    before, invitations.app._deps = invitations.app._deps, lambda: deps
    try:
        cookie = sessions.begun(Team.known[person], lang, None).partition(";")[0]
        return ask(invitations.app, "GET", f"/outreach/{EVENT.alert_id}{query}", None, {"Cookie": cookie})
    finally:
        invitations.app._deps = before


def test_the_team_sees_whom_to_turn_to_on_a_page_and_in_a_file() -> None:
    """The worst off first with the reason, an address where nothing is in the way, and how good the order is."""
    scene = Scene(decided("x", "chrome"), decided("y", "safari"), decided("z", who="gone"))
    scene.person("gone", opted_out=frozenset({"all"}))
    shown = page(scene, "anna")
    assert shown.status == 200
    assert shown.body.index("P-Y") < shown.body.index("P-X")
    assert 'href="mailto:p-y@example.com"' in shown.body and "browser: safari" in shown.body
    assert (
        "gone@example.com" not in shown.body
        and "To be left in peace: 1" in shown.body
        and "they do not wish it" in shown.body
    )
    assert "Area under the curve" in shown.body and "stands first about" in shown.body
    file = page(scene, "anna", query="?as=csv")
    assert file.headers["content-disposition"] == 'attachment; filename="outreach-checkout.csv"'
    assert "p-y@example.com" in file.body and "gone@example.com" not in file.body


def test_no_other_team_reads_the_list_and_nobody_is_looked_up_for_them(caplog: pytest.LogCaptureFixture) -> None:
    """404, as for an alert that there is not; a look of its own team is logged without a name."""
    scene = Scene(decided("x"))
    scene.world.people.get = None  # type: ignore[assignment, method-assign]
    assert page(scene, "otto").status == 404
    assert page(Scene(decided("x")), "pia").status == 200
    [looked] = [vars(one) for one in caplog.records if one.message == "outreach_read"]
    assert (looked["people"], looked["person"]) == (1, "pia")
    assert not any("P-X" in str(one) or "p-x@" in str(one) for one in looked.values())


@pytest.mark.parametrize(("lang", "said"), [("en", "no passage at this"), ("fr", "aucun passage à ce point")])
def test_where_no_passage_was_reported_the_page_says_only_that(lang: str, said: str) -> None:
    """Nothing of an order of nobody, nor that 0 went through."""
    shown = page(Scene(answered=0), "anna", lang=lang)
    assert (shown.status, said in shown.body) == (200, True)
    assert not [text for text in ('class="lead"', "Too few answered", "Trop peu de réponses") if text in shown.body]


@pytest.mark.parametrize("changes", [{"state": "resolved"}, {"audience": "staff"}])
def test_the_page_of_an_alert_that_is_over_names_nobody(changes: dict[str, Any]) -> None:
    """It says so, in the visitor's language; neither does its file."""
    event = EVENT.model_copy(update=changes)
    for query in ("", "?as=csv"):
        shown = page(Scene(decided("x")), "anna", event, query, "fr")
        assert shown.status == 200
        assert "plus en cours" in shown.body
        assert "P-X" not in shown.body


def world_of(seed: int, n: int = 300, odds: float = 1.5) -> list[Case]:
    """Answers of which two attributes tell something, one the same again, and two nothing."""
    chance = random.Random(seed)
    cases = []
    for number in range(n):
        traits = {name: chance.choice("xyz") for name in "abcd"}
        traits["again"] = traits["a"]
        score = odds * ((traits["a"] == "x") + (traits["b"] == "y")) - 1.5
        cases.append(Case(traits, chance.random() < likelihood.logistic(score), f"{seed}-{number}"))
    return cases


def test_the_measured_discrimination_is_that_of_new_people() -> None:
    """Over forty worlds the cross-validated area is that on answers which came later, within two hundredths."""
    promised = kept = 0.0
    for seed in range(40):
        cases = world_of(seed, 1300)
        model = learned(cases[:300])
        assert model is not None
        scores = [model.likelihood(one.traits) for one in cases[300:]]
        kept += discrimination(scores, [one.is_bad for one in cases[300:]]).auc / 40
        promised += model.tested.auc / 40
    print(f"promised {promised:.3f}, kept {kept:.3f}")
    assert abs(promised - kept) < 0.02
    assert kept > 0.65


def test_what_is_foretold_is_about_as_frequent_as_it_is() -> None:
    """Though one attribute says the same as another: the mean chance of the upper half is its share of bad ones."""
    told = seen = 0.0
    for seed in range(20):
        cases = world_of(seed, 1300)
        model = learned(cases[:300])
        assert model is not None
        ordered = sorted(cases[300:], key=lambda one: model.likelihood(one.traits))[500:]
        told += sum(model.likelihood(one.traits) for one in ordered) / len(ordered) / 20
        seen += sum(one.is_bad for one in ordered) / len(ordered) / 20
    assert abs(told - seen) < 0.05


def test_chance_is_called_chance() -> None:
    """Of forty worlds in which nothing tells anything, few are said to be better than chance."""
    found = [model for seed in range(40) if (model := learned(world_of(seed, odds=0.0)))]
    assert sum(model.tested.is_better_than_chance for model in found) <= 4


def test_the_area_is_that_of_counting_pairs() -> None:
    """Of every bad and good answer, how often the bad one scores higher; a tie is half."""
    scores, truths = [0.9, 0.4, 0.4, 0.1, 0.7], [True, True, False, False, False]
    bad, good = ([one for one, is_bad in zip(scores, truths, strict=True) if is_bad is of] for of in (True, False))
    pairs = [(one > other) + (one == other) / 2 for one in bad for other in good]
    assert discrimination(scores, truths).auc == pytest.approx(sum(pairs) / len(pairs))


@pytest.fixture(params=["fake", "dynamodb"])
def recent(request: pytest.FixtureRequest) -> Iterator[Recent]:
    """Ten interactions over the end of a month, by the fake and by the table."""
    stored = [
        decided(f"n{number}", at=datetime(2024, 2, 28, tzinfo=NOW.tzinfo) + number * timedelta(hours=12))
        for number in range(10)
    ]
    if request.param == "fake":
        yield FakeRecent(stored)
        return
    with aws.data_stack():
        table = TableInteractions(aws.table("contacts"))
        for one in stored:
            table.add(one)
        yield table


def test_the_newest_interactions_come_first_over_the_ends_of_months(recent: Recent) -> None:
    """At most so many, and none outside the span."""
    begin, end = datetime(2024, 2, 28, 6, tzinfo=NOW.tzinfo), datetime(2024, 3, 3, tzinfo=NOW.tzinfo)
    names = [one.interaction.interaction_id for one in recent.newest("checkout", begin, end, 100)]
    assert names == [f"n{number}" for number in range(7, 0, -1)]
    assert [one.interaction.interaction_id for one in recent.newest("checkout", begin, end, 3)] == names[:3]
    assert recent.newest("other", begin, end, 3) == []
