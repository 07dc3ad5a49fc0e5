"""The suppression list: addresses and numbers to which nothing is sent, whoever has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.invitations.domain.people import ADDRESS_KINDS, Identifier
from services.invitations.usecases.hearing import change_known
from services.invitations.usecases.sending_ports import SendingDeps, Suppression

CHANNELS = {kind: channel for channel, kind in ADDRESS_KINDS.items()}


def suppress(identifiers: Sequence[Identifier], because: str, deps: SendingDeps) -> None:
    """Adds them, and opts out whoever is known to have one, by its channel. Safe to repeat. Raises Unavailable."""
    now = deps.now()
    deps.suppressions.add([Suppression(one, because, now) for one in identifiers])
    for one in identifiers:
        for person in deps.people.find([one]):
            opt_out(person.person_id, CHANNELS[one.kind], deps)


def opt_out(person_id: str, channel: str, deps: SendingDeps) -> None:
    change_known(person_id, lambda person: replace(person, opted_out=person.opted_out | {channel}), deps)
