"""What becomes of a person's text: the answer it gives, or changes, and what is written back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from services.collector.channels.sms.conversation import Conversation, Outcome, Reply, heard_of
from services.collector.channels.sms.inbound import Inbound
from services.collector.channels.sms.reading import read_reply
from services.collector.channels.sms.words import text_of
from services.collector.domain.answers import Answer, Known
from services.collector.domain.responses import Response
from services.collector.usecases.ports import Deps
from services.collector.usecases.recording import change, response_of
from shared import bodies
from shared.catalogue import Survey, Touchpoint
from shared.codes import keyed_hash
from shared.errors import Conflict

Dropped = Literal["unknown_number", "unknown_touchpoint", "expired"]
MAY_REPLY_FOR = timedelta(hours=24)
"""A text that is older is not answered by a message: the person has long put the telephone away."""
AHEAD_AT_MOST = timedelta(minutes=5)
"""By how much one clock may be ahead of another."""
IN_DOUBT_FOR = timedelta(minutes=8)
"""From the moment a question was to leave: till then its mark, or the provider's word, may still tell whether it did.
A text that may answer it waits for that; its queue hands it over anew every three minutes, for twelve."""


@dataclass(frozen=True)
class Asked:
    """A question that a number was asked by text message, and whose the number is.

    customer: keyed hash of the customer's id, where it is known; sent_at: when the question was sent; has_left: whether
    it is known that it was.
    """

    invitation_id: str
    touchpoint: str
    survey_version: int
    lang: str
    customer: str | None
    sent_at: datetime
    has_left: bool = True


class Questions(Protocol):
    """Which questions a number was asked."""

    def asked(self, number_hash: str) -> Sequence[Asked]:
        """Some of the last, the newest first. number_hash: keyed, for the purpose `identity`."""
        ...


class Conversations(Protocol):
    """Where conversations stand, by their invitation."""

    def get(self, invitation_id: str) -> Conversation:
        """As of now; one without texts where there is none."""
        ...

    def save(self, conversation: Conversation) -> None:
        """Raises Conflict where another text was heard meanwhile."""
        ...


class Sender(Protocol):
    """Sends text messages."""

    def reply(self, number: str, text: str, origin: str) -> None:
        """Sends one SMS. number: E.164; origin: the number of ours that it comes from."""
        ...


@dataclass(frozen=True)
class Texting:
    """What hearing texts needs beside the service's own. dropped: counts a text that leads nowhere."""

    questions: Questions
    conversations: Conversations
    sender: Sender
    dropped: Callable[[Dropped], None]


def hear(text: Inbound, texting: Texting, deps: Deps) -> None:
    """Stores the answer that the text gives, and writes back where that is due.

    First the answer, then that the text was heard, then the message: heard again after a stop, the answer is
    the same, and a message is rather not sent than sent twice. Raises Conflict where another text of the person
    was heard at the same moment, or nobody knows yet which question it answers: hear it again.
    """
    text = replace(text, at=min(text.at, deps.now() + AHEAD_AT_MOST))
    known = texting.questions.asked(keyed_hash(deps.secret, "identity", f"phone:{text.number}"))
    by_then = asked_by(text.at, [one for one in known if is_open(one, text.at, deps)]) or asked_by(text.at, known)
    asked = answered(by_then, deps.now())
    touchpoint = deps.catalogue.touchpoint(asked.touchpoint) if asked else None
    if asked is None or touchpoint is None:
        texting.dropped("unknown_number" if asked is None else "unknown_touchpoint")
        return
    if not is_open(asked, text.at, deps):
        texting.dropped("expired")
        return
    reply = heard(text, asked, touchpoint, texting, deps)
    if reply is not None and deps.now() < text.at + MAY_REPLY_FOR:
        message = text_of(reply, touchpoint.survey.measure, touchpoint, asked.lang)
        texting.sender.reply(text.number, message, text.to)


def is_open(asked: Asked, at: datetime, deps: Deps) -> bool:
    """Whether it still took answers then."""
    touchpoint = deps.catalogue.touchpoint(asked.touchpoint)
    return touchpoint is not None and at < asked.sent_at + timedelta(days=touchpoint.ask.expires_days)


