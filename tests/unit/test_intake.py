"""Interactions and outcomes over HTTP and from the queue: each answered on its own, once, and clearly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from services.invitations import app as invitations
from services.invitations.domain.interactions import Interaction
from services.invitations.domain.ledger import Contact
from services.invitations.domain.people import Identifier, Person
from services.invitations.usecases.intake import apart
from services.invitations.usecases.ports import Deps
from services.invitations.usecases.sending_ports import Suppression
from shared.auth import Authenticator, Principal, Scope, digest
from shared.catalogue import Cap, Pressure
from tests.http import Context, Reply, ask
from tests.invitations import NOW, World, touchpoint
from tests.package.events import message_of
from tests.sending import FakeSuppressions

KEY = "etk_invitations_tests"
HEADERS = {"Authorization": f"Bearer {KEY}"}
SCOPES: tuple[Scope, ...] = ("interactions:write", "people:read", "figures:read")
ONE = Pressure(company=Cap(at_most=1, days=30))


@dataclass(frozen=True)
class FakeKeys:
    scopes: tuple[str, ...]

    def principal(self, given: str) -> Principal | None:
        return Principal("tests", frozenset(self.scopes)) if given == digest(KEY) else None


@dataclass(frozen=True)
class AppDeps(Deps):
    authenticator: Authenticator
    suppressions: FakeSuppressions


class Site:
    """The app on fakes."""

    def __init__(self, world: World, scopes: tuple[str, ...] = SCOPES) -> None:
        self.world, self.suppressions = world, FakeSuppressions()
        invitations.app._deps = lambda: AppDeps(
            **vars(world.deps), authenticator=Authenticator(FakeKeys(scopes)), suppressions=self.suppressions
        )

    def post(self, path: str, body: Any) -> Reply:
        return ask(invitations.app, "POST", path, body, HEADERS)

    def get(self, path: str) -> Reply:
        return ask(invitations.app, "GET", path, None, HEADERS)

    def receive(self, *bodies: str) -> list[str]:
        """What the queue's function gives back, by message id: m0, m1 …"""
        records = [message_of(body, "etincelle-test-interactions", f"m{n}") for n, body in enumerate(bodies)]
        reply = invitations.receive({"Records": records}, Context())
        return [one["itemIdentifier"] for one in reply["batchItemFailures"]]


@pytest.fixture
def site() -> Iterator[Site]:
    before = invitations.app._deps
    yield Site(World(touchpoint(channels=("email", "sms", "web")), touchpoint("support"), pressure=ONE))
    invitations.app._deps = before


def sent(name: str = "order-1", **more: Any) -> dict[str, Any]:
    usual = {"touchpoint": "checkout", "occurred_at": "2024-03-01T09:30:00Z", "customer": {"email": "jane@gmail.com"}}
    return {"interaction_id": name, **usual, **more}


def test_one_interaction_is_accepted_then_known(site: Site) -> None:
    """201 with the decision, 200 with the same when it is sent again."""
    first, again = site.post("/v1/interactions", sent()), site.post("/v1/interactions", sent())
    assert (first.status, first.body["status"], again.status, again.body["status"]) == (
        201, "accepted", 200, "already_known",
    )  # fmt: skip
    assert first.body["decision"] == again.body["decision"]
    assert first.body["decision"]["state"] == "planned"
    assert "url" not in first.body["decision"]


def test_a_refusal_says_why_whose_and_until_when(site: Site) -> None:
    """Normal business, not a failure."""
    site.post("/v1/interactions", sent())
    second = site.post("/v1/interactions", sent("order-2", touchpoint="support"))
    decision = second.body["decision"]
    assert (second.status, decision["state"], decision["reason"]) == (201, "suppressed", "company_cap")
    assert (decision["whose"], decision["until"]) == ("checkout", "2024-03-31T10:00:00Z")


def test_a_caller_who_asks_by_themselves_is_given_the_address(site: Site) -> None:
    """Planned on the web: with the link, the same when asked again."""
    replies = [site.post("/v1/interactions", sent(channel="web")).body["decision"] for _ in range(2)]
    assert replies[0] == replies[1]
    assert replies[0]["url"].startswith("https://answers.example.com/s/")


def test_a_wrong_interaction_is_a_problem_that_names_every_field(site: Site) -> None:
    """Nothing is stored, and nothing of what was sent is repeated."""
    reply = site.post("/v1/interactions", sent("a b", customer={"email": "nobody"}, occurred_at="now", x=1))
    pointers = {error["pointer"] for error in reply.body["errors"]}
    assert reply.status == 422
    assert pointers == {"#/interaction_id", "#/customer/email", "#/occurred_at", "#/x"}
    assert "nobody" not in json.dumps(reply.body)
    assert site.world.people.stored == site.world.interactions.stored == {}


