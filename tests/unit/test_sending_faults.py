"""Whatever fails or crashes at whatever call: no message is sent twice, and none is lost but in one place.

That place is between the claim and the mark (docs/adr/0012-at-most-one-message.md). Every call of every port is
struck in turn, before and after it was made, by an error and by a crash; then the clock goes on without faults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from services.invitations.usecases.hearing import Heard, Said, hear_outcome, hear_said
from shared.errors import Unavailable
from tests.faults import Crash, Fault
from tests.sending import JANE, NOW, PHONE, World, asking, attempted

STRIKES = [(when, how) for when in ("before", "after") for how in (Crash, Unavailable)]
DAYS = 4


def invited(**how: object) -> World:
    """Somebody is to be asked, and reminded a day later."""
    world = World(asking(remind=24))
    world.plan(**how)  # type: ignore[arg-type]
    return world


SCENES: dict[str, Callable[[], World]] = {
    "email": invited,
    "sms": partial(invited, whose=PHONE, country="US", time_zone="America/New_York"),
}


def lived(world: World, fault: Fault) -> World:
    """The world some days later, with the fault at work from the beginning."""
    world.seam = fault.seam
    world.days(DAYS)
    return world


def traced(scene: str) -> list[str]:
    fault = Fault()
    lived(SCENES[scene](), fault)
    return fault.calls


def windows(calls: list[str]) -> list[range]:
    """The calls from each message's claim to its mark: the one place where nobody can know."""
    sends = [place for place, name in enumerate(calls) if name == "senders.send"]
    return [range(place - 1, calls.index("steps.write", place) + 1) for place in sends]


def is_in_the_window(calls: list[str], place: int, when: str) -> bool:
    """After the claim was written, and before the mark was."""
    return any(
        (place > window[0] or when == "after") and (place < window[-1] or when == "before")
        for window in windows(calls)
        if place in window
    )


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize(("when", "how"), STRIKES)
def test_nothing_is_sent_twice_and_nothing_is_lost(scene: str, when: str, how: type[BaseException]) -> None:
    """One world for each call of each port: each message arrives once; outside the window it always arrives."""
    calls = traced(scene)
    assert len(windows(calls)) == 2, "the invitation and its reminder"
    first_message = windows(calls)[0]
    for place in range(windows(calls)[1][-1] + 1):
        world = lived(SCENES[scene](), Fault(place, when, how))
        told = Counter((one.invitation_id, one.number) for one in world.sent)
        assert not any(count > 1 for count in told.values()), f"{calls[place]}, {when}: sent twice"
        steps = {number: step for (_, number), step in world.steps.stored.items()}
        if is_in_the_window(calls, place, when):
            struck = 1 if place in first_message else 2
            assert steps[struck].state == "unknown", f"{calls[place]}, {when}: it is known that nobody knows"
        else:
            assert sorted(number for _, number in told) == [1, 2], f"{calls[place]}, {when}: a message was lost"
            assert {step.state for step in steps.values()} == {"sent"}
        assert_counted(world)
        assert_answerable(world)


def assert_counted(world: World) -> None:
    """Every message that was or may have been sent counts in the ledger, and nothing else does."""
    [ledger] = world.ledgers.stored.values()
    begun = {number for (_, number), step in world.steps.stored.items() if step.state in ("sent", "unknown")}
    assert {contact.step for contact in ledger.counted} == begun


def assert_answerable(world: World) -> None:
    """What is written back to a text that left answers its invitation."""
    known = {(one.phone.value, one.invitation_id) for each in world.steps.asked.values() for one in each}
    assert {(one.to, one.invitation_id) for one in world.sms.sent} <= known


@pytest.mark.parametrize("scene", SCENES)
def test_what_nobody_knew_is_settled_by_the_provider_s_word(scene: str) -> None:
    """The process dies right after the call: the event with the invitation's tag says that it was sent."""
    calls = traced(scene)
    world = SCENES[scene]()
    world.seam = Fault(calls.index("senders.send"), "after", Crash).seam
    world.days(1)
    [(invitation_id, _)] = world.steps.stored
    assert world.steps.stored[invitation_id, 1].state == "unknown"
    hear_outcome(Heard(invitation_id, 1, "sent", world.now, "provider-1"), world.plain)
    step = world.steps.stored[invitation_id, 1]
    assert (step.state, step.message_id) == ("sent", "provider-1")
    invitation = world.invitations.stored[invitation_id]
    assert (invitation.state, invitation.sent_at, invitation.step) == ("sent", step.claimed_at, 2)
    world.days(2)
    assert [one.number for one in world.sent] == [1, 2], "the reminder goes out after all"


HEARD = {
    "delivered": Heard("", 1, "delivered", NOW, "message-1"),
    "bounced": Heard("", 1, "bounced", NOW, "message-1", JANE, is_address_bad=True),
    "complained": Heard("", 1, "complained", NOW, "message-1"),
}


@pytest.mark.parametrize("kind", HEARD)
@pytest.mark.parametrize(("when", "how"), STRIKES)
def test_what_a_provider_tells_is_taken_in_once_whatever_fails(kind: str, when: str, how: type[BaseException]) -> None:
    """An event that is told again after a fault leaves what one telling leaves."""
    expected = heard_with(Fault(), kind)
    count = len(expected[1].calls)
    assert count > 2
    for place in range(count):
        assert heard_with(Fault(place, when, how), kind)[0] == expected[0]


def heard_with(fault: Fault, kind: str) -> tuple[object, Fault]:
    """What stands after the event was told until it was taken in, and once more."""
    world = World()
    invitation_id = world.plan()
    world.minutes(1)
    told = Heard(invitation_id, *(getattr(HEARD[kind], name) for name in NAMES))
    world.seam = fault.seam
    while not attempted(lambda: hear_outcome(told, world.deps)):
        pass
    hear_outcome(told, world.plain)
    return stands(world), fault


NAMES = ("number", "kind", "at", "message_id", "address", "is_address_bad")


def stands(world: World) -> object:
    """What is stored, but for the versions, which count writes."""
    [invitation], [ledger] = world.invitations.stored.values(), world.ledgers.stored.values()
    [person] = world.people.stored.values()
    return (
        (invitation.state, invitation.due_at, invitation.delivered_at),
        ledger.contacts,
        (person.opted_out, person.unusable),
        world.steps.stored,
    )


@pytest.mark.parametrize(("when", "how"), STRIKES)
def test_stop_stops_whatever_fails(when: str, how: type[BaseException]) -> None:
    """A STOP that is told again after a fault ends every channel."""
    counting = Fault()
    said(counting)
    for place in range(len(counting.calls)):
        world = said(Fault(place, when, how))
        [person] = world.people.stored.values()
        assert person.opted_out == {"all"}
        assert world.suppressions.has(PHONE)


def said(fault: Fault) -> World:
    world = World()
    world.plan(whose=PHONE)
    world.seam = fault.seam
    while not attempted(lambda: hear_said(Said(PHONE, "Arrêt !"), world.deps)):
        pass
    return world
