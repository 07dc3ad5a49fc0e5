"""What the stores of texts and histories promise: the same on the fakes and on DynamoDB (moto)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.collector.adapters.responses import TableResponses
from services.collector.adapters.texts import Replies, TableConversations, TableQuestions
from services.collector.channels.sms.conversation import Conversation, Heard, Outcome
from services.collector.channels.sms.hearing import Asked, Conversations, Questions
from services.collector.domain.history import Position
from services.collector.usecases.ports import Responses
from services.invitations.adapters import questions as written
from services.invitations.domain.people import Identifier
from services.invitations.domain.questions import Question
from shared.codes import keyed_hash
from shared.dynamo import Table, transact
from shared.errors import Conflict, Unavailable
from shared.sms import NumberRefused, TextMessages
from tests.aws import data_stack, table
from tests.collector import FakeResponses
from tests.contract.test_collector_ports import response
from tests.invitations import SECRET
from tests.texting import FakeConversations, FakeQuestions

AT = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)
PHONE = Identifier("phone", "+33612345678")


@pytest.fixture(scope="module")
def tables() -> Iterator[Table]:
    with data_stack():
        yield table("responses")


@pytest.fixture(params=["fake", "dynamodb"])
def conversations(request: pytest.FixtureRequest) -> Conversations:
    return FakeConversations() if request.param == "fake" else TableConversations(request.getfixturevalue("tables"))


@pytest.fixture(params=["fake", "dynamodb"])
def responses(request: pytest.FixtureRequest) -> Responses:
    return FakeResponses() if request.param == "fake" else TableResponses(request.getfixturevalue("tables"))


FULL = Conversation(
    "inv-full",
    heard={
        "m-1": Heard(AT, "answer", 9, "trop long"),
        "m/2": Heard(AT + timedelta(microseconds=5), "answer", 3, "au guichet 3", is_first=False),
    },
    replied=frozenset({"again", "help"}),
    stored=Outcome(9, None, AT),
)


def test_a_conversation_comes_back_as_it_was_saved(conversations: Conversations) -> None:
    """Every field, with the next version; one that was never had is empty."""
    assert conversations.get("nobody") == Conversation("nobody")
    conversations.save(FULL)
    assert conversations.get("inv-full") == replace(FULL, version=1)
    conversations.save(replace(FULL, version=1, stored=None))
    assert conversations.get("inv-full") == replace(FULL, version=2, stored=None)


def test_two_texts_at_once_do_not_overwrite_each_other(conversations: Conversations) -> None:
    """The second to save is told, whether the conversation is new or not."""
    for version in (0, 1):
        known = replace(FULL, invitation_id="inv-race", version=version)
        conversations.save(known)
        with pytest.raises(Conflict):
            conversations.save(known)


def test_a_conversation_expires_thirty_days_after_its_last_text(tables: Table) -> None:
    """Words are not kept for longer than they are needed to put late ones in their place."""
    TableConversations(tables).save(replace(FULL, invitation_id="inv-expires"))
    item = tables.get("CONVERSATION#inv-expires", "CONVERSATION")
    assert item is not None
    assert item["expires_at"] == int((AT + timedelta(days=30)).timestamp())


@pytest.mark.parametrize("kind", ["fake", "dynamodb"])
def test_questions_are_found_by_the_number_they_were_sent_to(tables: Table, kind: str) -> None:
    """As the invitations write them with each text message."""
    number = keyed_hash(SECRET, "identity", PHONE.text)
    asked = Asked("inv1", "checkout", 3, "fr", "c0ffee", AT, has_left=False)
    before = replace(asked, invitation_id="inv0", sent_at=AT - timedelta(days=2), has_left=True)
    questions: Questions = FakeQuestions({number: asked}, {number: [before]})
    if kind == "dynamodb":
        store = table("contacts")
        for one in (before, asked):
            told = Question(
                PHONE, one.invitation_id, "checkout", "visit", 3, "fr", "c0ffee", one.sent_at, AT, one.has_left
            )
            write = written.TableQuestions(store, SECRET).asked(told)
            assert write is not None
            transact([write])
        questions = TableQuestions(store)
    assert questions.asked(number) == [asked, before]
    assert questions.asked("cd" * 16) == []


def test_answers_are_read_by_their_time(responses: Responses) -> None:
    """Those behind a position, within its month, before the end; and whether these are all."""
    times = [AT, AT, AT + timedelta(hours=1), AT + timedelta(days=30), AT + timedelta(days=31)]
    given = [response(f"id{n}", "read", collected_at=time) for n, time in enumerate(times)]
    responses.add([*reversed(given), response("id9", "another")])
    end = AT + timedelta(days=60)

    def ids(after: Position, until: datetime = end, limit: int = 10) -> tuple[list[str], bool]:
        found, is_all = responses.between("read", after, until, limit)
        return [one.response_id for one in found], is_all

    assert ids(Position(AT)) == (["id0", "id1", "id2", "id3"], True)
    assert ids(Position(AT + timedelta(microseconds=1))) == (["id2", "id3"], True)
    assert ids(Position(AT, "id0")) == (["id1", "id2", "id3"], True)
    assert ids(Position(AT, "id1"), limit=1) == (["id2"], False)
    assert ids(Position(AT), until=AT) == ([], True)
    assert ids(Position(AT), until=AT + timedelta(hours=1)) == (["id0", "id1"], True)
    assert ids(Position(AT + timedelta(days=31))) == (["id4"], True)
    assert responses.between("read", Position(AT), end, 10)[0] == given[:4]


class Aws:
    """The client of AWS End User Messaging, which notes what it is asked, or refuses."""

    def __init__(self, code: str = "", reason: str = "") -> None:
        self.code, self.reason, self.asked = code, reason, [dict[str, Any]()]

    def send_text_message(self, **asked: Any) -> dict[str, str]:
        self.asked.append(asked)
        if self.code:
            refusal: Any = {"Error": {"Code": self.code, "Message": "+33612345678 is wrong"}, "Reason": self.reason}
            raise ClientError(refusal, "SendTextMessage")
        return {"MessageId": "m-1"}


def test_a_text_message_is_sent_as_aws_wants_it() -> None:
    """From the number it answers, and with the configuration set where there is one."""
    aws = Aws()
    assert TextMessages(lambda: aws, "etincelle").send("+33612345678", "Bonjour", "+33700000000") == "m-1"
    assert aws.asked[-1] == {
        "DestinationPhoneNumber": "+33612345678",
        "OriginationIdentity": "+33700000000",
        "MessageBody": "Bonjour",
        "MessageType": "TRANSACTIONAL",
        "ConfigurationSetName": "etincelle",
    }
    TextMessages(lambda: aws).send("+33612345678", "Bonjour", "+33700000000")
    assert "ConfigurationSetName" not in aws.asked[-1]


@pytest.mark.parametrize(
    ("code", "reason", "expected"),
    [
        ("ThrottlingException", "", Unavailable),
        ("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT", NumberRefused),
        ("ValidationException", "INVALID_PHONE_NUMBER", NumberRefused),
        ("AccessDeniedException", "", ClientError),
    ],
)
def test_what_aws_refuses_is_told_apart(code: str, reason: str, expected: type[Exception]) -> None:
    """What may be tried again, what never will be, and what is a mistake of ours; the number stands in neither."""
    with pytest.raises(expected) as refused:
        TextMessages(lambda: Aws(code, reason)).send("+33612345678", "x", "+33700000000")
    if expected is not ClientError:
        assert "+336" not in str(refused.value)


def test_a_reply_to_a_number_that_takes_none_is_let_be() -> None:
    """AWS knows of a STOP before we do."""
    aws = Aws("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT")
    Replies(TextMessages(lambda: aws)).reply("+33612345678", "x", "+33700000000")
    assert len(aws.asked) == 2
