"""Before a message leaves everything is looked at once more; after it, every word of the provider has its effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from services.invitations.domain.interactions import Interaction
from services.invitations.domain.ledger import Contact
from services.invitations.domain.people import ALL, Identifier, Person
from services.invitations.domain.sending import (
    CLAIM_LASTS,
    LONGEST_WAIT,
    NotTaken,
    Outcome,
    Refused,
    Taken,
    Unclear,
    wait,
)
from services.invitations.usecases.counting import Reaction, hear_reaction
from services.invitations.usecases.deciding import record_interaction
from services.invitations.usecases.hearing import Heard, hear_outcome
from services.invitations.usecases.identity import change_person
from services.invitations.usecases.sending import attend, hand_over, pick
from services.invitations.usecases.sending_ports import Outgoing, Suppression, Turn
from shared.catalogue import Ask, Cap, Pressure
from shared.codes import LINK_LENGTH, SMS_LENGTH, keyed_hash
from shared.tables.contacts import DUE_SHARDS
from tests.invitations import SECRET, touchpoint
from tests.sending import JANE, NOW, PHONE, World, asking

AMERICAN: dict[str, Any] = {"whose": PHONE, "country": "US", "time_zone": "America/New_York"}


def contact(world: World, number: int = 1) -> Contact | None:
    [ledger] = (one for one in world.ledgers.stored.values() if not one.merged_into)
    return ledger.of(next(iter(world.invitations.stored)), number)


def change(world: World, **how: Any) -> None:
    [person] = world.people.stored.values()
    change_person(person.person_id, lambda one: replace(one, **how), world.plain)


def test_a_message_is_sent_once_and_counts_from_then() -> None:
    """The invitation says when, the ledger counts it, the link stands under the hash of its code."""
    world = World()
    invitation_id = world.plan(locale="fr")
    world.minutes(3)
    [sent] = world.sent
    assert (sent.invitation_id, sent.number, sent.to) == (invitation_id, 1, "jane@example.com")
    invitation = world.invitations.stored[invitation_id]
    assert (invitation.state, invitation.sent_at, invitation.due_at) == ("sent", NOW, invitation.expires_at)
    assert contact(world) == replace(contact(world), state="sent", at=NOW)  # type: ignore[type-var]
    [link] = world.links.stored.values()
    assert isinstance(sent.content, bytes)
    code = sent.content.decode().split("/s/")[1][:LINK_LENGTH]
    assert link.link_id == keyed_hash(SECRET, "link", code)
    assert (link.invitation_id, link.expires_at) == (invitation_id, invitation.expires_at)


def test_a_text_message_is_known_by_the_number_that_answers_it() -> None:
    """Its link has 11 characters; what is asked of that number last is kept for its answer."""
    world = World()
    invitation_id = world.plan(**AMERICAN)
    world.days(1)
    [sent] = world.sms.sent
    assert isinstance(sent.content, str)
    assert len(sent.content.split("/s/")[1].split(" ")[0]) == SMS_LENGTH
    [question] = world.steps.asked[PHONE]
    assert (question.invitation_id, question.touchpoint, question.lang) == (invitation_id, "checkout", "en")


def test_a_text_that_did_not_leave_is_not_what_is_answered() -> None:
    """While it cannot be sent, a text written back answers what its owner has seen."""
    world = World(asking(remind=24))
    invitation_id = world.plan(**AMERICAN)
    world.days(1)
    seen = list(world.steps.asked[PHONE])
    world.sms.outcomes = [NotTaken("ThrottlingException")] * 1000
    world.days(3)
    assert len(seen) == 1
    assert world.steps.asked[PHONE] == seen
    assert world.steps.stored[invitation_id, 2].state == "failed"


@pytest.mark.parametrize("outcome", [NotTaken("ThrottlingException"), Refused("INVALID", "channel_unusable")])
def test_a_first_text_that_did_not_leave_can_be_answered_by_nothing(outcome: Outcome) -> None:
    """Whether it may be tried again or not."""
    world = World()
    world.sms.outcomes = [outcome] * 1000
    world.plan(**AMERICAN)
    world.days(1)
    assert world.steps.asked[PHONE] == []


@pytest.mark.parametrize("outcome", [Taken("message-1"), Unclear("ReadTimeout")])
def test_what_a_text_answers_stands_when_the_message_arrives(outcome: Outcome) -> None:
    """Its receiver may be quicker than the function that sent it, and than the provider's word."""
    world = World()
    invitation_id = world.plan(**AMERICAN)
    stood: list[str] = []

    class Quick:
        def send(self, outgoing: Outgoing) -> Outcome:
            stood.extend(one.invitation_id for one in world.steps.asked[PHONE])
            return outcome

    world.seam = lambda deps: replace(deps, senders={"sms": Quick()})
    world.days(1)
    assert stood == [invitation_id]
    [question] = world.steps.asked[PHONE]
    assert (question.invitation_id, question.has_left) == (invitation_id, isinstance(outcome, Taken))


