"""An interaction is stored once, with its decision; people are found, made and merged; places are given and lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from services.invitations.domain import identifiers
from services.invitations.domain.interactions import Decision, Interaction, Planned, Share, Suppressed
from services.invitations.domain.ledger import LEAST_KEPT, MOST_CONTACTS, Contact, Ledger
from services.invitations.domain.links import code_of
from services.invitations.domain.people import MOST_IDENTIFIERS, Identifier, Person
from services.invitations.usecases.contacts import open_ledger, reserve_reminder
from services.invitations.usecases.deciding import Recorded, record_interaction
from services.invitations.usecases.identity import change_person, person_of
from services.invitations.usecases.ports import Merge, Reservation
from services.invitations.usecases.retrying import ATTEMPTS
from shared.catalogue import Ask, Cap, Pressure
from shared.codes import keyed_hash
from shared.errors import Conflict, NotFound, Unavailable
from tests.invitations import NOW, SECRET, FakeLedgers, FakePeople, World, touchpoint

DAY = timedelta(days=1)
ID, EMAIL = Identifier("id", "A-17"), Identifier("email", "jane@example.com")
MOBILE, LANDLINE = Identifier("phone", "+33612345678"), Identifier("phone", "+33142685300")
ONE = Pressure(company=Cap(at_most=1, days=30))


def happened(name: str = "order-1", *customer: Identifier, **more: Any) -> Interaction:
    at = more.pop("at", NOW)
    return replace(Interaction(name, "checkout", at, at, customer or (EMAIL,)), **more)


def decision(recorded: Recorded) -> Decision:
    return recorded.decided.decision


def reason(recorded: Recorded) -> str | None:
    told = decision(recorded)
    return told.reason if isinstance(told, Suppressed) else None


def test_who_is_to_be_asked_has_a_place_an_invitation_and_a_decision_at_once() -> None:
    """Nothing is sent by that; the invitation is due when it was decided."""
    world = World(touchpoint(programme="onboarding", ask=Ask(delay_minutes=30, expires_days=14)))
    world.sampling.shares["checkout"] = Share(1.0, need=0.7)
    told = record_interaction(happened(locale="fr", attributes={"basket": 12.5}), world.deps)
    due_at = NOW + timedelta(minutes=30)
    assert told.is_new
    assert decision(told) == Planned("email", due_at, 1.0)
    person = world.people.find([EMAIL])[0]
    [contact] = world.ledgers.get(person.person_id).contacts
    invitation_id = told.decided.invitation_id
    assert contact == Contact(
        invitation_id, 1, "checkout", "email", due_at, NOW, "reserved", programme="onboarding", need=0.7
    )
    invitation = world.invitations.stored[invitation_id]
    assert (invitation.state, invitation.due_at, invitation.step, invitation.locale) == ("planned", due_at, 1, "fr")
    assert invitation.expires_at == due_at + 14 * DAY
    kept = world.interactions.get("checkout", "order-1")
    assert kept is not None
    assert kept.interaction.customer == ()
    assert kept.interaction.attributes == {"basket": 12.5}


def test_an_interaction_sent_again_is_known_with_what_was_decided_then() -> None:
    """Though the rules have changed; and no second place is taken."""
    world = World(pressure=ONE)
    first = record_interaction(happened(), world.deps)
    world.catalogue.known["checkout"] = touchpoint(paused=True)
    again = record_interaction(happened(), world.deps)
    assert (again.is_new, decision(again)) == (False, decision(first))
    world.catalogue.known["checkout"] = touchpoint()
    world.catalogue.rules = Pressure()
    assert not record_interaction(happened(), world.deps).is_new
    assert len(world.ledgers.get(first.decided.person_id).contacts) == 1


def test_a_refusal_is_kept_too_and_takes_no_place() -> None:
    """With its reason, whose place is in the way, and until when."""
    world = World(pressure=ONE)
    record_interaction(happened(), world.deps)
    refused = record_interaction(happened("order-2"), world.deps)
    assert decision(refused) == Suppressed("company_cap", 1.0, "checkout", NOW + 30 * DAY)
    assert world.interactions.get("checkout", "order-2") is not None
    assert refused.decided.invitation_id not in world.invitations.stored


@pytest.mark.parametrize("channel", ["web", "widget", "qr", "kiosk", "phone", "agent"])
def test_a_caller_who_may_ask_has_a_link_and_the_contact_counts_as_made(channel: str) -> None:
    """The link is kept by the hash of its code, with whom it is for, as the collector knows it."""
    world = World(pressure=ONE)
    told = record_interaction(happened("visit", ID, channel=channel), world.deps)
    assert decision(told) == Planned(channel, NOW, 1.0)
    code = code_of(SECRET, told.decided.invitation_id, channel)
    link = world.reservations.links[keyed_hash(SECRET, "link", code)]
    assert (link.channel, link.invitation_id) == (channel, told.decided.invitation_id)
    assert link.customer == keyed_hash(SECRET, "customer", "A-17")
    invitation = world.invitations.stored[told.decided.invitation_id]
    assert (invitation.state, invitation.sent_at, invitation.due_at) == ("sent", NOW, None)
    assert world.ledgers.get(told.decided.person_id).contacts[0].state == "sent"


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_caller_who_names_a_channel_by_which_we_send_leaves_it_to_us(channel: str) -> None:
    """There is no link yet: it is made with the message."""
    world = World()
    told = record_interaction(happened("order", EMAIL, MOBILE, channel=channel), world.deps)
    assert decision(told) == Planned(channel, NOW, 1.0)
    assert world.reservations.links == {}


def test_invitation_ids_are_made_of_the_interaction() -> None:
    """Sixteen characters, the same in every run, another at another touchpoint."""
    world = World(touchpoint(), touchpoint("delivery"))
    first = record_interaction(happened(), world.deps).decided.invitation_id
    assert first == record_interaction(happened(), World().deps).decided.invitation_id
    assert len(first) == 16
    assert first != record_interaction(happened(touchpoint="delivery"), world.deps).decided.invitation_id


def test_one_person_whichever_way_they_are_named() -> None:
    """What is named together is the same person from then on."""
    world = World()
    people = [
        record_interaction(happened(f"order-{n}", *named), world.deps).decided.person_id
        for n, named in enumerate([(ID, EMAIL), (EMAIL, MOBILE), (MOBILE,), (ID,)])
    ]
    assert len(set(people)) == 1
    assert world.people.stored[people[0]].identifiers == (ID, EMAIL, MOBILE)


def test_what_an_interaction_says_of_the_person_is_kept() -> None:
    """The newest word about language, country and zone; nothing said changes nothing, and writes nothing."""
    world = World()
    told = {"locale": "fr", "country": "FR", "time_zone": "Europe/Paris"}
    person_id = record_interaction(happened("1", **told), world.deps).decided.person_id
    record_interaction(happened("2"), world.deps)
    person = world.people.stored[person_id]
    assert (person.locale, person.country, person.time_zone, person.version) == ("fr", "FR", "Europe/Paris", 1)
    record_interaction(happened("3", locale="nl"), world.deps)
    assert world.people.stored[person_id].locale == "nl"


def test_where_nobody_names_a_country_the_number_does() -> None:
    """So that a text keeps the hours of that country; what was said of the country goes first, whenever it was."""
    world = World()
    spoken, silent = Identifier("phone", "+14155550132"), Identifier("phone", "+33612345679")
    one = record_interaction(happened("1", spoken, country="US-FL"), world.deps).decided.person_id
    record_interaction(happened("2", spoken), world.deps)
    other = record_interaction(happened("3", silent), world.deps).decided.person_id
    assert (world.people.stored[one].country, world.people.stored[other].country) == ("US-FL", "FR")
    assert identifiers.country_of(Identifier("phone", "+80012345678")) is None


def test_the_newest_word_about_consent_holds() -> None:
    """By when the interaction happened, whenever it is heard of."""
    world = World()
    record_interaction(happened("1", consent=frozenset()), world.deps)
    assert reason(record_interaction(happened("2"), world.deps)) == "no_consent"
    older = happened("3", consent=frozenset({"all"}), at=NOW - DAY)
    assert reason(record_interaction(older, world.deps)) == "no_consent"
    newer = happened("4", consent=frozenset({"email"}), at=NOW + timedelta(seconds=1))
    assert reason(record_interaction(newer, world.deps)) is None


def test_a_landline_is_known_but_takes_no_text_message() -> None:
    """It names the person all the same."""
    world = World()
    told = record_interaction(happened("1", LANDLINE), world.deps)
    assert reason(told) == "channel_unusable"
    assert decision(record_interaction(happened("2", LANDLINE, MOBILE), world.deps)) == Planned("sms", NOW, 1.0)
    assert world.people.find([MOBILE])[0].person_id == told.decided.person_id


def test_people_who_turn_out_to_be_one_have_the_contacts_and_wishes_of_both() -> None:
    """The ledgers add up: what was two places of two people fills the cap of one."""
    world = World(pressure=Pressure(company=Cap(at_most=2, days=30)))
    first = record_interaction(happened("1", ID, channel="web"), world.deps).decided
    second = record_interaction(happened("2", EMAIL, consent=frozenset({"email"})), world.deps).decided
    change_person(second.person_id, lambda one: replace(one, opted_out=frozenset({"sms"}), less_often=True), world.deps)
    both = record_interaction(happened("3", ID, EMAIL), world.deps)
    assert reason(both) == "company_cap"
    person = world.people.find([EMAIL])[0]
    assert person.person_id == both.decided.person_id == first.person_id
    assert person.identifiers == (ID, EMAIL)
    assert (person.opted_out, person.less_often, person.consent) == (frozenset({"sms"}), True, frozenset({"email"}))
    assert person.merged_from == (second.person_id,)
    assert {one.invitation_id for one in world.ledgers.get(person.person_id).contacts} == {
        first.invitation_id,
        second.invitation_id,
    }
    assert world.people.get(second.person_id) == person
    assert world.people.stored[second.person_id] == Person(second.person_id, 3, merged_into=person.person_id)
    assert world.ledgers.get(second.person_id).contacts == ()
    assert open_ledger(second.person_id, world.deps) == world.ledgers.get(person.person_id)


def test_three_people_are_merged_one_into_the_other() -> None:
    """Whoever had one of the three names is found by any of them, and by any of the old ids."""
    world = World()
    people = [person_of(happened(one.kind, one), world.deps).person_id for one in (ID, EMAIL, MOBILE)]
    person_of(happened("d", EMAIL, MOBILE), world.deps)
    survivor = person_of(happened("e", ID, MOBILE), world.deps)
    assert survivor.identifiers == (ID, EMAIL, MOBILE)
    assert {world.people.get(one) for one in people} == {survivor}
    assert set(survivor.merged_from) == set(people) - {survivor.person_id}
    assert open_ledger(people[2], world.deps).person_id == survivor.person_id


def test_what_more_people_share_than_one_can_have_names_joins_nobody() -> None:
    """A shop's own number, given for every customer, makes no giant of them: from then on it is passed over."""
    world = World()
    people = [person_of(happened(str(n), identifiers.customer_id(f"c-{n}"), MOBILE), world.deps) for n in range(30)]
    joined = {person.person_id for person in people[: MOST_IDENTIFIERS - 1]}
    assert len(joined) == 1
    assert len({person.person_id for person in people}) == 1 + 30 - (MOST_IDENTIFIERS - 1)
    assert all(len(person.identifiers) <= MOST_IDENTIFIERS for person in world.people.stored.values())
    assert people[-1].identifiers == (Identifier("id", "c-29"),)
    assert person_of(happened("again", Identifier("id", "c-29"), MOBILE), world.deps) == people[-1]


