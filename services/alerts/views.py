"""Deliveries, and what was told of alerts, as the API shows them.

Addresses are shortened: a list of messages is no address book.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, get_args

from chalice.app import Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.alerts.domain.deliveries import Delivery
from services.alerts.domain.notes import Note
from services.alerts.domain.standings import Standing
from services.alerts.usecases.acting import Wish
from shared.errors import FieldError, InvalidInput, NotFound
from shared.http import json_response

NAME = re.compile(r"[A-Za-z0-9._-]{1,256}")
MessageName = Annotated[str, Field(pattern=r"^msg_[A-Za-z0-9._/-]{1,512}$")]
STATES = ("pending", "delivered", "parked")


class DeliveryView(BaseModel):
    """One message to one subscription, and what became of it."""

    message_id: str
    alerts: list[str]
    owner: str
    subscription: str
    kind: str
    target: str
    because: str
    state: str
    attempts: int
    last_error: str | None
    answer: str | None
    created_at: datetime
    delivered_at: datetime | None


class DeliveryList(BaseModel):
    deliveries: list[DeliveryView]


class NoteView(BaseModel):
    """One piece of news for one subscription: waiting, told, covered by later news, or muted."""

    revision: int
    news: str
    owner: str
    subscription: str
    because: str
    state: str
    due_at: datetime
    delivery: DeliveryView | None = None


class AlertStanding(BaseModel):
    """How an alert stands with those who were told: open, acknowledged or over."""

    alert_id: str
    state: str
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None


class NoteList(AlertStanding):
    """Everything that was told of an alert, in order."""

    notes: list[NoteView]


class ReplayRequest(BaseModel):
    """Which parked message is to start over; all of them, where none is named."""

    model_config = ConfigDict(extra="forbid")

    message_id: MessageName | None = None


class MuteRequest(BaseModel):
    """What a subscription is not to hear of, and until when: an alert's id, a touchpoint's, or `*` for all."""

    model_config = ConfigDict(extra="forbid")

    subscription: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}/[A-Za-z0-9._-]{1,64}$")]
    scope: Annotated[str, Field(pattern=r"^([A-Za-z0-9._-]{1,256}|\*)$")]
    until: AwareDatetime


class MuteView(BaseModel):
    subscription: str
    scope: str
    until: datetime


def view(delivery: Delivery) -> DeliveryView:
    """What the API says of a delivery."""
    return DeliveryView(
        message_id=delivery.message_id,
        alerts=list(dict.fromkeys(event.alert_id for event in delivery.news)),
        owner=delivery.owner,
        subscription=delivery.subscription,
        kind=delivery.kind,
        target=shortened(delivery.target),
        because=delivery.because,
        state=delivery.state,
        attempts=delivery.attempts,
        last_error=delivery.last_error,
        answer=delivery.answer,
        created_at=delivery.created_at,
        delivered_at=delivery.delivered_at,
    )


def note_list(standing: Standing, receipts: Sequence[tuple[Note, Delivery | None]]) -> NoteList:
    """Everything told of an alert, each with the message by which it was told."""
    notes = [
        NoteView(
            revision=note.event.revision,
            news=note.event.state,
            owner=note.owner,
            subscription=note.subscription,
            because=note.because,
            state=note.state,
            due_at=note.due_at,
            delivery=view(delivery) if delivery else None,
        )
        for note, delivery in receipts
    ]
    return NoteList(**alert_standing(standing).model_dump(), notes=notes)


def alert_standing(standing: Standing) -> AlertStanding:
    return AlertStanding(
        alert_id=standing.event.alert_id,
        state=standing.state,
        acknowledged_by=standing.acknowledged_by,
        acknowledged_at=standing.acknowledged_at,
    )


def muted(asked: MuteRequest, until: datetime) -> Response:
    return json_response(MuteView(subscription=asked.subscription, scope=asked.scope, until=until), 201)


def alert_name(text: str) -> str:
    """The id itself. Raises NotFound for what can be none, since no key is made of it."""
    if not NAME.fullmatch(text):
        raise NotFound("there is no such alert")
    return text


def wish_of(form: dict[str, str]) -> Wish:
    """Which button was pressed. Raises InvalidInput."""
    wishes: dict[str, Wish] = {name: name for name in get_args(Wish)}
    wish = wishes.get(form.get("do", ""))
    if wish is None:
        raise InvalidInput(errors=[FieldError("#/do", f"one of {', '.join(wishes)}", "choice")])
    return wish


def days_of(form: dict[str, str]) -> timedelta:
    """For how long the form mutes. Raises InvalidInput."""
    days = {"0": 0, "1": 1, "7": 7}.get(form.get("days", ""))
    if days is None:
        raise InvalidInput(errors=[FieldError("#/days", "one of 0, 1, 7", "choice")])
    return timedelta(days=days)


def shortened(target: str) -> str:
    """`s…@example.com` of an address; scheme and host of a webhook; a phone number's country and end."""
    if target.startswith("+"):
        return f"{target[:3]}…{target[-2:]}"
    if "://" in target:
        return "/".join(target.split("/")[:3]) + "/…"
    if "@" not in target:
        return target
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