def test_the_provider_s_word_says_that_a_text_left() -> None:
    """Where its reply was lost; the question is the one that was claimed, not one more."""
    world = World()
    invitation_id = world.plan(**AMERICAN)
    world.sms.outcomes = [Unclear("ReadTimeout")]
    world.days(1)
    [asked] = world.steps.asked[PHONE]
    hear_outcome(Heard(invitation_id, 1, "delivered", world.now, "m1", PHONE), world.plain)
    assert (asked.has_left, world.steps.asked[PHONE]) == (False, [replace(asked, has_left=True)])


def test_a_text_that_bounced_is_not_what_a_person_answers() -> None:
    """Its question stands behind those that arrived, in case it did after all."""
    world = World()
    invitation_id = world.plan(**AMERICAN)
    world.days(1)
    [asked] = world.steps.asked[PHONE]
    hear_outcome(Heard(invitation_id, 1, "bounced", world.now, "m1", PHONE, is_address_bad=True), world.plain)
    assert (asked.has_left, world.steps.asked[PHONE]) == (True, [replace(asked, has_left=False)])


def test_nobody_is_rung_out_of_bed() -> None:
    """Ten in the morning in London is five in New York: the message waits until eight there."""
    world = World()
    invitation_id = world.plan(**AMERICAN)
    world.now += timedelta(minutes=1)
    attend(Turn(invitation_id, 1), world.plain)
    assert world.sent == []
    assert world.invitations.stored[invitation_id].due_at == datetime(2024, 3, 1, 13, 0, tzinfo=UTC)
    world.days(1)
    assert world.steps.stored[invitation_id, 1].claimed_at == datetime(2024, 3, 1, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"opted_out": frozenset({"email"})}, "opted_out"),
        ({"opted_out": frozenset({ALL})}, "opted_out"),
        ({"unusable": frozenset({JANE})}, "channel_unusable"),
        ({"consent": frozenset()}, "no_consent"),
    ],
)
def test_what_changed_since_it_was_planned_is_respected(how: dict[str, Any], reason: str) -> None:
    """The place in the ledger is given back, and the invitation says why."""
    world = World()
    invitation_id = world.plan()
    change(world, **how)
    world.minutes(2)
    invitation = world.invitations.stored[invitation_id]
    assert (world.sent, invitation.state, invitation.reason, invitation.due_at) == ([], "suppressed", reason, None)
    assert contact(world) == replace(contact(world), state="released")  # type: ignore[type-var]


def test_a_touchpoint_that_is_paused_asks_nobody() -> None:
    """Nor one that is gone."""
    world = World()
    invitation_id = world.plan()
    world.catalogue.known = {"checkout": asking().model_copy(update={"paused": True})}
    world.minutes(2)
    assert world.invitations.stored[invitation_id].reason == "touchpoint_paused"


def test_a_suppressed_address_gets_nothing_whoever_has_it() -> None:
    """Even where its person never said anything."""
    world = World()
    invitation_id = world.plan()
    world.suppressions.add([Suppression(JANE, "import", NOW)])
    world.minutes(2)
    assert (world.sent, world.invitations.stored[invitation_id].reason) == ([], "opted_out")


def test_what_is_no_longer_fresh_is_not_sent() -> None:
    """On each side of the edge: after 72 hours the moment is forgotten."""
    for late, sent in ((timedelta(hours=72), 1), (timedelta(hours=72, seconds=1), 0)):
        world = World()
        invitation_id = world.plan()
        world.now += late
        attend(Turn(invitation_id, 1), world.plain)
        assert len(world.sent) == sent
    assert world.invitations.stored[invitation_id].reason == "quiet_hours"


