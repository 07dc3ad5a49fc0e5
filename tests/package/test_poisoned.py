"""A poisoned message does not hold the others back: seen in the zips, under Lambda's own runtime client."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.paths import STAGE
from infra.prove.cloud import Cloud
from services.alerts.adapters.notes import TableNotes
from services.alerts.adapters.queue import body_of
from services.alerts.domain.notes import note
from services.alerts.domain.passes import Codes
from services.alerts.domain.subscribers import Subscriber
from services.alerts.usecases.ports import Try
from shared.dynamo import Table
from shared.events import canonical
from shared.tables import cases
from tests.alerts import owner, subscription
from tests.events import alert_event
from tests.package.conftest import Running
from tests.package.events import message_of, queued, stream

POISON = ("", "{", "null", '{"Message": "no alert"}', '["try"]', '["explode", "now"]', "x" * 200_000)
HOUR = timedelta(hours=1)


def with_poison(good: list[str], queue: str) -> tuple[list[Any], list[dict[str, str]]]:
    """A batch with poison before, between and behind what is good; and what the function is to ask for again."""
    bodies = [*POISON[:3], good[0], *POISON[3:], *good[1:], POISON[0]]
    records = [message_of(body, queue, f"m{n}") for n, body in enumerate(bodies)]
    again = [{"itemIdentifier": f"m{n}"} for n, body in enumerate(bodies) if body not in good]
    return records, again


def table(cloud: Cloud) -> Table:
    return Table(cloud.client("dynamodb"), f"etincelle-{STAGE}-cases")


def test_alerts_are_heard_beside_poisoned_ones(cloud: Cloud, running: Running) -> None:
    """Every alert of the batch is written down; only the poisoned messages are to come again."""
    events = [alert_event(touchpoint=f"poisoned-{n}", owner="nobody", owners=["nobody"]) for n in range(2)]
    queue = f"etincelle-{STAGE}-alerts"
    records, again = with_poison([json.dumps({"Message": canonical(event)}) for event in events], queue)
    assert running("alerts", "Hear").invoke({"Records": records}) == {"batchItemFailures": again}
    assert all(table(cloud).get(*cases.standing_key(event.alert_id)) for event in events)


def test_turns_are_taken_beside_poisoned_ones(cloud: Cloud, running: Running) -> None:
    """A turn that came too early is put back, whatever else is in its batch."""
    due = datetime.now(UTC) + timedelta(seconds=1)
    turns = [body_of(Try(f"msg_poisoned-{n}", due, 0)) for n in range(2)]
    queue = f"etincelle-{STAGE}-deliveries"
    records, again = with_poison(turns, queue)
    assert running("alerts", "Deliver").invoke({"Records": records}) == {"batchItemFailures": again}
    assert {record["body"] for record in waiting(cloud, queue, 2)} >= set(turns)


def waiting(cloud: Cloud, queue: str, least: int) -> list[Any]:
    """At least so many messages of the queue, those of other tests among them."""
    found: list[Any] = []
    while len(found) < least:
        found += queued(cloud, queue)["Records"]
    return found


def test_notes_are_given_their_turn_beside_poisoned_records(cloud: Cloud, running: Running) -> None:
    """The function names the poisoned records alone; retried from the first of them by halves, all others are taken."""
    who = Subscriber(owner("web"), subscription("mail"))
    notes = TableNotes(table(cloud), Codes(b"secret", "https://example.com"))
    names = [f"dispatch-{n}" for n in range(3)]
    for name in names:
        notes.add(note(alert_event(touchpoint=name), who, "owner", datetime.now(UTC), timedelta()))
    good = [one for one in stream(cloud, f"etincelle-{STAGE}-cases")["Records"] if is_of(one, names)]
    assert len(good) == 3
    poisoned = [spoilt(one, n) for n, one in enumerate(good)]
    mixed = [record for pair in zip(poisoned, good, strict=True) for record in pair]
    reply = running("alerts", "Dispatch").invoke({"Records": mixed})
    assert reply == {"batchItemFailures": [{"itemIdentifier": sequence(one)} for one in poisoned]}
    assert alone(running, mixed) == [sequence(one) for one in poisoned]
    told = {json.loads(one["body"])[1] for one in waiting(cloud, f"etincelle-{STAGE}-deliveries", 3)}
    assert told >= {alert_event(touchpoint=name).alert_id for name in names}


def is_of(record: Any, names: list[str]) -> bool:
    image = record["dynamodb"].get("NewImage", {})
    return image.get("kind") == {"S": "note"} and any(name in image["event"]["S"] for name in names)


def sequence(record: Any) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def spoilt(record: Any, number: int) -> Any:
    """The same record, its event cut in two."""
    image = record["dynamodb"]["NewImage"] | {"event": {"S": record["dynamodb"]["NewImage"]["event"]["S"][:50]}}
    detail = record["dynamodb"] | {"SequenceNumber": f"{10**20 + number}", "NewImage": image}
    return record | {"dynamodb": detail}


def alone(running: Running, records: list[Any]) -> list[str]:
    """What is left when Lambda has halved the batch, from its first failed record on, until each stands alone."""
    batches, left = [records], []
    while batches:
        batch = batches.pop(0)
        failed = running("alerts", "Dispatch").invoke({"Records": batch})["batchItemFailures"]
        if not failed:
            continue
        rest = batch[[sequence(one) for one in batch].index(failed[0]["itemIdentifier"]) :]
        if len(rest) == 1:
            left.append(sequence(rest[0]))
        else:
            batches[:0] = [rest[: len(rest) // 2], rest[len(rest) // 2 :]]
    return left
