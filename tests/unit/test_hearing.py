"""What providers and people tell us, in the very shapes in which it comes."""

from __future__ import annotations

import json
import ssl
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import urllib3.exceptions
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError, SSLError

from services.invitations.adapters.events import heard_of, said_of
from services.invitations.adapters.senders import SesSender, SmsSender
from services.invitations.domain.people import Identifier
from services.invitations.domain.sending import NotTaken, Refused, Taken, Unclear
from services.invitations.usecases.hearing import Heard, Said, hear_outcome, hear_said
from services.invitations.usecases.sending_ports import Outgoing, Suppression
from shared.sms import TextMessages
from shared.times import parse_time
from tests.sending import JANE, NOW, PHONE, World, asking

AT = parse_time("2024-03-01T10:00:05Z")
TAGS = {"invitation_id": ["i-1"], "step": ["2"], "ses:configuration-set": ["etincelle-test"]}


def email_event(kind: str, **detail: Any) -> dict[str, Any]:
    """As SES publishes it."""
    mail = {
        "timestamp": "2024-03-01T10:00:05.000Z",
        "messageId": "m-1",
        "destination": ["jane@example.com"],
        "tags": TAGS,
    }
    return {"eventType": kind, "mail": mail, kind.lower(): detail}


BOUNCE = {
    "bounceType": "Permanent",
    "bounceSubType": "General",
    "bouncedRecipients": [{"emailAddress": "Jane@example.com", "status": "5.1.1"}],
    "timestamp": "2024-03-01T10:00:05Z",
}

FULL = {"bounceType": "Transient", "bounceSubType": "MailboxFull"}

COMPLAINT = {"complainedRecipients": [{"emailAddress": "jane@example.com"}], "timestamp": "2024-03-01T10:00:05Z"}


def envelopes(event: dict[str, Any]) -> list[str]:
    """From an SNS topic, and from EventBridge."""
    notification = {"Type": "Notification", "MessageId": "n-1", "Message": json.dumps(event)}
    return [json.dumps(notification), json.dumps({"source": "aws.ses", "detail": event})]


@pytest.mark.parametrize(
    ("event", "heard"),
    [
        (email_event("Send"), Heard("i-1", 2, "sent", AT, "m-1")),
        (email_event("Delivery", timestamp="2024-03-01T10:00:05Z"), Heard("i-1", 2, "delivered", AT, "m-1")),
        (email_event("Bounce", **BOUNCE), Heard("i-1", 2, "bounced", AT, "m-1", JANE, is_address_bad=True)),
        (email_event("Bounce", **BOUNCE | FULL), Heard("i-1", 2, "bounced", AT, "m-1", JANE)),
        (email_event("Bounce", **BOUNCE | {"bounceType": "Transient"}), None),
        (email_event("Complaint"), Heard("i-1", 2, "complained", AT, "m-1")),
        (email_event("Complaint", **COMPLAINT), Heard("i-1", 2, "complained", AT, "m-1", JANE)),
        (email_event("Open"), None),
        (email_event("Click"), None),
    ],
)
def test_events_of_ses_are_read(event: dict[str, Any], heard: Heard | None) -> None:
    """By either way; what we have no use for is passed over, such as that somebody is out of office."""
    assert [heard_of(body) for body in envelopes(event)] == [heard, heard]


def sms_event(kind: str, **more: Any) -> dict[str, Any]:
    """As AWS End User Messaging publishes it."""
    return {
        "eventType": kind,
        "eventVersion": "1.0",
        "eventTimestamp": 1709287205000,
        "isFinal": True,
        "destinationPhoneNumber": "+33612345678",
        "messageId": "t-1",
        "context": {"invitation_id": "i-1", "step": "1"},
        "totalMessageParts": 1,
    } | more


@pytest.mark.parametrize(
    ("kind", "expected", "is_bad"),
    [
        ("TEXT_SENT", "sent", False),
        ("TEXT_SUCCESSFUL", "delivered", False),
        ("TEXT_DELIVERED", "delivered", False),
        ("TEXT_UNREACHABLE", "bounced", False),
        ("TEXT_INVALID", "bounced", True),
    ],
)
def test_events_of_text_messages_are_read(kind: str, expected: Any, is_bad: bool) -> None:
    """A phone that is off is no wrong number."""
    heard = Heard("i-1", 1, expected, AT, "t-1", PHONE, is_bad)
    assert [heard_of(body) for body in envelopes(sms_event(kind))] == [heard, heard]


