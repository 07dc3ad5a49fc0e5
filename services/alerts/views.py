"""Deliveries as the API shows them. Addresses are shortened: a list of messages is no address book."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.alerts.domain import Delivery
from shared.errors import FieldError, InvalidInput

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,256}$")]
STATES = ("pending", "delivered", "parked")


class DeliveryView(BaseModel):
    """One message to one subscription, and what became of it."""

    message_id: str
    alert_id: str
    revision: int
    owner: str
    subscription: str
    kind: str
    target: str
    state: str
    attempts: int
    last_error: str | None
    created_at: datetime
    delivered_at: datetime | None


class DeliveryList(BaseModel):
    deliveries: list[DeliveryView]


class ReplayRequest(BaseModel):
    """Which parked message is to start over."""

    model_config = ConfigDict(extra="forbid")

    alert_id: Name
    revision: int = Field(ge=1, le=1_000_000)
    subscription: Name


def view(delivery: Delivery) -> DeliveryView:
    """What the API says of a delivery."""
    return DeliveryView(
        message_id=delivery.message_id,
        alert_id=delivery.event.alert_id,
        revision=delivery.event.revision,
        owner=delivery.owner,
        subscription=delivery.subscription,
        kind=delivery.kind,
        target=shortened(delivery.target),
        state=delivery.state,
        attempts=delivery.attempts,
        last_error=delivery.last_error,
        created_at=delivery.created_at,
        delivered_at=delivery.delivered_at,
    )


def shortened(target: str) -> str:
    """`s…@example.com` of an address; scheme and host of a webhook."""
    if "://" in target:
        return "/".join(target.split("/")[:3]) + "/…"
    name, _, host = target.partition("@")
    return f"{name[:1]}…@{host}"


def listed(deliveries: list[Delivery]) -> DeliveryList:
    return DeliveryList(deliveries=[view(delivery) for delivery in deliveries])


def wanted(state: str | None, day: str | None, now: datetime) -> tuple[str, date | None]:
    """The state and the day asked for, None for any. Raises InvalidInput naming what is wrong."""
    errors, asked = [], None if state in (None, "parked") else now.date()
    if state is not None and state not in STATES:
        errors.append(FieldError("state", f"one of {', '.join(STATES)}"))
    try:
        asked = date.fromisoformat(day) if day else asked
    except ValueError:
        errors.append(FieldError("day", "a date such as 2024-03-01"))
    if errors:
        raise InvalidInput(errors=errors)
    return state or "parked", asked
