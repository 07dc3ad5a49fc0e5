"""The local pages: where to begin, and the outbox, where everything that would have left can be read.

E-mails are those the engine's SES took, with their pictures (`infra.local.mails`); text messages come by
`infra.local.texts`; webhooks those that came to `POST /outbox/hooks/{name}`, which answers 200, or whatever
`?status=503` asks for, to try out a receiver that is down.
"""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader

from infra.local import chat, mails, notes, wire
from infra.local.environment import ACCOUNT
from infra.local.http_server import Answer, Asked, problem
from infra.local.texts import Texts, texts

HOOK = re.compile(r"/outbox/hooks/([A-Za-z0-9_-]{1,64})")
LONGEST_BODY = 100_000
"""Characters kept of a webhook's body."""
HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)


class Pages:
    """endpoint: the engine's; public_url: where people reach us; home: the `.local` folder."""

    def __init__(self, endpoint: str, public_url: str, home: str) -> None:
        self._endpoint, self._public_url, self._home = endpoint, public_url, Path(home)
        self._texts, self._mails = Texts(endpoint), mails.Mails(endpoint)
        self._templates = Environment(loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True)
        self._templates.filters["indented"] = indented

    def respond(self, asked: Asked) -> Answer | None:
        """The page asked for; None where the path is none of ours."""
        path, _, query = asked.target.partition("?")
        hook = HOOK.fullmatch(path)
        if hook:
            return self._hook(hook[1], asked, query)
        if answer := self._texts.respond(path, asked) or self._mails.respond(path, asked):
            return answer
        page = {"/start": self._start, "/outbox": self._outbox, "/outbox.json": self._outbox_json}.get(path)
        if page is None:
            return None
        return page() if asked.method in ("GET", "HEAD") else problem(405, "", (("Allow", "GET, HEAD"),))

    def _start(self) -> Answer:
        links = notes.sample_links(wire.Wire(self._endpoint))
        return self._html("start.html", links=links, credentials=self._home / "credentials.json")

    def _outbox(self) -> Answer:
        content, pictures = self.content(), mails.pictures(wire.Wire(self._endpoint))
        for mail in content["emails"]:
            mail["html"] = mails.shown(mail["html"], pictures.get(mail["message_id"], {}))
        for hook in content["webhooks"]:
            hook["post"] = chat.shown(hook["body"])
        return self._html("outbox.html", **content)

    def _outbox_json(self) -> Answer:
        body = json.dumps(self.content(), ensure_ascii=False).encode()
        return Answer(200, body, (("Content-Type", "application/json"), ("Cache-Control", "no-store")))

    def content(self) -> dict[str, list[dict[str, Any]]]:
        """emails, texts and webhooks, newest first; parked: stream records no function could take, oldest first."""
        engine = wire.Wire(self._endpoint)
        return {
            "emails": emails(engine),
            "texts": texts(engine),
            "webhooks": webhooks(engine),
            "parked": notes.parked(engine),
        }

    def _hook(self, name: str, asked: Asked, query: str) -> Answer:
        if asked.method != "POST":
            return problem(405, "a webhook is sent by POST", (("Allow", "POST"),))
        received = datetime.now(UTC).isoformat(timespec="microseconds")
        notes.put(
            wire.Wire(self._endpoint),
            pk="HOOKS",
            sk=f"{received}#{uuid.uuid4()}",
            name=name,
            received_at=received,
            headers=json.dumps(dict(asked.headers.items())),
            body=asked.body.decode(errors="replace")[:LONGEST_BODY],
        )
        wanted = parse_qs(query).get("status", ["200"])[0]
        return Answer(int(wanted) if re.fullmatch("[2-5][0-9][0-9]", wanted) else 200)

    def _html(self, template: str, **values: Any) -> Answer:
        page = self._templates.get_template(template).render(public_url=self._public_url, **values)
        return Answer(200, page.encode(), HEADERS)


def indented(body: str) -> str:
    """JSON with a line for each field; anything else as it came."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except ValueError:
        return body


def emails(engine: wire.Wire) -> list[dict[str, Any]]:
    """Every e-mail that was sent, newest first."""
    sent = engine.get("/_ministack/ses/messages")["messages"].get(ACCOUNT, [])
    return [email(message) for message in sorted(sent, key=lambda message: -message["Timestamp"])]


def email(message: dict[str, Any]) -> dict[str, Any]:
    """One e-mail as the engine tells of it; html and text are empty where it has none."""
    return {
        "message_id": message["MessageId"],
        "from": message["Source"],
        "to": [*message["To"], *message["CC"], *message["BCC"]],
        "subject": message["Subject"],
        "text": message["BodyText"] or "",
        "html": message["BodyHtml"] or "",
        "sent_at": datetime.fromtimestamp(message["Timestamp"], UTC).isoformat(timespec="milliseconds"),
    }


def webhooks(engine: wire.Wire) -> list[dict[str, Any]]:
    """Every call of a webhook, newest first."""
    return [
        {
            "name": note["name"],
            "received_at": note["received_at"],
            "headers": json.loads(note["headers"]),
            "body": note["body"],
        }
        for note in reversed(notes.items(engine, "HOOKS"))
    ]