def test_who_answered_is_not_reminded() -> None:
    """The answer is looked up as of now, whatever the stream has told yet; no place is taken for the reminder."""
    world = World(asking(remind=24))
    invitation_id = world.plan()
    world.minutes(2)
    world.answers.answered.add(("checkout", invitation_id))
    world.days(3)
    assert [one.number for one in world.sent] == [1]
    assert contact(world, 2) is None


def reminding() -> tuple[World, str]:
    """A reminder has a place, and the provider did not take it yet."""
    world = World(asking(remind=24))
    invitation_id = world.plan()
    world.minutes(2)
    world.now += timedelta(hours=24)
    world.email.outcomes = [NotTaken("TooManyRequestsException")]
    world.minute()
    reserved = contact(world, 2)
    assert reserved is not None
    assert reserved.state == "reserved"
    return world, invitation_id


def test_an_answer_gives_back_the_place_of_a_reminder_that_is_still_to_come() -> None:
    """What was never sent does not count, whoever ends it."""
    world, invitation_id = reminding()
    hear_reaction(Reaction(invitation_id, "answered", world.now), world.plain)
    hear_reaction(Reaction(invitation_id, "answered", world.now), world.plain)
    world.days(3)
    [ledger] = world.ledgers.stored.values()
    assert [one.step for one in ledger.counted] == [1]
    assert world.invitations.stored[invitation_id].state == "answered"
    assert len(world.sent) == 1


def test_a_bounce_gives_back_the_place_of_the_reminder_too() -> None:
    """The invitation ends with it, so its reminder is never sent."""
    world, invitation_id = reminding()
    hear_outcome(Heard(invitation_id, 1, "bounced", world.now, "message-1"), world.plain)
    world.days(3)
    [ledger] = world.ledgers.stored.values()
    assert ledger.counted == []


def test_a_reminder_comes_once_with_a_link_of_its_own() -> None:
    """After so many hours; it counts as a contact; then nothing more until the invitation expires."""
    world = World(asking(remind=24))
    invitation_id = world.plan()
    world.days(9)
    assert [one.number for one in world.sent] == [1, 2]
    assert len(world.links.stored) == 2
    assert {link.invitation_id for link in world.links.stored.values()} == {invitation_id}
    reminded = contact(world, 2)
    assert reminded is not None
    assert reminded.state == "sent"
    assert NOW + timedelta(hours=24) <= reminded.at <= NOW + timedelta(hours=24, minutes=5)
    world.days(2)
    assert world.invitations.stored[invitation_id].state == "expired"


def test_a_reminder_that_no_cap_allows_is_left_out() -> None:
    """One contact in thirty days: the invitation was it. The invitation goes on waiting for an answer."""
    world = World(asking(remind=24), pressure=Pressure(company=Cap(at_most=1, days=30)))
    invitation_id = world.plan()
    world.days(3)
    invitation = world.invitations.stored[invitation_id]
    assert [one.number for one in world.sent] == [1]
    assert (invitation.state, invitation.due_at) == ("sent", invitation.expires_at)


def test_what_the_provider_did_not_take_is_tried_again_with_growing_waits() -> None:
    """Throttled twice, then taken: three attempts, one message."""
    world = World()
    world.email.outcomes = [NotTaken("TooManyRequestsException"), NotTaken("ConnectTimeoutError")]
    invitation_id = world.plan()
    world.minutes(1)
    assert contact(world) == replace(contact(world), state="reserved")  # type: ignore[type-var]
    world.minutes(10)
    assert (len(world.sent), world.steps.stored[invitation_id, 1].attempts) == (1, 3)


def test_waits_double_to_an_hour_and_are_never_in_step() -> None:
    """Jitter adds up to a half."""
    waits = [wait(attempts, 0.0) for attempts in (1, 2, 3, 8, 30)]
    assert waits == [timedelta(seconds=s) for s in (30, 60, 120, 3600, 3600)]
    assert wait(30, 1.0) == LONGEST_WAIT * 1.5