def test_a_touchpoint_that_is_gone_is_not_found() -> None:
    """It may leave the registry between parsing and deciding."""
    world = World()
    with pytest.raises(NotFound):
        record_interaction(happened(touchpoint="gone"), world.deps)


def test_wishes_change_the_person_only_where_they_are_new() -> None:
    """Saying the same again writes nothing; a person who was never there cannot be changed."""
    world = World()
    person = person_of(happened(), world.deps)
    stop: Callable[[Person], Person] = lambda one: replace(one, opted_out=frozenset({"all"}))  # noqa: E731
    assert change_person(person.person_id, stop, world.deps).version == person.version + 1
    assert change_person(person.person_id, stop, world.deps).version == person.version + 1
    with pytest.raises(NotFound):
        change_person("nobody", stop, world.deps)


# -- races, one step at a time ---------------------------------------------------------------------------------


@dataclass
class Overtaken(FakeLedgers):
    """Ledgers whose first reader is overtaken: by somebody else, just after the reading, or just before it."""

    meanwhile: Callable[[], object] | None = None
    is_before: bool = False

    def get(self, person_id: str) -> Ledger:
        ledger = super().get(person_id)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        return super().get(person_id) if self.is_before else ledger


def overtaken(world: World, meanwhile: Callable[[], object], *, is_before: bool = False) -> None:
    ledgers = Overtaken(world.ledgers.stored, meanwhile, is_before)
    world.ledgers = world.people.ledgers = world.reservations.ledgers = ledgers


