"""The e-mail an owner gets: plain text, HTML, and a picture of each change."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from services.alerts.domain.deliveries import Delivery
from services.alerts.messages import chart
from services.alerts.messages.story import Manage, Story, story
from shared.events import AlertEvent
from shared.mails import POLICY
from shared.pages import jinja

TEMPLATES = Path(__file__).parent / "templates"
MOST_PICTURES = 5
"""Of a digest only the first alerts have one, so that the mail stays small."""


def letter(delivery: Delivery, sender: str, manage: Manage) -> EmailMessage:
    """The whole message, ready to be sent. Mails on one alert refer to the same thread."""
    said = story(delivery, manage)
    message = EmailMessage(policy=POLICY)
    message["From"] = sender
    message["To"] = delivery.target
    message["Subject"] = said.title
    message["X-Etincelle-Message-Id"] = delivery.message_id
    if said.unsubscribe:
        message["List-Unsubscribe"] = f"<{said.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    elif len(delivery.news) == 1:
        message["References"] = message["In-Reply-To"] = thread_id(delivery, sender)
    message.set_content(plain(said))
    alerts = [event for event in delivery.news if isinstance(event, AlertEvent)][:MOST_PICTURES]
    pictures = {event.alert_id: f"chart{n}@etincelle" for n, event in enumerate(alerts)}
    message.add_alternative(html(said, pictures), subtype="html")
    _, body = message.iter_parts()
    for event in alerts:
        assert isinstance(body, EmailMessage)
        name = pictures[event.alert_id]
        body.add_related(chart.png(event), "image", "png", cid=f"<{name}>", filename="chart.png", disposition="inline")
    return message


def thread_id(delivery: Delivery, sender: str) -> str:
    """What all mails on an alert to a subscription refer to, so that a mail program shows them together."""
    domain = sender.rpartition("@")[2].rstrip(">")
    return f"<{delivery.news[0].alert_id}.{delivery.subscription.replace('/', '.')}@{domain}>"


def plain(said: Story) -> str:
    return jinja.strict(TEMPLATES).get_template("letter.txt").render(said=said)


def html(said: Story, pictures: dict[str, str]) -> str:
    """pictures: the name of each alert's."""
    return jinja.strict(TEMPLATES).get_template("letter.html").render(said=said, pictures=pictures)
