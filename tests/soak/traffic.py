"""What happens to a company in some weeks: interactions, invitations, answers, and a checkout that gets worse.

Callers send again whatever was not taken, as callers must: the same interaction, the same form. What they were told
was taken is written down here, and is what `tests.soak.accounts` holds the product to.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from shared.auth import SCOPES, digest
from shared.dynamo import Table
from shared.tables import registry as registry_keys
from tests.soak.cloud import STAGE, Cloud, Event
from tests.soak.leaving import Mail, Text

KEY = "etk_" + "s" * 27
START = datetime(2024, 3, 4, tzinfo=UTC)
WORSE = (0.3, 0.55)
"""The part of the whole span in which the first touchpoint is worse; each further one a little later."""
TOUCHPOINTS = {"checkout": "web", "search": "web", "delivery": "logistics", "returns": "logistics", "support": "care"}
INTERACTIONS_A_PERSON = 6
REPLIES = 0.5
"""Of the messages that ask are answered."""
AT_ONCE = 0.3
"""Of texts that are written back, are so within minutes; else within hours."""
FED_UP = 0.02
"""Of the text messages that ask are answered by STOP."""
IN_TIME = timedelta(hours=40)
"""Within which a text is written back; a question takes answers for two days."""
CAP = {"at_most": 2, "days": 7}
TICKET = re.compile(r'name="ticket" value="([^"]+)"')
LINK = re.compile(r"https://answers\.example\.com(/s/[A-Za-z0-9]+)")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATIENCE = timedelta(seconds=20)
MOST_TRIES = 500
"""A list of twenty makes some hundred calls, all of which have to go well in one try."""


def journey() -> dict[str, Any]:
    """Three teams, five touchpoints, a cap on contacts; each team has a program, and people at once and by a digest."""
    owners = {
        owner: {
            "name": owner,
            "subscriptions": {
                "hook": {"webhook": f"https://hooks.example.com/{owner}"},
                "team": f"{owner}@example.com",
                "boss": {"email": f"boss-{owner}@example.com", "digest": {"every": "day", "at": "08:00"}},
            },
        }
        for owner in sorted(set(TOUCHPOINTS.values()))
    }
    watching = {"webhook": "https://hooks.example.com/everything", "everywhere": True}
    owners["pilot"] = {"name": "pilot", "subscriptions": {"all": watching}}
    points = {
        name: {
            "owner": owner,
            "journey": "shop",
            "stage": "buy",
            "survey": "sat",
            "channels": ["email", "sms", "api"],
            "ask": {"delay_minutes": 30, "remind_after_hours": 20, "expires_days": 2},
        }
        for name, owner in TOUCHPOINTS.items()
    }
    return {
        "name": "soak",
        "owners": owners,
        "journeys": {"shop": {"name": "Shop", "stages": {"buy": "Buy"}}},
        "surveys": {"sat": {"scale": "csat", "question": "How was it?", "comment": "Why?"}},
        "touchpoints": points,
        "pressure": {"company": CAP, "rest_days": 1},
    }


def link_in(mail: Mail) -> str:
    """The path that a mail's text leads to."""
    part = message_from_bytes(mail.content, policy=policy.default).get_body(("plain",))
    link = LINK.search(part.get_content()) if part else None
    assert link is not None
    return link[1]