def test_who_is_overtaken_decides_again() -> None:
    """The place that was free when it was looked at is not when it is taken."""
    world = World(pressure=ONE)
    overtaken(world, lambda: record_interaction(happened("faster"), world.deps))
    slower = record_interaction(happened("slower"), world.deps)
    assert reason(slower) == "company_cap"
    assert [one.invitation_id for one in world.ledgers.get(slower.decided.person_id).contacts] == [
        record_interaction(happened("faster"), world.deps).decided.invitation_id
    ]


@pytest.mark.parametrize("is_before", [False, True])
def test_a_merge_between_reading_and_writing_is_noticed(is_before: bool) -> None:
    """Whoever reserves for somebody who is just being merged reserves for the survivor, under the cap of both.

    Between the ledger and the write, and between the person and the ledger, which is then closed and empty.
    """
    world = World(pressure=ONE)
    record_interaction(happened("1", ID, channel="web"), world.deps)
    person_of(happened("known", EMAIL), world.deps)
    overtaken(world, lambda: record_interaction(happened("both", ID, EMAIL), world.deps), is_before=is_before)
    told = record_interaction(happened("2", EMAIL), world.deps)
    assert reason(told) == "company_cap"
    assert len(world.people.find([ID, EMAIL])) == 1


def test_a_reservation_during_a_merge_is_not_lost() -> None:
    """The merge is made again with the place that was taken meanwhile."""
    world = World(pressure=ONE)
    person_of(happened("a", ID), world.deps)
    person_of(happened("b", EMAIL), world.deps)
    overtaken(world, lambda: record_interaction(happened("1", EMAIL), world.deps))
    told = record_interaction(happened("2", ID, EMAIL), world.deps)
    assert reason(told) == "company_cap"
    assert len(world.ledgers.get(told.decided.person_id).counted) == 1


