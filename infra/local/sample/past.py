"""Writes the sample's three weeks of interactions as the services would have, had they run then.

Everything goes through the services' own use cases and adapters, with a clock that stands at each interaction: who may
be asked is decided by what stood in the ledger *then*. Only sending is left out: what was due then was sent then.
Run as a process of its own, with the services' environment and the moment up to which all has happened; written
again, nothing changes.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from infra.local.sample.answers import Answer
from infra.local.sample.visits import Visit, visits
from services.collector import wiring as collector
from services.collector.domain import answers
from services.collector.usecases import recording
from services.invitations import wiring as invitations
from services.invitations.adapters.reactions import ANSWERS
from services.invitations.domain.interactions import Planned
from services.invitations.usecases.intake import AT_ONCE, apart, take
from services.invitations.usecases.ports import Reservation, Reservations
from shared import bodies
from shared.times import parse_time

SECONDS_TO_DELIVER, SECONDS_TO_HEAR = 20, 60
NEWS = timedelta(days=2)


@dataclass(frozen=True)
class SentThen:
    """Reservations of the past: what they reserve was sent when it was due, arrived, and perhaps was opened."""

    reservations: Reservations
    opened_at: datetime | None

    def reserve(self, reservation: Reservation) -> bool:
        planned, ledger = reservation.invitation, reservation.ledger
        at = planned.due_at or planned.planned_at
        arrived = at + timedelta(seconds=SECONDS_TO_DELIVER)
        told = replace(planned, due_at=None, sent_at=at, delivered_at=arrived, opened_at=self.opened_at)
        sent = replace(told, state="opened" if self.opened_at else "delivered")
        contact = ledger.of(planned.invitation_id, 1)
        if contact is not None:
            ledger = ledger.with_contact(replace(contact, state="sent"))
        return self.reservations.reserve(replace(reservation, invitation=sent, ledger=ledger))


def write(several: Sequence[Visit]) -> None:
    """Day by day, as what is watched would be seen; of a day, those of one person one after the other."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _, of_day in groupby(several, key=lambda one: one.at.date()):
            list(pool.map(write_person, apart(enumerate(of_day), lambda one: [one.sent["customer"]["id"]])))


def write_person(placed: Sequence[tuple[int, Visit]]) -> None:
    for _, visit in placed:
        write_one(visit)


def write_one(visit: Visit) -> None:
    """The interaction with what was decided; and the answer, where somebody was asked."""
    heard = visit.at + timedelta(seconds=SECONDS_TO_HEAR)
    deps = invitations.deps()
    then = replace(deps, now=lambda: heard, reservations=SentThen(deps.reservations, visit.opened_at))
    decided = take(visit.sent, then).decided
    if visit.answer and decided and isinstance(decided.decision, Planned):
        write_answer(visit.answer, decided.invitation_id)


def write_answer(given: Answer, invitation_id: str) -> None:
    """The answer as the invitation's own link would have brought it; old ones as if brought now, for old cases are no
    news."""
    deps, at = collector.deps(), parse_time(given["collected_at"])
    then = replace(deps, now=lambda: at) if deps.now() - at < NEWS else deps
    known = recording.known_to(then, [given])
    parsed = bodies.parse_as(answers.Answer, given, known)
    evidence, response_id = {"invitation": invitation_id}, ANSWERS + invitation_id
    deps.responses.add([recording.response_of(parsed, response_id, known, evidence, deps.secret)])


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    write(visits(parse_time(sys.argv[1])))