def test_an_event_of_somebody_else_s_message_is_passed_over() -> None:
    """Without our tags, or of a kind that says nothing."""
    foreign = email_event("Delivery")
    foreign["mail"]["tags"] = {}
    for event in (foreign, sms_event("TEXT_DELIVERED", context={}), sms_event("TEXT_UNKNOWN")):
        assert heard_of(json.dumps({"detail": event})) is None


@pytest.mark.parametrize("body", ["[]", "{}", '{"detail": []}', '{"Message": "3"}', "nonsense"])
def test_what_is_no_event_is_refused(body: str) -> None:
    """It ends with the dead letters, where people see it."""
    with pytest.raises(ValueError):
        heard_of(body)


def sent_world(remind: float | None = None) -> tuple[World, str]:
    world = World(asking(remind=remind))
    invitation_id = world.plan()
    world.minutes(2)
    return world, invitation_id


def test_a_delivery_is_written_down_once() -> None:
    """Told again later, the first time stays."""
    world, invitation_id = sent_world()
    for at in (AT, AT.replace(hour=20)):
        hear_outcome(Heard(invitation_id, 1, "delivered", at, "m-1"), world.plain)
    invitation = world.invitations.stored[invitation_id]
    assert (invitation.state, invitation.delivered_at) == ("delivered", AT)
    assert world.steps.stored[invitation_id, 1].message_id == "message-1"


def test_a_bounce_gives_the_place_back_and_the_address_is_not_used_again() -> None:
    """The invitation ends; the next interaction has no channel to that address."""
    world, invitation_id = sent_world(remind=24)
    hear_outcome(Heard(invitation_id, 1, "bounced", AT, "m-1", JANE, is_address_bad=True), world.plain)
    [ledger], [person] = world.ledgers.stored.values(), world.people.stored.values()
    assert world.invitations.stored[invitation_id].state == "bounced"
    assert ledger.counted == []
    assert person.address("email") is None
    before = world.invitations.stored[invitation_id]
    hear_outcome(Heard(invitation_id, 1, "bounced", AT, "m-1", JANE, is_address_bad=True), world.plain)
    assert world.invitations.stored[invitation_id] == before, "told again, it changes nothing"
    world.days(3)
    assert len(world.sent) == 1, "nobody is reminded of what did not arrive"


def test_what_bounced_was_sent_though_nobody_could_say_so_then() -> None:
    """The reply of the provider was lost; the bounce tells that it had the message, and the funnel has both."""
    world = World()
    invitation_id = world.plan()
    world.email.outcomes = [Unclear("ReadTimeoutError")]
    world.minutes(2)
    assert world.invitations.stored[invitation_id].sent_at is None
    hear_outcome(Heard(invitation_id, 1, "bounced", AT, "m-1", JANE), world.plain)
    invitation = world.invitations.stored[invitation_id]
    assert (invitation.state, invitation.sent_at) == ("bounced", NOW)


def test_a_reminder_that_bounces_leaves_the_invitation_open() -> None:
    """The first message arrived, and may still be answered."""
    world, invitation_id = sent_world(remind=24)
    world.days(2)
    hear_outcome(Heard(invitation_id, 2, "bounced", AT, "m-2", JANE), world.plain)
    [ledger] = world.ledgers.stored.values()
    invitation = world.invitations.stored[invitation_id]
    assert (invitation.state, invitation.due_at) == ("sent", invitation.expires_at)
    assert [contact.step for contact in ledger.counted] == [1]


def test_a_complaint_is_a_wish() -> None:
    """No e-mail any more; the contact was made, and counts."""
    world, invitation_id = sent_world()
    hear_outcome(Heard(invitation_id, 1, "complained", AT, "m-1"), world.plain)
    [person], [ledger] = world.people.stored.values(), world.ledgers.stored.values()
    assert person.opted_out == {"email"}
    assert len(ledger.counted) == 1