def test_each_of_a_list_is_answered_on_its_own(site: Site) -> None:
    """One wrong row says which field, and keeps no other from being taken; in their order."""
    bodies = [sent("a"), sent("b", customer={}), sent("c", customer={"id": "7"}), sent("a"), "nonsense"]
    for body in (bodies, {"interactions": bodies}):
        reply = site.post("/v1/interactions", body)
        assert reply.status == 200
        statuses = [(one["interaction_id"], one["status"]) for one in reply.body["results"]]
        taken = "accepted" if body is bodies else "already_known"
        assert statuses == [("a", taken), ("b", "invalid"), ("c", taken), ("a", "already_known"), ("", "invalid")]
        assert [error["pointer"] for error in reply.body["results"][1]["errors"]] == ["#/1/customer"]
        assert [error["pointer"] for error in reply.body["results"][4]["errors"]] == ["#/4"]


@pytest.mark.parametrize("path", ["/v1/interactions", "/v1/outcomes"])
@pytest.mark.parametrize("size", [0, 501])
def test_a_list_of_none_or_too_many_is_refused(site: Site, path: str, size: int) -> None:
    """422, and nothing is taken."""
    assert site.post(path, [sent()] * size).status == 422
    assert site.world.interactions.stored == {}


@pytest.mark.parametrize("body", [{"interactions": []}, {"interactions": 1}, {"interactions": [sent()], "more": 1}])
def test_a_list_under_its_name_is_a_list_alone(site: Site, body: Any) -> None:
    """Anything beside it is named."""
    assert site.post("/v1/interactions", body).status == 422


def test_the_same_person_is_taken_in_order_even_under_two_names() -> None:
    """Groups have no identifier in common; within one, the order is that of the list."""
    mail, phone, number = Identifier("email", "a"), Identifier("phone", "b"), Identifier("id", "c")
    named = [(mail,), (number,), (phone,), (mail, phone), (mail,)]
    told = [Interaction(str(n), "checkout", NOW, NOW, customer) for n, customer in enumerate(named)]
    groups = [[place for place, _ in group] for group in apart(enumerate(told), lambda one: one.customer)]
    assert sorted(groups) == [[0, 2, 3, 4], [1]]


def test_a_key_without_the_scope_is_turned_away() -> None:
    """Each route has its own."""
    before = invitations.app._deps
    site = Site(World(), scopes=())
    replies = [site.post(path, {}) for path in ("/v1/interactions", "/v1/outcomes", "/v1/pressure")]
    assert {reply.status for reply in (*replies, site.get("/v1/touchpoints/checkout/funnel"))} == {403}
    invitations.app._deps = before


def test_a_message_that_cannot_be_taken_is_given_back_alone(site: Site) -> None:
    """No JSON, no interaction, an unknown touchpoint: each by its id; the good ones are stored."""
    wrong = ["{", json.dumps(sent("x", customer={})), json.dumps(sent("y", touchpoint="nowhere")), "[]"]
    failed = site.receive(json.dumps(sent("a")), *wrong, json.dumps(sent("b")), json.dumps(sent("a")))
    assert failed == ["m1", "m2", "m3", "m4"]
    assert {name for _, name in site.world.interactions.stored} == {"a", "b"}


def bought(**more: Any) -> dict[str, Any]:
    usual = {"customer": {"id": "A-17"}, "kind": "bought", "amount": 12.5, "currency": "EUR"}
    return usual | {"occurred_at": "2024-02-01T09:30:00Z"} | more


def test_an_outcome_is_stored_once_by_its_id_or_by_its_content(site: Site) -> None:
    """The same content twice is one; another amount is another."""
    replies = [site.post("/v1/outcomes", body) for body in (bought(), bought(), bought(amount=13))]
    assert [(one.status, one.body["status"]) for one in replies] == [
        (201, "stored"), (200, "already_stored"), (201, "stored"),
    ]  # fmt: skip
    named = [site.post("/v1/outcomes", bought(outcome_id="o1", amount=n)).body["status"] for n in (1, 2)]
    assert named == ["stored", "already_stored"]
    assert len(site.world.outcomes.stored) == 3


def test_an_amount_that_is_next_to_nothing_is_nothing(site: Site) -> None:
    """DynamoDB keeps no number that is closer to 0 than 1e-130, but 0."""
    assert site.post("/v1/outcomes", bought(amount=1e-200)).status == 201
    [stored] = site.world.outcomes.stored.values()
    assert stored.amount == 0


def test_an_outcome_is_the_persons_of_whom_interactions_speak(site: Site) -> None:
    """By any of their identifiers."""
    site.post("/v1/interactions", sent(customer={"email": "jane@gmail.com", "id": "A-17"}))
    site.post("/v1/outcomes", bought())
    site.post("/v1/outcomes", bought(customer={"email": "JANE@gmail.com"}, kind="churned", amount=None))
    assert len({one.person_id for one in site.world.outcomes.stored.values()} | set(site.world.people.stored)) == 1


