"""A person who was asked, answered, was quoted and wished, in the true tables; and their erasure going round."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from services.aggregator.adapters import erasing as aggregator
from services.aggregator.adapters.findings import TableAlerts
from services.aggregator.adapters.traces import TableTraces
from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Series
from services.aggregator.domain.traces import Trace
from services.alerts.adapters import erasing as alerts
from services.alerts.adapters.cases.table import customer_item
from services.alerts.adapters.notes import TableNotes
from services.alerts.adapters.standings import TableStandings
from services.alerts.domain import deliveries, notes
from services.alerts.domain.notes import Message
from services.alerts.domain.passes import Codes
from services.alerts.domain.standings import Standing
from services.alerts.domain.subscribers import Subscriber
from services.collector.adapters import erasing as collector
from services.collector.adapters.links import TableLinks
from services.collector.adapters.openings import TableOpenings
from services.collector.adapters.responses import TableResponses
from services.collector.adapters.texts import TableConversations
from services.collector.channels.sms.conversation import Conversation, Heard
from services.collector.domain.links import Link
from services.collector.domain.responses import Response
from services.invitations.adapters.erasing import ContactsEraser
from services.invitations.adapters.erasures import TableErasures
from services.invitations.adapters.interactions import TableInteractions
from services.invitations.adapters.invitations import TableInvitations
from services.invitations.adapters.ledgers import TableLedgers
from services.invitations.adapters.outcomes import TableOutcomes
from services.invitations.adapters.people import TablePeople
from services.invitations.adapters.questions import TableQuestions
from services.invitations.adapters.reservations import TableReservations
from services.invitations.adapters.steps import TableLinks as InvitedLinks
from services.invitations.adapters.steps import TableSteps
from services.invitations.adapters.suppressions import TableSuppressions
from services.invitations.domain.interactions import Interaction
from services.invitations.domain.invitations import Step
from services.invitations.domain.links import link_of
from services.invitations.domain.outcomes import Outcome
from services.invitations.domain.people import Identifier
from services.invitations.domain.questions import Question
from services.invitations.domain.sending import Progress
from services.invitations.usecases import erasing
from services.invitations.usecases.deciding import record_interaction
from services.invitations.usecases.erasing import Erasure
from services.invitations.usecases.identity import change_person
from services.invitations.usecases.ports import Deps
from services.invitations.usecases.sending_ports import Suppression
from shared.codes import keyed_hash
from shared.dynamo import Table, unmarshal_item
from shared.erasing import Baton, Eraser, Queues, baton_of
from shared.errors import Conflict
from shared.events import Causes, ExcessWord
from shared.tables import cases as case_keys
from shared.tables import friction as friction_keys
from shared.tables import responses as response_keys
from tests.alerts import owner, subscription
from tests.events import alert_event
from tests.fakes import FakeCatalogue
from tests.invitations import NOW, SECRET, FakeSampling, FakeTallies, touchpoint

EMAIL, PHONE, ID = "jane.doe@example.com", "+33612345678", "client-4711"
NAME, COMMENT, MORE = "Jane Doe", "La vendeuse Zoé m'a dit d'attendre 47 minutes.", "Rappelez Jane Doe !"
TEXT = "3 parce que ma commande Q-99-ZZ est perdue"
MARKERS = ("jane", "doe", PHONE[1:], ID, "Zoé", "Rappelez", "Q-99-ZZ")
"""What nobody may find any more, in any spelling of capital letters."""
QUOTE = "La vendeuse Zoé m'a dit d'attendre ••• minutes."
"""As an alert has it."""
CAUSES = Causes(words=[ExcessWord(text="attendre", before=1, after=9, examples=[QUOTE, "Attendre, encore attendre"])])
TABLES = ("contacts", "responses", "friction", "cases")


class Crash(BaseException):
    """The process is gone."""


@dataclass
class Calls:
    """A client whose writing calls can be struck."""

    client: Any
    fault: Fault

    def __getattr__(self, name: str) -> Callable[..., Any]:
        made = getattr(self.client, name)
        if name.startswith(("get", "query")):
            return made  # type: ignore[no-any-return]
        return lambda **arguments: self.fault.made(name, lambda: made(**arguments))


@dataclass
class Fault:
    """Counts writing calls; after the `at`-th of all, everything ends. Ending before one is ending after the last."""

    at: int | None = None
    calls: list[str] = field(default_factory=list)

    def made(self, name: str, call: Callable[[], Any]) -> Any:
        number = len(self.calls)
        self.calls.append(name)
        result = call()
        if self.at == number:
            raise Crash(f"after call {number}, {name}")
        return result


@dataclass
class Messages:
    """SQS as far as batons need it: what is put stands in line."""

    waiting: deque[tuple[str, str]] = field(default_factory=deque)
    delays: list[int] = field(default_factory=list)

    def send_message(self, **sent: Any) -> None:
        self.waiting.append((sent["QueueUrl"], sent["MessageBody"]))
        self.delays.append(sent["DelaySeconds"])


class World:
    """The four tables and the erasers of the four services. now: of everybody."""

    def __init__(self, tables: dict[str, Table], fault: Fault | None = None) -> None:
        self.plain, self.now = tables, NOW
        self.messages, self.fault = Messages(), fault or Fault()
        self.tables = {name: Table(Calls(one.client, self.fault), one.name) for name, one in tables.items()}
        queues = Queues(Calls(self.messages, self.fault), {name: name for name in TABLES})
        self.erasures = TableErasures(self.tables["contacts"], SECRET)
        settles = timedelta(minutes=15)
        contacts = self.tables["contacts"]
        self.contacts = ContactsEraser(contacts, SECRET, self.erasures, queues, lambda: self.now, settles)
        self.takers: dict[str, Callable[[Baton], None]] = {"contacts": self.contacts.take}
        found: dict[str, Any] = {
            "responses": lambda baton, _: collector.found(self.tables["responses"], baton, self.now),
            "friction": lambda baton, _: aggregator.found(self.tables["friction"], baton),
            "cases": lambda baton, _: alerts.found(self.tables["cases"], baton),
        }
        told: dict[str, Any] = {
            "responses": collector.told,
            "friction": lambda baton, _: aggregator.told(self.tables["friction"], baton),
            "cases": alerts.told,
        }
        keys = {"responses": response_keys, "friction": friction_keys, "cases": case_keys}
        for name in found:
            place = keys[name].erased_key  # type: ignore[attr-defined]
            eraser = Eraser(name, self.tables[name], place, found[name], told[name], queues, lambda: self.now)
            self.takers[name] = eraser.take

    def deps(self) -> Deps:
        contacts = self.plain["contacts"]
        ids = iter(f"person-{n}" for n in range(1000))
        return Deps(
            people=TablePeople(contacts, SECRET),
            ledgers=TableLedgers(contacts),
            interactions=TableInteractions(contacts),
            invitations=TableInvitations(contacts),
            reservations=TableReservations(contacts),
            sampling=FakeSampling(),
            tallies=FakeTallies(),
            outcomes=TableOutcomes(contacts),
            catalogue=FakeCatalogue({"checkout": touchpoint()}),
            now=lambda: self.now,
            new_code=lambda: next(ids),
            pause=lambda _: None,
            jitter=lambda: 0.5,
            secret=SECRET,
            public_url="https://answers.example.com",
        )

    def ask_to_erase(self, *identifiers: Identifier) -> Erasure:
        """As over HTTP; the stream then begins it."""
        deps = replace(self.deps(), new_code=lambda: "erasure-1")
        return erasing.ask_to_erase(identifiers, "key-1", TableErasures(self.plain["contacts"], SECRET), deps)

    def run(self) -> None:
        """Every message has its turns until none waits; one that fails comes again, as from SQS."""
        while self.messages.waiting:
            queue, body = self.messages.waiting[0]
            try:
                self.takers[queue](baton_of(body))
            except (Crash, Conflict):
                continue
            self.messages.waiting.remove((queue, body))

    def begin(self, erasure: Erasure) -> None:
        """The stream's record, which comes again where everything ends."""
        try:
            self.contacts.begin(erasure)
        except Crash:
            self.contacts.begin(erasure)

    def erase(self, *identifiers: Identifier) -> Erasure:
        """From the wish to the receipt."""
        self.begin(self.ask_to_erase(*identifiers))
        self.run()
        done = TableErasures(self.plain["contacts"], SECRET).get("erasure-1")
        assert done is not None
        return done

    def dump(self) -> dict[str, list[dict[str, Any]]]:
        """Every item of every table."""
        return {name: everything(table) for name, table in self.plain.items()}


