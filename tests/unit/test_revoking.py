"""An invitation taken back: nothing more is sent, and its links take no answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.invitations.usecases.revoking import revoke
from shared.errors import NotFound
from tests.sending import World, asking


def test_what_was_not_sent_yet_is_not_sent_and_its_place_is_free() -> None:
    """The ledger counts it no more; taking it back again changes nothing."""
    world = World()
    invitation_id = world.plan()
    assert revoke(invitation_id, world.plain).state == "expired"
    version = world.invitations.stored[invitation_id].version
    world.days(2)
    assert world.sent == []
    [ledger] = (one for one in world.ledgers.stored.values() if not one.merged_into)
    assert ledger.counted == []
    assert revoke(invitation_id, world.plain).version == version


def test_the_link_of_what_was_sent_takes_no_answer_and_no_reminder_follows() -> None:
    """The contact stays counted: the person was asked."""
    world = World(asking(remind=24))
    invitation_id = world.plan()
    world.minutes(1)
    revoke(invitation_id, world.plain)
    world.days(3)
    assert len(world.sent) == 1
    [link] = world.links.stored.values()
    assert set(world.links.revoked) == {link.link_id}
    [ledger] = (one for one in world.ledgers.stored.values() if not one.merged_into)
    assert len(ledger.counted) == 1


def test_an_answer_that_was_given_stays() -> None:
    """Its invitation is not ended anew."""
    world = World()
    invitation_id = world.plan()
    world.minutes(1)
    known = world.invitations.stored[invitation_id]
    world.invitations.stored[invitation_id] = replace(known, state="answered", due_at=None)
    assert revoke(invitation_id, world.plain).state == "answered"


def test_an_invitation_that_is_none_cannot_be_taken_back() -> None:
    """Nothing is written for it."""
    world = World()
    with pytest.raises(NotFound):
        revoke("0" * 16, world.plain)
    assert world.links.revoked == {}