def test_a_provider_that_is_down_until_the_moment_is_forgotten_costs_the_message_not_the_place() -> None:
    """It expires, without a reason of the person's, and gives back its place."""
    world = World()
    world.email.outcomes = [NotTaken("EndpointConnectionError")] * 1000
    invitation_id = world.plan()
    world.days(4)
    assert world.invitations.stored[invitation_id].state == "expired"
    assert contact(world) == replace(contact(world), state="released")  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("opted_out", Person("", opted_out=frozenset({"email"}))),
        ("channel_unusable", Person("", unusable=frozenset({JANE}))),
        (None, Person("")),
    ],
)
def test_what_the_provider_refuses_for_good_is_not_tried_again(reason: Any, told: Person) -> None:
    """The place is given back; what that says of the person is kept for the next time."""
    world = World()
    world.email.outcomes = [Refused("MessageRejected", reason)]
    invitation_id = world.plan()
    world.days(1)
    [person] = world.people.stored.values()
    assert world.sent == []
    assert world.steps.stored[invitation_id, 1].state == "failed"
    assert world.invitations.stored[invitation_id].state == ("suppressed" if reason else "expired")
    assert (person.opted_out, person.unusable) == (told.opted_out, told.unusable)
    assert contact(world) == replace(contact(world), state="released")  # type: ignore[type-var]


def test_what_may_have_been_sent_is_not_sent_again() -> None:
    """A reply that was lost leaves an unknown, which counts as a contact."""
    world = World(asking(remind=24))
    world.email.outcomes = [Unclear("ReadTimeoutError")]
    invitation_id = world.plan()
    world.days(9)
    assert world.sent == []
    assert world.steps.stored[invitation_id, 1].state == "unknown"
    assert contact(world) == replace(contact(world), state="sent")  # type: ignore[type-var]
    world.days(2)
    assert world.invitations.stored[invitation_id].state == "expired"


def test_while_somebody_is_sending_nobody_else_does() -> None:
    """A second turn finds the claim, and leaves it alone until whoever claimed must be gone."""
    world = World()
    invitation_id = world.plan()
    turns: list[Turn] = []

    class Meanwhile:
        """A provider during whose call the queue hands the same turn to somebody else."""

        def send(self, outgoing: Any) -> Any:
            turns.append(Turn(outgoing.invitation_id, outgoing.number))
            world.now += CLAIM_LASTS - timedelta(seconds=1)
            attend(turns[-1], world.plain)
            return world.email.send(outgoing)

    attend(Turn(invitation_id, 1), replace(world.plain, senders={"email": Meanwhile()}))
    assert (len(turns), len(world.sent)) == (1, 1)
    assert world.steps.stored[invitation_id, 1].state == "sent"


def test_what_is_due_is_handed_over_once_in_a_while() -> None:
    """Picked again a minute later, the invitation has been leased; the queue has it once."""
    world = World()
    world.plan()
    assert [pick(world.plain), pick(world.plain)] == [1, 0]
    world.now += timedelta(minutes=10)
    assert pick(world.plain) == 1


def test_what_cannot_be_handed_over_in_time_waits_a_minute_and_no_shard_waits_for_ever() -> None:
    """A queue that takes a quarter of a minute for each handful: the next minute begins with another shard."""
    world, handed = World(), set[str]()
    for number in range(60):
        world.plan(number, whose=Identifier("email", f"person{number}@example.com"))

    class Slow:
        def put(self, turns: Sequence[Turn]) -> None:
            handed.update(turn.invitation_id for turn in turns)
            world.now += timedelta(seconds=15)

    counts, planned = [], len(world.invitations.stored)
    for _ in range(DUE_SHARDS):
        world.now = world.now.replace(second=0) + timedelta(minutes=1)
        counts.append(pick(replace(world.plain, sendings=Slow())))
    assert max(counts) < planned == 60
    assert handed == set(world.invitations.stored)


def test_what_is_due_at_once_does_not_wait_for_the_next_minute() -> None:
    """The table's stream hands it over; what is due later, or was begun, it does not."""
    world = World(asking(remind=24))
    invitation_id = world.plan()
    planned = world.invitations.stored[invitation_id]
    later = replace(planned, due_at=NOW + timedelta(seconds=1))
    hand_over([planned, later, replace(planned, state="sent")], world.plain)
    assert world.queue.turns == [Turn(invitation_id, 1)]


def test_a_turn_of_an_invitation_that_is_gone_does_nothing() -> None:
    """Erased meanwhile, or never there."""
    world = World()
    attend(Turn("nothing", 1), world.plain)
    assert world.sent == []


def test_a_person_without_any_trace_is_not_written_to() -> None:
    """Erased between the plan and the message."""
    world = World()
    invitation_id = world.plan()
    world.people.stored.clear()
    world.minutes(2)
    assert (world.sent, world.invitations.stored[invitation_id].state) == ([], "suppressed")


