"""The mail that carries the link: plain text and HTML, in French or in English."""

from __future__ import annotations

from email.message import EmailMessage
from functools import cache
from pathlib import Path

from shared.catalogue import Person
from shared.mails import POLICY
from shared.pages.shell import environment, read_words
from shared.sessions import first_language

HERE = Path(__file__).parent


def letter(person: Person, address: str, sender: str) -> EmailMessage:
    """The whole message, ready to be sent."""
    lang = first_language(person)
    said = words()[lang]
    message = EmailMessage(policy=POLICY)
    message["From"] = sender
    message["To"] = person.email
    message["Subject"] = said["mail_subject"]
    message.set_content(f"{said['mail_text']}\n\n{address}\n\n{said['mail_else']}\n")
    html = environment(HERE / "templates").get_template("mail.html")
    message.add_alternative(html.render(said=said, lang=lang, address=address), subtype="html")
    return message


@cache
def words() -> dict[str, dict[str, str]]:
    """By language and name."""
    return read_words(HERE / "words.json")
