"""E-mails on a laptop: what stands before the engine's SES, which keeps a mail's words but not its pictures.

Whatever comes to `/outbox/ses/…` is passed on to the engine as it is. Of a mail that the engine took, the pictures
shown within the text (`cid:`) are noted, so that the outbox shows the mail as its receiver would see it.
"""

from __future__ import annotations

import base64
import binascii
import http.client
import json
from dataclasses import dataclass
from email import message_from_bytes, policy
from urllib.parse import urlsplit

from infra.local import notes, wire
from infra.local.http_server import Answer, Asked, problem

PREFIX = "/outbox/ses"
SEND = "/v2/email/outbound-emails"
LARGEST = 300_000
"""Characters of all pictures of a mail that are kept: an item of the table holds 400 KB."""
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp"}
PASSED_ON = ("Content-Type", "Authorization", "X-Amz-Date", "X-Amz-Content-Sha256", "User-Agent")


@dataclass(frozen=True)
class Mails:
    """endpoint: the engine's."""

    endpoint: str

    def respond(self, path: str, asked: Asked) -> Answer | None:
        """What the engine answers; None where the path is none of ours."""
        if not path.startswith(f"{PREFIX}/"):
            return None
        try:
            answer = self._passed_on(asked)
        except (OSError, http.client.HTTPException):
            return problem(503, "the engine does not answer")
        if answer.status == 200 and path == PREFIX + SEND:
            self._note(asked.body, json.loads(answer.body)["MessageId"])
        return answer

    def _passed_on(self, asked: Asked) -> Answer:
        address = urlsplit(self.endpoint)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
        headers = {name: asked.headers[name] for name in PASSED_ON if asked.headers[name]}
        try:
            connection.request(asked.method, asked.target.removeprefix(PREFIX), asked.body, headers)
            reply = connection.getresponse()
            kind = reply.getheader("Content-Type", "application/json")
            error = reply.getheader("x-amzn-errortype")
            told = (("Content-Type", kind), *((("x-amzn-errortype", error),) if error else ()))
            return Answer(reply.status, reply.read(), told)
        finally:
            connection.close()

    def _note(self, body: bytes, message_id: str) -> None:
        raw = json.loads(body).get("Content", {}).get("Raw", {}).get("Data", "")
        found = json.dumps(pictures_in(raw)) if raw else "{}"
        if found != "{}" and len(found) <= LARGEST:
            notes.put(wire.Wire(self.endpoint), pk="PICTURES", sk=message_id, pictures=found)


def pictures_in(raw: str) -> dict[str, str]:
    """The pictures within a mail, by content id, as `data:` addresses. raw: the MIME message in base64."""
    try:
        message = message_from_bytes(base64.b64decode(raw), policy=policy.default)
    except (binascii.Error, ValueError):
        return {}
    return {
        str(part["Content-ID"]).strip("<> "): f"data:{part.get_content_type()};base64,{encoded(part.get_content())}"
        for part in message.walk()
        if part["Content-ID"] and part.get_content_type() in SHOWN
    }


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def shown(html: str, pictures: dict[str, str]) -> str:
    """The mail's HTML with its pictures in it."""
    for name, address in pictures.items():
        html = html.replace(f"cid:{name}", address)
    return html


def pictures(engine: wire.Wire) -> dict[str, dict[str, str]]:
    """The pictures of every mail that has some, by the mail's id."""
    return {note["sk"]: json.loads(note["pictures"]) for note in notes.items(engine, "PICTURES")}