class Meddling:
    """A provider during whose call something else happens."""

    def __init__(self, world: World, happens: Any) -> None:
        self.world, self.happens = world, happens

    def send(self, outgoing: Any) -> Any:
        taken = self.world.email.send(outgoing)
        self.happens(outgoing.invitation_id)
        return taken


def sent_while(happens: Any, remind: float | None = 24) -> tuple[World, str]:
    """A message during whose call that happens to its invitation."""
    world = World(asking(remind=remind))
    invitation_id = world.plan()
    meddling = Meddling(world, lambda name: happens(world, name))
    attend(Turn(invitation_id, 1), replace(world.plain, senders={"email": meddling}))
    return world, invitation_id


def test_the_provider_s_own_word_goes_before_ours() -> None:
    """A bounce that is told while the call still lasts is not undone by the call's good end."""
    bounce = partial(Heard, number=1, kind="bounced", at=NOW)
    world, invitation_id = sent_while(lambda world, name: hear_outcome(bounce(name), world.plain))
    assert world.steps.stored[invitation_id, 1].state == "failed"
    assert world.invitations.stored[invitation_id].state == "bounced"
    assert contact(world) == replace(contact(world), state="released")  # type: ignore[type-var]


def test_who_answers_before_the_call_ends_has_nothing_more_to_come() -> None:
    """No reminder is planned, and nothing is due any more."""

    def answered(world: World, name: str) -> None:
        stands = world.invitations.stored[name]
        world.invitations.save(replace(stands, state="answered", answered_at=NOW))

    world, invitation_id = sent_while(answered)
    invitation = world.invitations.stored[invitation_id]
    assert (invitation.state, invitation.due_at) == ("answered", None)
    assert world.steps.stored[invitation_id, 1].state == "sent"


def test_after_the_reminder_comes_only_the_end() -> None:
    """There is no third message, whatever the touchpoint's setting."""
    world = World(asking(remind=24))
    invitation_id = world.plan()
    world.days(1)
    world.minutes(2)
    invitation = world.invitations.stored[invitation_id]
    assert len(world.sent) == 2
    assert invitation.due_at == invitation.expires_at


def test_a_sender_who_is_quicker_than_the_picker_stops_nobody() -> None:
    """The invitation is sent before it could be leased; the others are handed over all the same."""
    world = World()
    world.plan(1)
    world.plan(2, whose=Identifier("email", "joe@example.com"))

    class AtOnce:
        """A queue whose receiver is at work already."""

        def put(self, turns: Sequence[Turn]) -> None:
            for turn in turns:
                attend(turn, world.plain)

    assert pick(replace(world.plain, sendings=AtOnce())) == 2
    assert len(world.sent) == 2
    assert {one.state for one in world.invitations.stored.values()} == {"sent"}


def test_what_left_late_keeps_what_follows_it_at_its_distance() -> None:
    """Planned a day apart to the second, the first leaves ten minutes late: so does the second."""
    a_day = timedelta(days=1)
    later = touchpoint("later", ask=Ask(delay_minutes=1440))
    world = World(asking(), later, pressure=Pressure(company=Cap(at_most=1, days=1)))
    world.plan()
    followed = record_interaction(Interaction("order-2", "later", NOW, NOW, (JANE,)), world.plain).decided
    assert world.invitations.stored[followed.invitation_id].due_at == NOW + a_day
    world.now += timedelta(minutes=10)
    world.minute()
    assert len(world.sent) == 1
    world.now = NOW + a_day
    world.minute()
    assert len(world.sent) == 1
    world.now = NOW + a_day + timedelta(minutes=10)
    world.minute()
    assert [one.invitation_id for one in world.sent][1:] == [followed.invitation_id]


def test_of_two_who_turn_out_to_be_one_person_the_first_message_leaves() -> None:
    """Both are due when they are merged, and the cap has room for one: they do not wait for each other."""
    world = World(asking(), pressure=Pressure(company=Cap(at_most=1, days=7)))
    world.plan(1)
    both = (JANE, Identifier("email", "j@example.com"))
    world.plan(2, whose=both[1])
    record_interaction(Interaction("order-3", "checkout", NOW, NOW, both), world.plain)
    world.minutes(3)
    assert len(world.sent) == 1
    world.days(8)
    assert len(world.sent) == 1, "the other is no longer fresh when the cap has room"
