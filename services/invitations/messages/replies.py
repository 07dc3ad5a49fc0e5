"""What a team writes to a customer, as an e-mail or a text message: their words, and why they come."""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage

from services.invitations.messages.asked import line
from services.invitations.messages.mail import SPARK, TEMPLATES
from services.invitations.messages.words import Frame, frame
from shared.catalogue import Owner, Touchpoint
from shared.gsm import plain
from shared.languages import base, direction
from shared.mails import POLICY
from shared.pages import jinja


@dataclass(frozen=True)
class Letter:
    """lang: of the words around the text, which is in whatever language the team wrote it."""

    owner: Owner
    touchpoint: Touchpoint
    lang: str
    text: str

    @property
    def frame(self) -> Frame:
        return frame(self.lang)

    @property
    def why(self) -> str:
        return self.frame.reply_why.format(where=self.touchpoint.named(self.lang))


def mail(letter: Letter, sender: str, to: str) -> EmailMessage:
    """The whole message. sender: our address; it goes under the team's name. Raises ValueError for no address."""
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(display_name=letter.owner.name, addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = line(letter.frame.reply_subject.format(owner=letter.owner.name))
    message.set_content(f"{letter.text}\n\n{letter.owner.name}\n\n-- \n{letter.why}\n")
    message.add_alternative(html(letter), subtype="html")
    return message


def html(letter: Letter) -> str:
    """The HTML part: the team's words in paragraphs, as they were typed."""
    paragraphs = [part.strip().split("\n") for part in letter.text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    return (
        jinja.strict(TEMPLATES)
        .get_template("reply.html")
        .render(
            letter=letter,
            lang=base(letter.lang),
            dir=direction(letter.lang),
            paragraphs=paragraphs,
            colour=letter.owner.colour or SPARK,
        )
    )


def text_message(letter: Letter) -> str:
    return plain(f"{letter.owner.name}: {letter.text}")
