"""What SES, AWS End User Messaging and people's telephones tell us, as it comes through SQS.

An event comes either from an SNS topic, as text in `Message`, or from EventBridge, in `detail`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from services.invitations.domain.people import Identifier
from services.invitations.usecases.hearing import Heard, Kind, Said
from shared.times import from_unix, parse_time

SES_KINDS: dict[str, Kind] = {
    "Send": "sent",
    "Delivery": "delivered",
    "Bounce": "bounced",
    "Reject": "bounced",
    "Rendering Failure": "bounced",
    "Complaint": "complained",
}
SMS_KINDS: dict[str, Kind] = {
    "TEXT_QUEUED": "sent",
    "TEXT_PENDING": "sent",
    "TEXT_SENT": "sent",
    "TEXT_SUCCESSFUL": "delivered",
    "TEXT_DELIVERED": "delivered",
    "TEXT_INVALID": "bounced",
    "TEXT_INVALID_MESSAGE": "bounced",
    "TEXT_UNREACHABLE": "bounced",
    "TEXT_CARRIER_UNREACHABLE": "bounced",
    "TEXT_BLOCKED": "bounced",
    "TEXT_CARRIER_BLOCKED": "bounced",
    "TEXT_PROTECT_BLOCKED": "bounced",
    "TEXT_SPAM": "bounced",
    "TEXT_TTL_EXPIRED": "bounced",
}
"""Kinds of event that tell us something; others, such as TEXT_UNKNOWN, are passed over."""
NO_SUCH_NUMBER = {"TEXT_INVALID"}


def heard_of(body: str) -> Heard | None:
    """What the event says of a message of ours; None where it is of another, or says nothing that we need.

    Raises ValueError or KeyError where it is no event.
    """
    event = content_of(body)
    if not isinstance(event.get("eventType"), str):
        raise ValueError("this is no event")
    return of_email(event) if "mail" in event else of_sms(event)


def content_of(body: str) -> Mapping[str, Any]:
    """The event itself, out of the envelope. Raises ValueError."""
    envelope = json.loads(body)
    if not isinstance(envelope, dict):
        raise ValueError("this is no event")
    content = json.loads(envelope["Message"]) if "Message" in envelope else envelope.get("detail", envelope)
    if not isinstance(content, dict):
        raise ValueError("this is no event")
    return content


def of_email(event: Mapping[str, Any]) -> Heard | None:
    """An event of SES. A bounce that is not permanent ends this message, but not the address.

    Transient and general is what SES makes of an automatic reply, such as that somebody is out of office: it arrived.
    """
    kind, tags = SES_KINDS.get(event["eventType"]), event["mail"].get("tags", {})
    if kind is None or not tags.get("invitation_id") or not tags.get("step"):
        return None
    detail = event.get(event["eventType"].lower(), {})
    if (detail.get("bounceType"), detail.get("bounceSubType")) == ("Transient", "General"):
        return None
    told_of = [*detail.get("bouncedRecipients", ()), *detail.get("complainedRecipients", ())]
    [address, *_] = [one["emailAddress"] for one in told_of] or [""]
    return Heard(
        invitation_id=tags["invitation_id"][0],
        number=int(tags["step"][0]),
        kind=kind,
        at=parse_time(detail.get("timestamp") or event["mail"]["timestamp"]),
        message_id=event["mail"]["messageId"],
        address=Identifier("email", address.lower()) if address else None,
        is_address_bad=detail.get("bounceType") == "Permanent",
    )


def of_sms(event: Mapping[str, Any]) -> Heard | None:
    """An event of AWS End User Messaging."""
    kind, context = SMS_KINDS.get(event["eventType"]), event.get("context") or {}
    if kind is None or not context.get("invitation_id") or not context.get("step"):
        return None
    return Heard(
        invitation_id=context["invitation_id"],
        number=int(context["step"]),
        kind=kind,
        at=from_unix(int(event["eventTimestamp"]) // 1000),
        message_id=event["messageId"],
        address=Identifier("phone", event["destinationPhoneNumber"]),
        is_address_bad=event["eventType"] in NO_SUCH_NUMBER,
    )


def said_of(body: str) -> Said:
    """The text message in an event of two-way SMS. Raises ValueError or KeyError where there is none."""
    content, told_at = content_of(body), json.loads(body).get("Timestamp")
    at = parse_time(told_at) if told_at else None
    return Said(Identifier("phone", content["originationNumber"]), str(content["messageBody"]), at)