@dataclass
class Traffic:
    """Everything that comes in. days: over which the interactions are spread.

    taken: interactions that a caller was told were taken; answered: by invitation the scores that a person was told
    were stored, or wrote back; stopped: by number when STOP was said; posted: by id, the scores that programs were told
    were stored.
    """

    cloud: Cloud
    interactions: int
    days: float
    taken: set[tuple[str, str]] = field(default_factory=set)
    queued: set[tuple[str, str]] = field(default_factory=set)
    answered: dict[str, int] = field(default_factory=dict)
    posted: dict[tuple[str, str], int] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    asked: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    stopped: dict[str, datetime] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        return START + timedelta(days=self.days)

    def begin(self) -> None:
        """The journey is applied without any fault, then the first interaction is planned."""
        self.apply(journey())
        self.cloud.taken, self.cloud.texted = self.receive_mail, self.receive_text
        self.cloud.at(START, lambda: self.happen(0))
        self.cloud.at(START, lambda: self.post_answer(0))

    def apply(self, document: Event) -> None:
        """Makes a key for everything, and applies the document by it."""
        pk, sk = registry_keys.api_key_key(digest(KEY))
        table = Table(self.cloud.dynamodb, f"etincelle-{STAGE}-registry")
        table.put({"pk": pk, "sk": sk, "kind": "api_key", "key_id": "soak", "scopes": list(SCOPES)})
        reply = self.send("registry", "PUT", "/v1/documents/soak", {"document": document, "base_version": 0})
        assert reply.status == 200, reply.body

    headers = {"Authorization": f"Bearer {KEY}"}  # noqa: RUF012 - nobody changes it

    def send(self, service: str, method: str, path: str, body: Any) -> Any:
        return self.cloud.ask(service, method, path, body, self.headers)

    # -- interactions ----------------------------------------------------------------------------------------

    def happen(self, number: int) -> None:
        """The interaction of that number, with up to nineteen more where they come in one list; then the next."""
        draw = self.cloud.random
        size = min(draw.choice((1, 1, 1, 1, 1, 20)), self.interactions - number)
        batch = [self.interaction(number + n) for n in range(size)]
        if size > 1 or draw.random() < 0.3:
            self.post(batch)
        else:
            self.queue(batch[0])
        if draw.random() < 0.02:
            self.cloud.after(timedelta(hours=draw.uniform(0, 48)), lambda: self.queue(batch[0]))
        if number + size < self.interactions:
            step = timedelta(days=self.days) / self.interactions
            self.cloud.at(START + step * (number + size), lambda: self.happen(number + size))

    def interaction(self, number: int) -> Event:
        draw = self.cloud.random
        person = draw.randrange(max(20, self.interactions // INTERACTIONS_A_PERSON))
        by_phone = person % 4 == 0
        address = {"phone": f"+336{10**7 + person:08}"} if by_phone else {"email": f"p{person}@example.com"}
        named = [address, {"id": f"c{person}"}]
        customer = named[0] | named[1] if draw.random() < 0.8 else named[0]
        late = timedelta(minutes=draw.expovariate(0.2))
        return {
            "interaction_id": f"i{number}",
            "touchpoint": draw.choice(list(TOUCHPOINTS)),
            "occurred_at": (self.cloud.now - late).isoformat(),
            "customer": customer,
            "attributes": {"device": draw.choice(("mobile", "desktop"))},
        }

    def queue(self, interaction: Event) -> None:
        """What an event source does: the queue has it."""
        self.queued.add((interaction["touchpoint"], interaction["interaction_id"]))
        self.cloud.put("interactions", json.dumps(interaction))

    def post(self, batch: list[Event], tries: int = 0) -> None:
        """What a caller does: it sends again until it is told that all were taken."""
        body: Any = batch if len(batch) > 1 else batch[0]
        reply = self.send("invitations", "POST", "/v1/interactions", body)
        self.count("interactions", tries)
        if reply.status >= 500:
            self.again(tries, lambda: self.post(batch, tries + 1))
            return
        results = reply.body["results"] if len(batch) > 1 else [reply.body]
        for interaction, result in zip(batch, results, strict=True):
            assert result["status"] in ("accepted", "already_known"), result
            self.taken.add((interaction["touchpoint"], interaction["interaction_id"]))

    def count(self, what: str, tries: int) -> None:
        self.tries[what] += 1
        self.requests += tries == 0

    def again(self, tries: int, action: Any) -> None:
        assert tries < MOST_TRIES, "a request is never taken"
        self.cloud.after(PATIENCE, action)

    # -- answers ---------------------------------------------------------------------------------------------

    def receive_mail(self, mail: Mail) -> None:
        """A person's mail, or a team's; SES tells what became of it."""
        if "invitation_id" not in mail.tags:
            return
        draw = self.cloud.random
        self.tell(mail, "Send", 2)
        self.tell(mail, "Delivery", 5)
        if draw.random() < REPLIES:
            path, name = link_in(mail), mail.tags["invitation_id"]
            score = self.score(self.touchpoint_of(name))
            self.cloud.after(timedelta(hours=draw.expovariate(0.2)), lambda: self.open(path, name, score))
        mail.content = b""

    def tell(self, mail: Mail, kind: str, seconds: float) -> None:
        stamp = mail.at.isoformat().replace("+00:00", "Z")
        tags = {name: [value] for name, value in mail.tags.items()}
        told = {"messageId": f"mail-{len(self.cloud.mails)}", "timestamp": stamp, "tags": tags}
        event = {"eventType": kind, "mail": told, kind.lower(): {"timestamp": stamp}}
        self.cloud.after(timedelta(seconds=seconds), lambda: self.cloud.put("outcomes", json.dumps({"detail": event})))

    def receive_text(self, text: Text) -> None:
        """A person's telephone: a question, or what is written back to an answer. A few are fed up."""
        name = text.context.get("invitation_id")
        if name is None:
            return
        draw = self.cloud.random
        self.tell_text(text)
        self.asked[text.to] = max((name, text.at), self.asked.get(text.to, ("", START)), key=lambda one: one[::-1])
        if draw.random() < REPLIES:
            wait = draw.expovariate(20 if draw.random() < AT_ONCE else 0.5)
            self.cloud.after(timedelta(hours=wait), lambda: self.write_back(text.to))
        if draw.random() < FED_UP:
            self.cloud.after(timedelta(hours=draw.expovariate(0.5)), lambda: self.stop(text.to))

    def tell_text(self, text: Text) -> None:
        """The provider tells that it arrived."""
        stamp = int(text.at.timestamp() * 1000)
        event = {"eventType": "TEXT_DELIVERED", "eventTimestamp": stamp, "messageId": f"text-{len(self.cloud.texts)}"}
        event |= {"destinationPhoneNumber": text.to, "context": text.context}
        self.cloud.after(timedelta(seconds=4), lambda: self.cloud.put("outcomes", json.dumps({"detail": event})))

    def write_back(self, number: str) -> None:
        """Their score, to the last question they were asked, once and in time."""
        name, sent_at = self.asked[number]
        if name in self.answered or self.cloud.now > sent_at + IN_TIME:
            return
        self.answered[name] = self.score(self.touchpoint_of(name))
        self.text_back(number, str(self.answered[name]))

    def stop(self, number: str) -> None:
        self.stopped.setdefault(number, self.cloud.now)
        self.text_back(number, "STOP")

    def text_back(self, number: str, body: str) -> None:
        """What the topic of replies hands to both of its queues."""
        said = {"originationNumber": number, "destinationNumber": "Etincelle", "messageBody": body}
        said["inboundMessageId"] = f"{number}-{self.cloud.now:%d%H%M%S%f}"
        stamp = f"{self.cloud.now:%Y-%m-%dT%H:%M:%S.%f}Z"
        envelope = {"Type": "Notification", "Message": json.dumps(said), "Timestamp": stamp}
        for queue in ("sms-answers", "sms-wishes"):
            self.cloud.put(queue, json.dumps(envelope))

    def score(self, touchpoint: str) -> int:
        """Usually good; for some time bad at one touchpoint after the other."""
        behind = (self.cloud.now - START) / timedelta(days=self.days) - 0.08 * list(TOUCHPOINTS).index(touchpoint)
        is_worse = WORSE[0] < behind < WORSE[1]
        return self.cloud.random.choice((1, 1, 1, 2, 3, 5) if is_worse else (1, 4, 4, 4, 5, 5, 5, 5, 5, 5))

    def touchpoint_of(self, invitation: str) -> str:
        item = self.cloud.dynamodb.tables[f"etincelle-{STAGE}-contacts"].get((f"INVITATION#{invitation}", "INVITATION"))
        assert item is not None
        return str(item["touchpoint"]["S"])

    def open(self, path: str, invitation: str, score: int, tries: int = 0) -> None:
        """The person follows the link, and presses the button when the page is there."""
        caller = {"X-Forwarded-For": f"10.{crc32(path.encode()) % 250}.{tries}.{score}"}
        reply = self.cloud.ask("collector", "GET", path, None, caller)
        if reply.status >= 500:
            self.again(tries, lambda: self.open(path, invitation, score, tries + 1))
        elif reply.status == 200 and (ticket := TICKET.search(reply.body)):
            self.press(path, invitation, {"score": score, "ticket": ticket[1]})
        else:
            self.refused[f"page {reply.status}"] += 1

    def press(self, path: str, invitation: str, form: Event, tries: int = 0) -> None:
        """Pressed again where nothing came back; some press twice anyway."""
        reply = self.cloud.ask("collector", "POST", path, urlencode(form), FORM)
        self.count("forms", tries)
        if reply.status >= 500:
            self.again(tries, lambda: self.press(path, invitation, form, tries + 1))
            return
        if reply.status != 303:
            self.refused[f"form {reply.status}"] += 1
            return
        self.answered[invitation] = form["score"]
        if self.cloud.random.random() < 0.02:
            self.cloud.ask("collector", "POST", path, urlencode(form), FORM)

    def post_answer(self, number: int) -> None:
        """A program's answer, which needs no invitation; then the next, one for two interactions."""
        touchpoint = self.cloud.random.choice(list(TOUCHPOINTS))
        at, score = self.cloud.now.isoformat(), self.score(touchpoint)
        self.store({"response_id": f"r{number}", "touchpoint": touchpoint, "score": score, "collected_at": at})
        if number + 1 < self.interactions // 2:
            step = timedelta(days=self.days) / self.interactions * 2
            self.cloud.at(START + step * (number + 1), lambda: self.post_answer(number + 1))

    def store(self, answer: Event, tries: int = 0) -> None:
        reply = self.send("collector", "POST", "/v1/responses", answer)
        self.count("answers", tries)
        if reply.status >= 500:
            self.again(tries, lambda: self.store(answer, tries + 1))
            return
        assert reply.body["status"] in ("stored", "already_stored"), reply.body
        self.posted[answer["touchpoint"], answer["response_id"]] = answer["score"]
