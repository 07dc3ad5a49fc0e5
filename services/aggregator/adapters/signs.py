"""What the stream of the table `contacts` tells of people before they say anything."""

from __future__ import annotations

from collections.abc import Sequence

from services.aggregator.domain.answers import Answer
from services.aggregator.domain.signs import signs_of_interaction, signs_of_invitation
from shared.streams import Change, readable


def signs_in(changed: Sequence[Change]) -> tuple[list[Answer], list[str]]:
    """The signs, and the sequence numbers of changes that cannot be read."""
    of_invitations, unread = readable(changed, "invitation", signs_of_invitation)
    of_interactions, unread_too = readable(changed, "interaction", signs_of_interaction)
    return [sign for signs in (*of_invitations, *of_interactions) for sign in signs], [*unread, *unread_too]