def everything(table: Table) -> list[dict[str, Any]]:
    pages = table.client.get_paginator("scan").paginate(TableName=table.name)
    return [unmarshal_item(item) for page in pages for item in page["Items"]]


def empty(table: Table) -> None:
    for item in everything(table):
        table.delete(item["pk"], item["sk"])


def settle(world: World, who: tuple[Identifier, ...] = (), number: int = 1) -> str:
    """A person with something of each kind; gives the id of the invitation that they answered."""
    deps, tables = world.deps(), world.plain
    who = who or (Identifier("id", ID), Identifier("email", EMAIL), Identifier("phone", PHONE))
    happened = Interaction(f"order-{number}", "checkout", NOW, NOW, who, attributes={"name": NAME})
    decided = record_interaction(happened, deps).decided
    person = deps.people.find(who)[0]
    invitation = deps.invitations.get(decided.invitation_id)
    assert invitation is not None
    ends = NOW + timedelta(days=10)
    InvitedLinks(tables["contacts"]).add(link_of(SECRET, invitation, person, ends))
    customer = keyed_hash(SECRET, "customer", person.customer)
    phone = next(one for one in who if one.kind == "phone")
    question = Question(phone, invitation.invitation_id, "checkout", "checkout", 1, "fr", customer, NOW, ends)
    sent = Progress(replace(invitation, state="sent"), Step(invitation.invitation_id, 1, "sent", NOW), asks=question)
    TableSteps(tables["contacts"], TableQuestions(tables["contacts"], SECRET)).write(sent)
    deps.outcomes.add(Outcome(f"outcome-{number}", person.person_id, "bought", NOW, NOW, 12.0, "EUR"))
    change_person(person.person_id, lambda one: replace(one, opted_out=frozenset({"email"})), deps)
    TableSuppressions(tables["contacts"], SECRET).add([Suppression(phone, "stop", NOW)])
    answered(world, invitation.invitation_id, customer, number)
    quoted(world, number)
    return invitation.invitation_id


