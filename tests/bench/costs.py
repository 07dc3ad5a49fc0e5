"""What things cost: calls, units and dollars of an answer, an interaction, an invitation, an alert, counted.

python -m tests.bench costs

A company of five touchpoints lives some days on the cloud in memory (`tests.bench.meter`), where everything that
follows from a thing happens, too: its stream records, looks, marks, messages and what providers tell of them. What the
same time costs when nothing happens is taken off, and stands in a row of its own.

Dollars are reckoned from the list of one region in `prices.json`; look at the sources it names before you count on
them. Three things are assumed: how long a function takes, at 1,024 MB; how much it logs; and that Lambda asks each
queue as often as five pollers do that wait twenty seconds each. What a text message costs differs by country, and is
not in it.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from infra.local.schedules import seconds_of
from tests.bench.figure import Figure
from tests.bench.meter import MeteredCloud
from tests.soak.leaving import Mail
from tests.soak.living import living
from tests.soak.traffic import START, TOUCHPOINTS, Traffic, journey, link_in

PRICES = Path(__file__).parent / "prices.json"
OWN_SECONDS, CALL_SECONDS = 0.010, 0.010
"""Of a function: for itself, and for each call of AWS that it makes. Assumed."""
LOGGED_GIGABYTES = 1e-6
"""By each call of a function, and as much by the API for each request. Assumed."""
IDLE_POLLS = 5 * 3 * 60 * 24
"""Of one queue, a day. Assumed."""
DAY = timedelta(days=1)
AFTERWARDS = timedelta(hours=3)
"""Until every look and decision that answers asked for is made."""
EXPIRED = timedelta(days=3)
"""Until an invitation is over, and whoever stayed silent is counted."""
KINDS = {
    "DynamoDB calls": "dynamodb_calls",
    "write units": "dynamodb_write_units",
    "read units": "dynamodb_read_units",
    "functions woken": "lambda_requests",
    "queue requests": "sqs_requests",
}
TELLERS = ("aggregator.publish", "alerts.hear", "alerts.dispatch", "alerts.deliver")
"""Who works once an alert is written: what they use is an alert's, whatever made it."""
Uses = dict[tuple[str, str], float]


def dollars(uses: Mapping[str, float]) -> float:
    """By the list, with what is assumed of durations and logs."""
    prices: dict[str, float] = json.loads(PRICES.read_text())["per_million"]
    woken, requests = uses.get("lambda_requests", 0), uses.get("rest_api_requests", 0)
    assumed = {
        "lambda_gigabyte_seconds": woken * OWN_SECONDS + uses.get("aws_calls", 0) * CALL_SECONDS,
        "log_gigabytes": (woken + requests) * LOGGED_GIGABYTES,
    }
    return sum(amount * prices.get(kind, 0) for kind, amount in {**uses, **assumed}.items()) / 1e6


BARE = dict.fromkeys(
    ("rest_api_requests", "firewall_requests", "lambda_requests", "aws_calls", "dynamodb_write_units"), 1.0
)
"""What a bare handler uses that puts an answer into a table, after which nothing happens."""


def document() -> dict[str, Any]:
    """The journey of the soak, asking once only, and nobody twice."""
    made = journey()
    for touchpoint in made["touchpoints"].values():
        touchpoint["ask"] = {"delay_minutes": 30, "expires_days": 2}
    return made | {"pressure": {"company": {"at_most": 1, "days": 365}}}