def test_the_address_of_a_complaint_is_on_the_list_for_everybody() -> None:
    """So that it is exported, and holds whoever has the address then."""
    world, invitation_id = sent_world()
    hear_outcome(Heard(invitation_id, 1, "complained", AT, "m-1", JANE), world.plain)
    [kept], _ = world.suppressions.listed(None, 10)
    assert (kept.identifier, kept.because) == (JANE, "complaint")


def test_words_about_nothing_of_ours_change_nothing() -> None:
    """An invitation that is gone, a message that was never begun."""
    world, invitation_id = sent_world()
    before = dict(world.invitations.stored)
    for kind in ("sent", "delivered", "bounced", "complained"):
        hear_outcome(Heard("gone", 1, kind, AT, address=JANE, is_address_bad=True), world.plain)  # type: ignore[arg-type]
    hear_outcome(Heard(invitation_id, 2, "delivered", AT), world.plain)
    assert world.invitations.stored == before


def said(text: str, number: str = PHONE.value, minute: int = 0) -> Said:
    """As it comes from the telephone, by SNS. minute: after ten o'clock, when it was written."""
    message = {
        "originationNumber": number,
        "destinationNumber": "+33757000000",
        "messageKeyword": "KEYWORD",
        "messageBody": text,
        "inboundMessageId": "in-1",
    }
    envelope = {"Type": "Notification", "Timestamp": f"2024-03-01T10:{minute:02}:00.000Z"}
    return said_of(json.dumps(envelope | {"Message": json.dumps(message)}))


def test_stop_holds_for_every_channel_and_start_takes_it_back() -> None:
    """An answer is for the collector, and changes nothing here."""
    world = World()
    world.plan(whose=PHONE)
    [person_id] = world.people.stored
    for text, opted_out, suppressed in (("9", set(), False), ("STOP", {"all"}, True), ("Start", set(), False)):
        hear_said(said(text), world.plain)
        assert world.people.stored[person_id].opted_out == opted_out
        assert world.suppressions.has(PHONE) is suppressed


def test_a_start_that_comes_late_does_not_undo_the_stop_that_followed_it() -> None:
    """Queues keep no order, and deliver twice: what the person wrote last holds, whichever is heard last."""
    world = World()
    world.plan(whose=PHONE)
    [person_id] = world.people.stored
    for text, minute in (("STOP", 2), ("START", 1), ("START", 1)):
        hear_said(said(text, minute=minute), world.plain)
        assert world.people.stored[person_id].opted_out == {"all"}
        assert world.suppressions.has(PHONE)
    hear_said(said("START", minute=3), world.plain)
    assert world.people.stored[person_id].opted_out == set()
    assert not world.suppressions.has(PHONE)


def test_a_stop_holds_against_an_older_start_though_the_number_was_on_the_list_before() -> None:
    """The list knows when nothing was wanted last, not first."""
    world = World()
    world.suppressions.add([Suppression(PHONE, "import", NOW - timedelta(days=9))])
    for text, minute in (("STOP", 2), ("START", 1)):
        hear_said(said(text, minute=minute), world.plain)
    assert world.suppressions.has(PHONE)


def test_start_gives_back_no_more_than_stop_took() -> None:
    """Who did not want e-mails before still does not."""
    world = World()
    world.plan(whose=PHONE)
    [person_id] = world.people.stored
    world.people.stored[person_id] = replace(world.people.stored[person_id], opted_out=frozenset({"email"}))
    hear_said(said("STOP"), world.plain)
    hear_said(said("START"), world.plain)
    assert world.people.stored[person_id].opted_out == {"email"}


def test_stop_from_a_number_that_nobody_knows_is_kept() -> None:
    """Should the number come to be somebody's, nothing is sent to it."""
    world = World()
    hear_said(said("stop", "+33698765432"), world.plain)
    assert world.suppressions.has(Identifier("phone", "+33698765432"))
    assert world.suppressions.stored[Identifier("phone", "+33698765432")].at == parse_time("2024-03-01T10:00:00Z")


@pytest.mark.parametrize(("whose", "named"), [(PHONE, [PHONE]), (JANE, [None])])
def test_a_number_stands_in_clear_only_where_somebody_is_known_by_it(
    whose: Identifier, named: list[Identifier | None]
) -> None:
    """A STOP may arrive after the erasure of whoever wrote it."""
    world = World()
    world.plan(whose=whose)
    hear_said(said("STOP"), world.plain)
    listed, _ = world.suppressions.listed(None, 10)
    assert [one.identifier for one in listed] == named
    assert world.suppressions.has(PHONE)


