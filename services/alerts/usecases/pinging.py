"""Test messages: by the outbox and the ways that alerts go, so that what arrives proves that alerts would."""

from __future__ import annotations

from services.alerts.domain.deliveries import Delivery
from services.alerts.domain.subscribers import subscriber
from services.alerts.usecases.ports import Deps
from shared.errors import NotFound
from shared.events import PingEvent


def ping(name: str, by: str, page: str, deps: Deps) -> Delivery:
    """A test message to a subscription, told at once whatever its hours, and once a minute at the most.

    name: its owner's id, a slash, its own; page: where its team's subscriptions are. Raises NotFound.
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
    return deps.outbox.add(asked)