def test_a_wrong_outcome_names_every_field_and_keeps_no_other_back(site: Site) -> None:
    """What was bought needs an amount; amounts are finite and not negative."""
    bodies = [bought(amount=None), bought(amount=-1, kind="lost", currency="euro"), bought()]
    results = site.post("/v1/outcomes", {"outcomes": bodies}).body["results"]
    assert [one["status"] for one in results] == ["invalid", "invalid", "stored"]
    pointers = [{error["pointer"] for error in one.get("errors", [])} for one in results]
    assert pointers == [{"#/0/amount"}, {"#/1/amount", "#/1/kind", "#/1/currency"}, set()]


def test_the_pressure_on_a_person_is_told_without_their_names(site: Site) -> None:
    """What was asked, what was refused and because of whom, and when everybody may ask again."""
    site.post("/v1/interactions", sent(customer={"email": "jane@gmail.com", "id": "A-17"}))
    site.post("/v1/interactions", sent("order-2", touchpoint="support"))
    reply = site.post("/v1/pressure", {"customer": {"id": "A-17"}})
    assert reply.status == 200
    [asked], [refused] = reply.body["asked"], reply.body["refused"]
    assert (asked["touchpoint"], asked["owner"], asked["channel"], asked["state"]) == (
        "checkout", "web", "email", "reserved",
    )  # fmt: skip
    assert (refused["touchpoint"], refused["reason"], refused["whose"], refused["whose_owner"]) == (
        "support", "company_cap", "checkout", "web",
    )  # fmt: skip
    standings = {(one["touchpoint"], one["channel"]): one for one in reply.body["standings"]}
    assert standings["support", "email"]["may_be_asked_at"] == "2024-03-31T10:00:00Z"
    assert standings["support", "sms"]["reason"] == "channel_unusable"
    assert "may_be_asked_at" not in standings["support", "sms"]
    assert "jane" not in json.dumps(reply.body)


def test_an_address_on_the_list_is_not_asked_whoever_has_it(site: Site) -> None:
    """It came there before anybody was known by it, or for somebody else."""
    jane = Identifier("email", "jane@gmail.com")
    site.world.people.write(Person("jane", identifiers=(jane,)))
    site.suppressions.add([Suppression(jane, "import", NOW)])
    reply = site.post("/v1/pressure", {"customer": {"email": "jane@gmail.com"}})
    reasons = {one["channel"]: one.get("reason") for one in reply.body["standings"] if one["touchpoint"] == "checkout"}
    assert reasons["email"] == "opted_out"


def test_rules_that_follow_on_each_other_are_waited_for_in_turn() -> None:
    """A cap of one in 30 days, then the touchpoint's own rest of 60: asked again after both."""
    before = invitations.app._deps
    world = World(touchpoint(rest_days=60), pressure=ONE)
    site = Site(world)
    site.post("/v1/interactions", sent())
    [email, _] = site.post("/v1/pressure", {"customer": {"email": "jane@gmail.com"}}).body["standings"]
    assert (email["reason"], email["may_be_asked_at"]) == ("quarantine", "2024-04-30T10:00:00Z")
    [person_id] = world.people.stored
    contact = Contact("other", 1, "support", "sms", NOW + timedelta(days=59), NOW)
    world.ledgers.save(world.ledgers.get(person_id).with_contact(contact))
    [email, _] = site.post("/v1/pressure", {"customer": {"email": "jane@gmail.com"}}).body["standings"]
    assert email["may_be_asked_at"] == "2024-05-29T10:00:00Z"
    invitations.app._deps = before


def test_nobody_is_told_of_somebody_unknown(site: Site) -> None:
    """404; and 422 where nobody is named."""
    assert site.post("/v1/pressure", {"customer": {"id": "nobody"}}).status == 404
    assert site.post("/v1/pressure", {"customer": {}}).status == 422


@pytest.mark.parametrize(
    ("query", "status", "span"),
    [
        ("", 200, ("2024-02-03", "2024-03-01")),
        ("?from=2024-02-01&to=2024-02-01", 200, ("2024-02-01", "2024-02-01")),
        ("?from=2024-02-20", 200, ("2024-02-20", "2024-03-01")),
        ("?to=2024-02-28", 200, ("2024-02-01", "2024-02-28")),
        ("?from=2023-12-01&to=2024-03-01", 200, ("2023-12-01", "2024-03-01")),
        ("?from=2023-11-30&to=2024-03-01", 422, None),
        ("?from=2024-02-02&to=2024-02-01", 422, None),
        ("?from=x", 422, None),
        ("?since=2024-02-02", 422, None),
    ],
)
def test_the_funnel_is_of_the_days_asked_for(site: Site, query: str, status: int, span: Any) -> None:
    """Four weeks where none are named, 92 days at the most."""
    reply = site.get(f"/v1/touchpoints/checkout/funnel{query}")
    assert reply.status == status
    if span:
        assert (reply.body["first_day"], reply.body["last_day"]) == span


def test_a_funnel_without_anybody_has_no_rates(site: Site) -> None:
    """Nobody is not 0 %."""
    funnel = site.get("/v1/touchpoints/checkout/funnel").body["funnel"]
    assert (funnel["happened"], funnel["rates"]) == (0, {})
    assert site.get("/v1/touchpoints/nowhere/funnel").status == 404