@dataclass
class Company:
    """Where things happen; each verb says how many did, and returns when all that follows has happened, too."""

    cloud: MeteredCloud
    seen: int = 0
    links: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.traffic = Traffic(self.cloud, 0, 1)
        self.traffic.apply(document())
        self.cloud.taken, self.cloud.texted = self.receive, self.traffic.tell_text
        self.chance = random.Random(1)
        for one in (each.binding for each in self.cloud.functions if each.binding.kind == "schedule"):
            self.cloud.schedule(one.function, timedelta(seconds=seconds_of(one.source)), START + timedelta(days=365))

    def receive(self, mail: Mail) -> None:
        """A mail that asks; SES tells what became of it. Whoever has it does nothing yet."""
        if mail.tags:
            self.traffic.tell(mail, "Send", 2)
            self.traffic.tell(mail, "Delivery", 5)
            self.links[mail.tags["invitation_id"]] = link_in(mail)

    def spread(self, number: int, over: timedelta, action: Callable[[int], None], rest: timedelta) -> int:
        """Does it so often, evenly over that time, and lets the rest pass."""
        began = self.cloud.now
        for n in range(number):
            self.cloud.at(began + over / number * n, lambda n=n: action(n))  # type: ignore[misc]
        self.cloud.run(began + over + rest)
        return number

    def answer(self, score: int | None = None) -> dict[str, Any]:
        self.seen += 1
        good = self.chance.choice((1, 3, 4, 4, 5, 5, 5, 5, 5, 5))
        body = {"response_id": f"r{self.seen}", "touchpoint": list(TOUCHPOINTS)[self.seen % len(TOUCHPOINTS)]}
        return body | {"score": good if score is None else score, "comment": "Un peu long à la caisse."}

    def post(self, _: int) -> None:
        assert self.traffic.send("collector", "POST", "/v1/responses", self.answer()).status == 201

    def post_many(self, _: int) -> None:
        self.post_list([self.answer() for _ in range(500)])

    def post_list(self, answers: list[dict[str, Any]]) -> None:
        assert self.traffic.send("collector", "POST", "/v1/responses", {"responses": answers}).status == 200

    def happen(self, number: int, customer: dict[str, str] | None = None) -> Any:
        """An interaction of a person who is new, unless they are named; what becomes of it."""
        self.seen += 1
        interaction = {
            "interaction_id": f"i{self.seen}",
            "touchpoint": list(TOUCHPOINTS)[number % len(TOUCHPOINTS)],
            "occurred_at": self.cloud.now.isoformat(),
            "customer": customer or {"email": f"p{self.seen}@example.com"},
        }
        reply = self.traffic.send("invitations", "POST", "/v1/interactions", interaction)
        return reply.body["decision"]

    def ask(self, number: int) -> None:
        assert self.happen(number)["state"] == "planned"

    def text(self, number: int) -> None:
        assert self.happen(number, {"phone": f"+336{10**7 + number:08}"})["channel"] == "sms"

    def leave_alone(self, number: int) -> None:
        """One more interaction of somebody who was asked by text."""
        assert self.happen(number, {"phone": f"+336{10**7 + number:08}"})["state"] == "suppressed"

    def ask_and_answer(self, number: int) -> None:
        """Of a person who follows the link two hours later, and answers."""
        invitation = self.happen(number)["invitation_id"]
        self.cloud.after(timedelta(hours=2), lambda: self.traffic.open(self.links[invitation], invitation, 5))

    def get_worse(self) -> int:
        """Answers of sixty days, bad of late; how many alerts were told."""
        began = self.cloud.now - timedelta(days=60)
        made = [
            self.answer(self.chance.choice((1, 1, 2, 4, 5)) if n > 2500 else None)
            | {"collected_at": (began + timedelta(days=60) / 3000 * n).isoformat()}
            for n in range(3000)
        ]
        for first in range(0, len(made), 500):
            self.post_list(made[first : first + 500])
        self.cloud.run(self.cloud.now + 2 * DAY)
        return len(made)


@dataclass(frozen=True)
class Cost:
    """What one of something uses, by kind. reference: dollars of a thousand of what it is held against."""

    of: str
    uses: Mapping[str, float]
    reference: float | None = None
    than: str = ""

    def figures(self) -> Iterator[Figure]:
        for name, kind in KINDS.items():
            yield Figure(name, round(self.uses[kind], 2), self.of)
        yield Figure("dollars a thousand", round(1000 * dollars(self.uses), 5), self.of, self.reference, self.than)


