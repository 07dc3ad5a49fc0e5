"""A message as it leaves, with the link that stands in it: the same however often it is made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.invitations.domain.invitations import Invitation, Step
from services.invitations.domain.links import Link, code_of, link_of
from services.invitations.domain.people import Identifier, Person
from services.invitations.domain.questions import Question
from services.invitations.messages import mail, sms
from services.invitations.messages.asked import Asked
from services.invitations.messages.words import language
from services.invitations.usecases.sending_ports import Outgoing, SendingDeps
from shared import tokens
from shared.catalogue import Touchpoint

PREFERENCES = "preferences"
"""The purpose of the tokens in links to the page of preferences."""
CHOOSES_FOR = timedelta(days=400)
"""How long such a link holds: an old message, too, can be used to have no more of them."""


@dataclass(frozen=True)
class Composed:
    """question: of a text message, which can be answered by one."""

    outgoing: Outgoing
    link: Link
    question: Question | None


def compose(
    invitation: Invitation, person: Person, touchpoint: Touchpoint, address: Identifier, at: datetime, deps: SendingDeps
) -> Composed:
    """The message that is due, for that address. at: when it is claimed, to leave."""
    expires_at = invitation.expires_at or invitation.planned_at + timedelta(days=touchpoint.ask.expires_days)
    number = invitation.step
    link = link_of(deps.secret, invitation, person, expires_at, number)
    asked = Asked(
        touchpoint=touchpoint,
        lang=language(invitation.locale or person.locale, touchpoint.survey),
        number=number,
        url=f"{deps.public_url}/s/{code_of(deps.secret, invitation.invitation_id, invitation.channel, number)}",
        preferences_url=preferences_url(invitation, deps),
    )
    said = content(asked, address, deps)
    outgoing = Outgoing(invitation.invitation_id, number, invitation.channel, address.value, said)
    question = question_of(asked, link, address, at) if invitation.channel == "sms" else None
    return Composed(outgoing, link, question)


def asked_by(invitation: Invitation, step: Step, has_left: bool, deps: SendingDeps) -> Question | None:
    """What a text back to a message that was claimed answers; None where that can be told no more."""
    person, touchpoint = deps.people.get(invitation.person_id), deps.catalogue.touchpoint(invitation.touchpoint)
    address = person.address(invitation.channel) if person and invitation.channel == "sms" else None
    if person is None or touchpoint is None or address is None:
        return None
    before = replace(invitation, step=step.number)
    question = compose(before, person, touchpoint, Identifier("phone", address), step.claimed_at, deps).question
    return replace(question, has_left=has_left) if question else None


def content(asked: Asked, address: Identifier, deps: SendingDeps) -> bytes | str:
    if address.kind == "phone":
        return sms.text(asked)
    return mail.mail(asked, deps.sender_email, address.value).as_bytes()


def question_of(asked: Asked, link: Link, phone: Identifier, at: datetime) -> Question:
    """What a text message back from that number answers, for as long as the link does."""
    return Question(
        phone=phone,
        invitation_id=link.invitation_id,
        touchpoint=link.touchpoint,
        survey=asked.survey.id,
        survey_version=asked.survey.version,
        lang=asked.lang,
        customer=link.customer,
        sent_at=at,
        expires_at=link.expires_at,
    )


def preferences_url(invitation: Invitation, deps: SendingDeps) -> str:
    """Names the invitation, not the person; whoever has the message may choose for them."""
    fields = {"channel": invitation.channel, "invitation": invitation.invitation_id}
    return f"{deps.public_url}/p/{tokens.mint(deps.secret, PREFERENCES, fields, deps.now() + CHOOSES_FOR)}"