def test_the_same_interaction_from_two_senders_at_once_is_decided_once() -> None:
    """Asked or not, the slower one learns what the faster one decided."""
    for world in (World(pressure=ONE), World(touchpoint(paused=True))):
        overtaken(world, lambda world=world: record_interaction(happened(), world.deps))  # type: ignore[misc]
        slower = record_interaction(happened(), world.deps)
        assert not slower.is_new
        assert len(world.interactions.stored) == 1


@dataclass
class NeverThere(FakePeople):
    """People who are always changed by somebody else, or whose merges never succeed."""

    waited: list[float] = field(default_factory=list)

    def save(self, person: Person, added: Sequence[Identifier] = ()) -> Person:
        raise Conflict("changed")

    def merge(self, merge: Merge) -> None:
        raise Conflict("changed")


def test_who_is_overtaken_again_and_again_is_told_to_come_back() -> None:
    """After waits that grow and are drawn; nothing is stored."""
    world = World()
    people = NeverThere()
    deps = replace(world.deps, people=people, pause=people.waited.append)
    with pytest.raises(Unavailable):
        record_interaction(happened(), deps)
    assert len(people.waited) == ATTEMPTS
    assert people.waited == sorted(people.waited)
    assert max(people.waited) <= 1
    assert world.interactions.stored == {}


# -- the greater need ------------------------------------------------------------------------------------------


def needing(**needs: float) -> World:
    """A cap of one over touchpoints of such needs."""
    world = World(*[touchpoint(name) for name in needs], pressure=ONE)
    world.sampling.shares = {name: Share(1.0, need) for name, need in needs.items()}
    return world


def test_within_a_minute_the_place_goes_to_the_touchpoint_in_greater_need() -> None:
    """The other's interaction and invitation say so, and whose the place is now."""
    world = needing(rich=0.1, poor=0.9)
    first = record_interaction(happened("1", touchpoint="rich"), world.deps).decided
    world.now += timedelta(seconds=59)
    second = record_interaction(happened("2", touchpoint="poor"), world.deps)
    assert decision(second) == Planned("email", world.now, 1.0)
    lost = world.interactions.get("rich", "1")
    assert lost is not None
    assert lost.decision == Suppressed("displaced", 1.0, whose="poor", channel="email")
    invitation = world.invitations.stored[first.invitation_id]
    assert (invitation.state, invitation.reason, invitation.due_at) == ("suppressed", "displaced", None)
    assert invitation.ended_at == world.now
    [contact] = world.ledgers.get(first.person_id).counted
    assert contact.touchpoint == "poor"