@dataclass
class Ledger:
    """Counts what things use. idle: what a day uses in which nothing happens."""

    company: Company
    idle: Uses = field(default_factory=dict)

    def used(self, act: Callable[[], int]) -> tuple[int, Uses]:
        """How many things happened, and what was used beyond what that time uses anyway."""
        cloud = self.company.cloud
        before, began = dict(cloud.meter.uses), cloud.now
        number = act()
        days = (cloud.now - began) / DAY
        return number, {
            key: amount - before.get(key, 0) - days * self.idle.get(key, 0) for key, amount in cloud.meter.uses.items()
        }

    def cost(self, of: str, act: Callable[[], int], against: tuple[str, Mapping[str, float]] | None = None) -> Cost:
        """What one uses of what happens. against: what else to hold it against, and what that uses."""
        number, uses = self.used(act)
        theirs = by_kind({key: amount for key, amount in uses.items() if key[0] not in TELLERS})
        uses = {kind: amount / number for kind, amount in theirs.items()}
        return Cost(of, uses, 1000 * dollars(against[1]), against[0]) if against else Cost(of, uses)

    def telling(self, of: str) -> Cost:
        """What those functions use that tell of alerts, for each transition that was published."""
        _, uses = self.used(self.company.get_worse)
        theirs = by_kind({key: amount for key, amount in uses.items() if key[0] in TELLERS})
        return Cost(of, {kind: amount / theirs["sns_requests"] for kind, amount in theirs.items()})


def by_kind(uses: Uses) -> dict[str, float]:
    found = dict.fromkeys(KINDS.values(), 0.0)
    for (_, kind), amount in uses.items():
        found[kind] = found.get(kind, 0.0) + amount
    return found


def standing(ledger: Ledger) -> Figure:
    """What a month costs in which nothing happens: functions that the clock wakes, and queues that are asked."""
    queues = sum(one.binding.kind == "queue" for one in ledger.company.cloud.functions)
    uses = by_kind(ledger.idle)
    uses["sqs_requests"] += IDLE_POLLS * queues
    return Figure("standing still: dollars a month", round(30 * dollars(uses), 2))


def settled(cloud: MeteredCloud) -> Ledger:
    """A company with some answers, and what a day of it uses when nothing happens."""
    company = Company(cloud)
    ledger = Ledger(company)
    company.spread(50, DAY, company.post, DAY)
    _, ledger.idle = ledger.used(lambda: company.spread(1, DAY, lambda _: None, timedelta()))
    return ledger


def measured(ledger: Ledger, scale: int) -> Iterator[Cost]:
    """Each thing in turn. scale: by what the numbers of answers and people are divided."""
    company, spread = ledger.company, ledger.company.spread
    people, busy = 300 // scale, timedelta(minutes=10)
    against = {"answer": ("a bare put_item", BARE), "e-mail": ("SES alone", {"emails": 1.0})}
    things = {
        "an answer, one every five minutes": lambda: spread(288 // scale, DAY / scale, company.post, AFTERWARDS),
        "an answer, five a second": lambda: spread(3000 // scale, busy / scale, company.post, AFTERWARDS),
        "an answer, in lists of 500": lambda: 500 * spread(6, busy, company.post_many, AFTERWARDS),
        "an invitation by e-mail, not answered": lambda: spread(people, DAY, company.ask, EXPIRED),
        "an invitation by text, not answered, the text apart": lambda: spread(people, DAY, company.text, EXPIRED),
        "an invitation by e-mail, answered": lambda: spread(people, DAY, company.ask_and_answer, EXPIRED),
        "an interaction of a person who is not asked": lambda: spread(people, DAY, company.leave_alone, AFTERWARDS),
    }
    for of, act in things.items():
        held = next((one for word, one in against.items() if word in of.replace(",", " ").split()), None)
        yield ledger.cost(of, act, held)
    assert len(company.traffic.answered) == people
    yield ledger.telling("an alert told by e-mail and two webhooks")


def figures(short: bool) -> Iterator[Figure]:
    logging.disable(logging.CRITICAL)
    cloud = MeteredCloud(START)
    with living(cloud):
        ledger = settled(cloud)
        for cost in measured(ledger, scale=10 if short else 1):
            yield from cost.figures()
        yield standing(ledger)