def response(response_id: str, **more: Any) -> Response:
    fields: dict[str, Any] = {
        "response_id": response_id,
        "touchpoint": "checkout",
        "owner": "web",
        "survey": "checkout",
        "survey_version": 1,
        "scale": "csat",
        "score": 1,
        "audience": "customer",
        "channel": "email",
        "collected_at": NOW,
        "stored_at": NOW,
    }
    return Response(**{**fields, **more})


def answered(world: World, invitation_id: str, customer: str, number: int) -> None:
    """By the invitation's link, by another one, by text message, through the API, and by telephone."""
    table = world.plain["responses"]
    words = {"comment": COMMENT, "follow_up_text": MORE, "attributes": {"seller": NAME}}
    mine = response(f"invitation:{invitation_id}", customer=customer, lang="fr", evidence={"place": NAME}, **words)
    other = response(f"api-{number}", comment=COMMENT, customer=keyed_hash(SECRET, "customer", EMAIL))
    caller = keyed_hash(SECRET, "customer", f"phone:{PHONE}")
    called = response(f"phone:call-{number}", channel="phone", customer=caller)
    TableResponses(table).add([mine, other, called])
    link = Link(f"{number:032x}", "checkout", "single", "email", "customer", NOW, customer=customer)
    TableLinks(table).add(link)
    TableOpenings(table).note(link, NOW, score=1)
    heard = {"text-1": Heard(NOW, "answer", 1, TEXT)}
    TableConversations(table).save(Conversation(invitation_id, heard, customer=customer))


def quoted(world: World, number: int) -> None:
    """An alert with the person's words and another's, and a message of it."""
    settle_case(world.plain["cases"], f"case-{number}")
    event = alert_event(raised_at=NOW + timedelta(hours=number), sample_comments=["Trop cher", QUOTE], causes=CAUSES)
    trace = Trace(keyed_hash(SECRET, "customer", ID), "shop", "checkout", NOW, f"{number}")
    TableTraces(world.plain["friction"]).add({trace: NOW + timedelta(days=30)})
    fact = AlertFact(Series("checkout", "customer", "csat"), event)
    TableAlerts(world.plain["friction"], lambda: NOW).write(fact)
    cases, web = world.plain["cases"], owner("web", subscription("mail"))
    subscriber = Subscriber(web, web.subscriptions[0])
    note = notes.note(event, subscriber, "owner", NOW, timedelta())
    TableStandings(cases).save(Standing(event))
    store = TableNotes(cases, Codes(SECRET, "https://answers.example.com"))
    store.add(note)
    message = Message((note,))
    store.tell(message, deliveries.delivery(message, subscriber, NOW), NOW)


def settle_case(table: Table, case_id: str) -> None:
    """A case with a note of the team's, as its eraser sees it."""
    customer = keyed_hash(SECRET, "customer", ID)
    for place, kind in ((case_keys.case_key(case_id), "case"), (case_keys.deed_key(case_id, 1), "deed")):
        table.put({"pk": place[0], "sk": place[1], "kind": kind, "case_id": case_id, "text": f"{NAME} : {COMMENT}"})
    table.put(customer_item(customer, case_id))


def left_of(dump: dict[str, list[dict[str, Any]]], markers: tuple[str, ...] = MARKERS) -> list[str]:
    """What of the person is still to be found, and where."""
    texts = {name: json.dumps(items, default=repr, ensure_ascii=False).lower() for name, items in dump.items()}
    return [f"{marker} in {name}" for name, text in texts.items() for marker in markers if marker.lower() in text]
