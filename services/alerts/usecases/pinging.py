"""Test messages: by the outbox and the ways that alerts go, so that what arrives proves that alerts would."""

from __future__ import annotations

from datetime import timedelta

from services.alerts.domain.deliveries import Delivery
from services.alerts.domain.subscribers import subscriber
from services.alerts.usecases.ports import Deps
from shared.errors import NotFound, TooManyRequests
from shared.events import PingEvent
from shared.limits import Limit

TESTS = Limit(10, timedelta(hours=1))
"""Of one team: its people choose whom a test goes to, and may make and remove subscriptions as they like."""


def ping(name: str, by: str, page: str, deps: Deps) -> Delivery:
    """A test message to a subscription, told at once whatever its hours, and once a minute at the most.

    name: its owner's id, a slash, its own; page: where its team's subscriptions are.
    Raises NotFound, and TooManyRequests where the team had as many tests as it may.
    """
    known, now = subscriber(name, deps.catalogue), deps.now()
    if known is None:
        raise NotFound("there is no such subscription")
    owner, subscription = known.owner.id, known.subscription
    event = PingEvent(
        ping_id=f"{owner}.{subscription.id}.{now:%Y%m%dT%H%MZ}",
        owner=owner,
        owners=[owner],
        subscription=name,
        asked_by=by,
        raised_at=now,
        links={"page": page},
    )
    message_id = f"msg_{event.alert_id}"
    asked = Delivery(
        message_id=message_id,
        news=(event,),
        owner=owner,
        subscription=name,
        because="asked",
        kind=subscription.kind,
        target=subscription.target,
        lang=subscription.lang,
        created_at=now,
    )
    if standing := deps.outbox.get(message_id):
        return standing
    if not deps.counters.count(f"tests-{owner}", TESTS, now):
        raise TooManyRequests(f"a team gets {TESTS.most} tests an hour", retry_after=TESTS.seconds_left(now))
    return deps.outbox.add(asked)