def test_a_complaint_names_nobody_who_is_known_no_more() -> None:
    """Nothing is sent there, and nobody can read where."""
    world = World()
    hear_outcome(Heard("gone", 1, "complained", AT, address=JANE), world.plain)
    [kept], _ = world.suppressions.listed(None, 10)
    assert kept.identifier is None and world.suppressions.has(JANE)


class Provider:
    """A client of a provider that remembers what it was asked, and raises what a test wants."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.asked = error, {}  # type: ignore[var-annotated]

    def send_email(self, **asked: Any) -> dict[str, str]:
        self.asked = asked
        if self.error:
            raise self.error
        return {"MessageId": "m-1"}

    send_text_message = send_email


OUTGOING = Outgoing("i-1", 2, "email", "jane@example.com", b"From: x")


def refused(code: str, status: int = 400, **more: Any) -> ClientError:
    reply = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return ClientError(reply, "Send")  # type: ignore[arg-type]


UNVERIFIED = {"Code": "MessageRejected", "Message": "Email address is not verified. These failed: ask@example.com"}
LOST = "https://email.eu-west-1.amazonaws.com"


def broken(reason: ssl.SSLError) -> SSLError:
    """As botocore tells of a failure of TLS, whenever it was."""
    return SSLError(endpoint_url=LOST, error=urllib3.exceptions.SSLError(reason))


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, Taken("m-1")),
        (refused("TooManyRequestsException", 429), NotTaken("TooManyRequestsException")),
        (refused("SendingPausedException"), NotTaken("SendingPausedException")),
        (refused("MessageRejected"), Refused("MessageRejected", None)),
        (refused("MessageRejected", Error=UNVERIFIED), NotTaken("MessageRejected")),
        (refused("InternalServiceErrorException", 500), Unclear("InternalServiceErrorException")),
        (EndpointConnectionError(endpoint_url=LOST), NotTaken("EndpointConnectionError")),
        (ConnectTimeoutError(endpoint_url=LOST), NotTaken("ConnectTimeoutError")),
        (ReadTimeoutError(endpoint_url=LOST), Unclear("ReadTimeoutError")),
        (broken(ssl.SSLCertVerificationError("self-signed certificate")), NotTaken("SSLError")),
        (broken(ssl.SSLError("decryption failed or bad record mac")), Unclear("SSLError")),
    ],
)
def test_a_failure_of_ses_is_known_for_what_it_is(error: Exception | None, outcome: Any) -> None:
    """What surely was not sent may be tried again; what may have been is not."""
    provider = Provider(error)
    assert SesSender(lambda: provider, "ask@example.com", "set").send(OUTGOING) == outcome
    assert {one["Name"]: one["Value"] for one in provider.asked["EmailTags"]} == {"invitation_id": "i-1", "step": "2"}
    assert provider.asked["ConfigurationSetName"] == "set"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, Taken("m-1")),
        (refused("ThrottlingException"), NotTaken("ThrottlingException")),
        (
            refused("ConflictException", Reason="DESTINATION_PHONE_NUMBER_OPTED_OUT"),
            Refused("DESTINATION_PHONE_NUMBER_OPTED_OUT", "opted_out"),
        ),
        (refused("ConflictException", Reason="MESSAGE_TYPE_MISMATCH"), NotTaken("ConflictException")),
        (
            refused("ValidationException", Reason="INVALID", Fields=[{"Name": "DestinationPhoneNumber"}]),
            Refused("INVALID", "channel_unusable"),
        ),
        (refused("ValidationException", Reason="INVALID", Fields=[{"Name": "MessageBody"}]), Refused("INVALID", None)),
        (refused("InternalServerException", 500), Unclear("InternalServerException")),
    ],
)
def test_a_failure_of_text_messages_is_known_for_what_it_is(error: Exception | None, outcome: Any) -> None:
    """A number that opted out at the carrier's is told apart from one that does not exist."""
    provider = Provider(error)
    sender = SmsSender(TextMessages(lambda: provider, "set"), "Etincelle")
    assert sender.send(replace(OUTGOING, content="Hello")) == outcome
    assert provider.asked["Context"] == {"invitation_id": "i-1", "step": "2"}
