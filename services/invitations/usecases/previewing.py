"""What a touchpoint's message would look like, and cost, before anybody gets one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.invitations.messages import mail, sms
from services.invitations.messages.asked import Asked
from services.invitations.messages.sms import Price
from services.invitations.messages.words import language
from services.invitations.usecases.sending_ports import SendingDeps
from shared import tokens
from shared.codes import LINK_LENGTH, SMS_LENGTH
from shared.errors import NotFound
from shared.gsm import Count


@dataclass(frozen=True)
class Preview:
    """A message as it would leave. html, size: of an e-mail, in bytes as sent. count, price: of a text message."""

    channel: str
    lang: str
    subject: str
    text: str
    html: str | None = None
    size: int | None = None
    count: Count | None = None
    price: Price | None = None


def preview(touchpoint: str, channel: str, locale: str | None, country: str | None, deps: SendingDeps) -> Preview:
    """The invitation with a link that leads nowhere. country: whose price is asked for. Raises NotFound."""
    known = deps.catalogue.touchpoint(touchpoint)
    if known is None:
        raise NotFound("there is no such touchpoint")
    length = SMS_LENGTH if channel == "sms" else LINK_LENGTH
    token = tokens.mint(deps.secret, "preview", {"channel": channel, "invitation": "0" * 16}, deps.now() + timedelta(1))
    asked = Asked(
        touchpoint=known,
        lang=language(locale, known.survey),
        number=1,
        url=f"{deps.public_url}/s/{'0' * length}",
        preferences_url=f"{deps.public_url}/p/{token}",
    )
    if channel == "sms":
        text, count = sms.counted(asked)
        return Preview(channel, asked.lang, "", text, count=count, price=sms.price(country or ""))
    whole = mail.mail(asked, deps.sender_email, "somebody@example.com").as_bytes()
    return Preview(channel, asked.lang, mail.subject(asked), mail.text(asked), mail.html(asked), len(whole))
