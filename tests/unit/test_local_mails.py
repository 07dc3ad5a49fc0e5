"""What a mail shows within its text is kept for the outbox, and nothing else of it."""

from __future__ import annotations

import base64
from email.message import EmailMessage

from infra.local.mails import pictures_in, shown
from services.alerts.messages.letters import letter
from tests.alerts import CODES
from tests.events import alert_event
from tests.unit.test_alerts_senders import written


def raw(message: EmailMessage) -> str:
    return base64.b64encode(message.as_bytes()).decode()


def test_the_pictures_of_an_alerts_mail_are_found_and_shown() -> None:
    """By their content ids, as addresses that hold them; the HTML then refers to nothing outside of itself."""
    message = letter(written("email", "anna@example.com", alert_event()), "a@example.com", CODES.address)
    found = pictures_in(raw(message))
    assert list(found) == ["chart0@etincelle"]
    assert found["chart0@etincelle"].startswith("data:image/png;base64,iVBORw0KGgo")
    body = message.get_body(("html",))
    assert body is not None
    html = shown(body.get_content(), found)
    assert "cid:" not in html and found["chart0@etincelle"] in html


def test_what_is_no_picture_within_the_text_is_left_alone() -> None:
    """A file that is attached, a picture without an id, and a picture that could run as a program."""
    message = EmailMessage()
    message.set_content("plain")
    message.add_alternative("<img src='cid:x'>", subtype="html")
    message.add_attachment(b"GIF89a", "image", "gif", filename="a.gif")
    message.add_attachment(b"<svg/>", "image", "svg+xml", filename="x.svg", cid="<x>")
    assert pictures_in(raw(message)) == {}


def test_what_is_no_mail_has_no_pictures() -> None:
    """Neither bytes that are none, nor text that is no base64."""
    assert pictures_in("!") == pictures_in("") == pictures_in(base64.b64encode(b"\xff\x00").decode()) == {}