@pytest.mark.parametrize(
    ("needs", "later", "state"),
    [((0.9, 0.9), 0, "planned"), ((0.1, 0.9), 60, "planned"), ((0.1, 0.9), 0, "sent"), ((0.9, 0.1), 0, "planned")],
)
def test_else_the_first_keeps_it(needs: tuple[float, float], later: int, state: Any) -> None:
    """Of equal or greater need, after a minute, or once something was sent."""
    world = needing(rich=needs[0], poor=needs[1])
    first = record_interaction(happened("1", touchpoint="rich"), world.deps).decided
    if state != "planned":
        world.invitations.save(replace(world.invitations.stored[first.invitation_id], state=state))
    world.now += timedelta(seconds=later)
    assert reason(record_interaction(happened("2", touchpoint="poor"), world.deps)) == "company_cap"


def test_a_place_that_is_claimed_for_sending_meanwhile_is_not_lost() -> None:
    """Between looking and writing the sender claimed it: the write fails, and deciding again finds it sent."""
    world = needing(rich=0.1, poor=0.9)
    first = record_interaction(happened("1", touchpoint="rich"), world.deps).decided
    reserve = world.reservations.reserve

    def after_the_sender(reservation: Reservation) -> bool:
        invitation = world.invitations.stored[first.invitation_id]
        if invitation.state == "planned":
            world.invitations.save(replace(invitation, state="sent"))
        return reserve(reservation)

    world.reservations.reserve = after_the_sender  # type: ignore[method-assign]
    assert reason(record_interaction(happened("2", touchpoint="poor"), world.deps)) == "company_cap"
    assert [one.touchpoint for one in world.ledgers.get(first.person_id).counted] == ["rich"]


# -- reminders, and what a ledger keeps ------------------------------------------------------------------------


def test_a_reminder_takes_a_place_of_its_own_once() -> None:
    """Asked again it has the same place; with the cap full there is none."""
    world = World(touchpoint(programme="p"), pressure=Pressure(company=Cap(at_most=2, days=30)))
    decided = record_interaction(happened(), world.deps).decided
    invitation = world.invitations.stored[decided.invitation_id]
    world.now += 2 * DAY
    assert reserve_reminder(invitation, world.deps) == Planned("email", world.now, 1.0)
    world.now += timedelta(minutes=5)
    assert reserve_reminder(invitation, world.deps) == Planned("email", NOW + 2 * DAY, 1.0)
    contacts = world.ledgers.get(decided.person_id).counted
    assert [(one.step, one.at, one.programme) for one in contacts] == [(1, NOW, "p"), (2, NOW + 2 * DAY, "p")]
    assert reason(record_interaction(happened("order-2"), world.deps)) == "company_cap"


def test_a_reminder_that_has_no_place_is_refused_with_the_reason() -> None:
    """The cap, a pause, or a wish."""
    world = World(pressure=ONE)
    decided = record_interaction(happened(), world.deps).decided
    invitation = world.invitations.stored[decided.invitation_id]
    assert reserve_reminder(invitation, world.deps) == Suppressed("company_cap", 1.0, "checkout", NOW + 30 * DAY)
    world.catalogue.known["checkout"] = touchpoint(paused=True)
    assert reserve_reminder(invitation, world.deps) == Suppressed("touchpoint_paused", 1.0)


def test_a_ledger_forgets_what_no_rule_looks_at() -> None:
    """Older than the longest window and 400 days; but the newest of each touchpoint stays, for its rest."""
    old = [
        Contact(f"i{n}", 1, "checkout", "email", NOW - LEAST_KEPT - n * DAY, NOW - LEAST_KEPT - n * DAY, "sent")
        for n in range(3)
    ]
    ledger = Ledger("jane", 1, tuple(old))
    assert ledger.pruned(NOW, 30 * DAY).contacts == (old[0],)
    assert set(ledger.pruned(NOW, 402 * DAY).contacts) == {old[0], old[1]}
    assert set(ledger.pruned(NOW - DAY, 30 * DAY).contacts) == {old[0]}
    assert set(ledger.pruned(NOW - DAY - timedelta(seconds=1), 30 * DAY).contacts) == {old[0], old[1]}


def test_a_ledger_stays_small() -> None:
    """At most a thousand contacts, the newest; so that its item does."""
    many = tuple(Contact(f"i{n}", 1, "t", "web", NOW - n * DAY / 100, NOW, "sent") for n in range(MOST_CONTACTS + 5))
    kept = Ledger("jane", 1, many).pruned(NOW, DAY).contacts
    assert len(kept) == MOST_CONTACTS
    assert many[0] in kept
    assert many[-1] not in kept