def asked_by(at: datetime, asked: Sequence[Asked]) -> Sequence[Asked]:
    """Those that were asked by then; else the first, where clocks may make it seem later. asked: the newest first.

    A question that was asked later is not what the text answers: whoever was erased since may have been asked anew.
    """
    by_then = [one for one in asked if one.sent_at <= at]
    return by_then or [one for one in asked[-1:] if one.sent_at <= at + AHEAD_AT_MOST]


def answered(asked: Sequence[Asked], now: datetime) -> Asked | None:
    """The question that a text answers; None where there is none. asked: by the time it was written, the newest first.

    The last; but one of which nobody knows whether it left comes after those that did: a person answers what they
    have seen. Raises Conflict where that may yet be known.
    """
    surely = next((one for one in asked if one.has_left), None)
    if surely is None:
        return asked[0] if asked else None
    if asked[0].invitation_id != surely.invitation_id and now < asked[0].sent_at + IN_DOUBT_FOR:
        raise Conflict("whether the last question left is not known yet")
    return surely


def heard(text: Inbound, asked: Asked, touchpoint: Touchpoint, texting: Texting, deps: Deps) -> Reply | None:
    """Keeps what the text says, and gives what is to be written back, which nobody else is told then."""
    known = texting.conversations.get(asked.invitation_id)
    said = heard_of(read_reply(text.text, touchpoint.survey.measure, asked.lang), text.at)
    conversation = known.with_text(text.text_id, said)
    if conversation is known:
        return None
    store(conversation, asked, touchpoint, text.at, deps)
    reply = conversation.reply_to(said)
    if reply == "again" and deps.responses.holds(touchpoint.id, response_id(asked)):
        reply = None  # the page was answered meanwhile
    replied = conversation.replied | ({reply} if reply else set())
    is_now = replace(conversation, replied=frozenset(replied), stored=conversation.outcome, customer=asked.customer)
    texting.conversations.save(is_now)
    return reply


def store(conversation: Conversation, asked: Asked, touchpoint: Touchpoint, at: datetime, deps: Deps) -> None:
    """The answer as it stands now; changed where there is one and it may change, else left alone."""
    outcome = conversation.outcome
    if outcome is None or outcome == conversation.stored:
        return
    response = by_text(outcome, asked, touchpoint, deps)
    if deps.responses.add([response]) == [True]:
        return
    stands = deps.responses.get(touchpoint.id, response.response_id)
    if stands is None:
        return
    response = beside(stands, response, conversation.stored, touchpoint.survey)
    if (stands.score, stands.comment) != (response.score, response.comment):
        change(response, at, deps)


def beside(stands: Response, response: Response, before: Outcome | None, survey: Survey) -> Response:
    """The response with what was said on the page, as far as texts say nothing in its place.

    before: what the texts came to when it was last stored; the words that stand are the page's if they are not its.
    """
    is_ours = before is not None and before.comment == stands.comment
    own = None if is_ours else stands.comment
    is_asked = survey.follow_up_to(response.score) is not None
    return replace(
        response,
        comment=response.comment or own,
        follow_up=stands.follow_up if is_asked else None,
        follow_up_text=stands.follow_up_text if is_asked else None,
    )


def by_text(outcome: Outcome, asked: Asked, touchpoint: Touchpoint, deps: Deps) -> Response:
    """What is stored of the conversation's answer."""
    fields = {
        "touchpoint": touchpoint.id,
        "channel": "sms",
        "score": outcome.score,
        "comment": outcome.comment,
        "lang": asked.lang,
        "survey_version": asked.survey_version,
    }
    known = Known(deps.now(), {touchpoint.id: touchpoint})
    answer = bodies.parse_as(Answer, fields, known)
    evidence = {"sms": "reply", "invitation": asked.invitation_id}
    response = response_of(answer, response_id(asked), known, evidence, deps.secret)
    return replace(response, collected_at=outcome.at, customer=asked.customer, invited_at=asked.sent_at)


def response_id(asked: Asked) -> str:
    """The id that all answers to one invitation share, by link or by text."""
    return f"invitation:{asked.invitation_id}"
