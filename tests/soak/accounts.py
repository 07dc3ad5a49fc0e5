"""Whether everything adds up after weeks of faults: what people and programs were told, against what is stored.

Each account returns sentences on what is wrong; none, where all is well.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from services.alerts.adapters.notes import note_of
from services.alerts.adapters.outbox import delivery_of
from shared.dynamo import unmarshal_item
from shared.events import AlertEvent
from tests.soak.cloud import STAGE, Cloud
from tests.soak.living import living
from tests.soak.traffic import CAP, TOUCHPOINTS, Traffic

Item = dict[str, Any]
HOOKS = "https://hooks.example.com/"
MEMBERS = 5
"""Of a difference are shown."""


def stored(cloud: Cloud, table: str, kind: str) -> Iterator[Item]:
    """The plain items of a kind."""
    for item in cloud.dynamodb.tables[f"etincelle-{STAGE}-{table}"].items():
        if item.get("kind") == {"S": kind}:
            yield unmarshal_item(item)


def differences(what: str, wanted: Any, found: Any) -> list[str]:
    """What is missing and what is too much of two sets, or of two dicts."""
    first, second = (set(one.items()) if isinstance(one, dict) else set(one) for one in (wanted, found))
    missing, invented = first - second, second - first
    told = [(f"{what}: {len(missing)} lost", missing), (f"{what}: {len(invented)} too many", invented)]
    return [f"{text}, such as {sorted(map(str, some))[:MEMBERS]}" for text, some in told if some]


def interactions(traffic: Traffic) -> list[str]:
    """Each that was taken is stored, with its decision, and none that nobody sent."""
    found = [(one["touchpoint"], one["interaction_id"]) for one in stored(traffic.cloud, "contacts", "interaction")]
    return differences("interactions", traffic.taken | traffic.queued, found)


def messages(traffic: Traffic) -> list[str]:
    """None was sent twice; all were sent but those of which nobody can know (docs/adr/0012); none is left hanging."""
    cloud = traffic.cloud
    tags = [mail.tags for mail in cloud.mails if mail.tags] + [text.context for text in cloud.texts if text.context]
    sent = Counter((one["invitation_id"], int(one["step"])) for one in tags)
    steps = {(one["invitation_id"], one["number"]): one["state"] for one in stored(cloud, "contacts", "step")}
    wrong = [f"message {name} was sent {n} times" for name, n in sent.items() if n > 1]
    wrong += [
        f"message {name} is {state}" for name, state in steps.items() if state not in ("sent", "unknown", "failed")
    ]
    wrong += [f"message {name} never left" for name, state in steps.items() if state == "sent" and name not in sent]
    wrong += [f"message {name} left, its step is {steps.get(name)}" for name in sent if steps.get(name) != "sent"]
    late = [one for one in stored(cloud, "contacts", "invitation") if one["state"] == "planned"]
    return wrong + [f"invitation {one['invitation_id']} is still planned" for one in late]


def unknown_messages(traffic: Traffic) -> int:
    """How many steps nobody knows of: killed between the claim and the mark, and no word of the provider's came."""
    return sum(one["state"] == "unknown" for one in stored(traffic.cloud, "contacts", "step"))


def answers(traffic: Traffic) -> list[str]:
    """Stored are exactly those that people and programs were told were stored, each once, with its score."""
    found = {(one["touchpoint"], one["response_id"]): one for one in stored(traffic.cloud, "responses", "response")}
    given = {name: one["score"] for name, one in found.items() if not name[1].startswith("invitation:")}
    invited = {name[1].partition(":")[2]: one["score"] for name, one in found.items() if name[1].startswith("inv")}
    uncounted = [f"answer {name} does not count" for name, one in found.items() if not one["counted"]]
    return (
        differences("answers of programs", traffic.posted, given)
        + differences("answers of people", traffic.answered, invited)
        + uncounted
    )


def pressure(traffic: Traffic) -> list[str]:
    """Nobody got more messages in any window than the company's cap allows."""
    window, most = timedelta(days=CAP["days"]), CAP["at_most"]
    by_person: dict[str, list[datetime]] = defaultdict(list)
    for mail in traffic.cloud.mails:
        if mail.tags:
            by_person[mail.to].append(mail.at)
    for text in traffic.cloud.texts:
        if text.context:
            by_person[text.to].append(text.at)
    return [
        f"{person} got {len(times)} messages, {most + 1} of them within {times[place + most] - times[place]}"
        for person, times in by_person.items()
        for place in range(len(times) - most)
        if times[place + most] - times[place] < window - SLACK
    ]


def wishes(traffic: Traffic) -> list[str]:
    """Who said STOP was asked nothing more, once it could be heard."""
    texts = ((text, traffic.stopped.get(text.to)) for text in traffic.cloud.texts if text.context)
    return [
        f"{text.to} was asked again {text.at - said_at} after STOP"
        for text, said_at in texts
        if said_at and text.at > said_at + HEARD_WITHIN
    ]


HEARD_WITHIN = timedelta(minutes=30)
"""Of STOP: five tries of a queue take a quarter of an hour."""
SLACK = timedelta(minutes=1)
"""Between a message's claim, which counts, and the moment it leaves."""


def funnels(traffic: Traffic) -> list[str]:
    """Every interaction is in its funnel once, and every stage has the number that the facts have."""
    wrong = []
    cloud = traffic.cloud
    happened = Counter(one["touchpoint"] for one in stored(cloud, "contacts", "interaction"))
    invitations = list(stored(cloud, "contacts", "invitation"))
    planned = Counter(one["touchpoint"] for one in invitations if one["state"] != "suppressed")
    of = {one["invitation_id"]: one["touchpoint"] for one in invitations}
    answered = Counter(of[name] for name in traffic.answered)
    for touchpoint in TOUCHPOINTS:
        span = f"from={START_DAY}&to={traffic.end + timedelta(days=1):%Y-%m-%d}"
        reply = traffic.send("invitations", "GET", f"/v1/touchpoints/{touchpoint}/funnel?{span}", None)
        counts = reply.body["funnel"]
        wanted = (happened[touchpoint], planned[touchpoint], answered[touchpoint])
        found = (counts["happened"], counts["planned"], counts["answered"])
        refused = sum(counts["refused"].values())
        if wanted != found:
            wrong.append(f"funnel of {touchpoint}: {found} instead of {wanted}")
        if counts["planned"] + refused != counts["happened"]:
            wrong.append(f"funnel of {touchpoint}: {counts['planned']} planned and {refused} refused do not add up")
    return wrong


START_DAY = "2024-03-01"


def reports(cloud: Cloud, traffic: Traffic) -> dict[str, bytes]:
    """What is told of every touchpoint, byte for byte."""
    paths = [f"/v1/touchpoints/{touchpoint}/report?days=90" for touchpoint in TOUCHPOINTS]
    asked = [cloud.ask("insights", "GET", path, None, traffic.headers) for path in paths]
    assert {reply.status for reply in asked} == {200}, asked[0]
    return {path: json.dumps(reply.body).encode() for path, reply in zip(paths, asked, strict=True)}


def alerts_of(cloud: Cloud) -> dict[str, AlertEvent]:
    """Every alert that stands, as its newest revision has it."""
    found = [AlertEvent.model_validate_json(one["event"]) for one in stored(cloud, "friction", "alert")]
    return {one.alert_id: one for one in found}


def figures(traffic: Traffic) -> list[str]:
    """What was counted under faults equals, byte for byte, what is counted anew from what is stored."""
    live = reports(traffic.cloud, traffic)
    of = Counter(one["touchpoint"] for one in stored(traffic.cloud, "responses", "response"))
    counts = {path: json.loads(body)["summary"]["n"] for path, body in live.items()}
    short = [f"figures of {path}: {n} answers" for path, n in counts.items() if n != of[path.split("/")[3]]]
    lived = repeatable(traffic.cloud)
    again = recomputed(traffic.cloud)
    with living(again):
        wanted = reports(again, traffic)
    anew = repeatable(again)
    short += [f"figures of {path} differ" for path in live if live[path] != wanted[path]]
    return short + untold(anew, lived)


def repeatable(cloud: Cloud) -> dict[str, dict[str, str]]:
    """The alerts that stand and follow from answers and interactions; what became of invitations comes but once."""
    found = {name: one for name, one in alerts_of(cloud).items() if one.kind in ("drop", "staff", "handoff")}
    return {name: told(one) for name, one in found.items() if one.state != "withdrawn"}


def told(event: AlertEvent) -> dict[str, str]:
    """An alert's fact by field. How many revisions led there is history; how many are affected was counted then."""
    facts = json.loads(event.model_copy(update={"revision": 1, "affected": None}).model_dump_json())
    return {name: json.dumps(value) for name, value in facts.items()}


def untold(wanted: dict[str, dict[str, str]], found: dict[str, dict[str, str]]) -> list[str]:
    """Alerts that are lost, too many, or told otherwise: in what, and how."""
    return differences("alerts", set(wanted), set(found)) + [
        f"alert {name} has as {field} {found[name].get(field)} instead of {value}"
        for name in sorted(wanted.keys() & found.keys())
        for field, value in wanted[name].items()
        if found[name].get(field) != value
    ]


def recomputed(cloud: Cloud) -> Cloud:
    """Another cloud, without faults, in which all answers and interactions come at once, at the end."""
    again = Cloud(7, 0.0, cloud.now)
    for table in ("registry", "responses", "contacts"):
        name = f"etincelle-{STAGE}-{table}"
        again.dynamodb.tables[name] = cloud.dynamodb.tables[name]
    with living(again):
        again.replay(f"etincelle-{STAGE}-responses", "aggregator.fold")
        again.replay(f"etincelle-{STAGE}-contacts", "aggregator.follow")
        again.schedule("review", timedelta(minutes=15), again.now + timedelta(hours=1))
        again.run(again.now + timedelta(hours=2))
    cloud.run(again.now)
    return again


def deliveries(traffic: Traffic) -> list[str]:
    """Each alert reached each program that wants it, under one `webhook-id` a transition; every note came to an end."""
    cloud, wrong = traffic.cloud, []
    by_news: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    bodies: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    for hook in cloud.hooks:
        event = AlertEvent.model_validate_json(hook.body)
        by_news[hook.url, event.alert_id, event.revision].add(hook.identifier)
        bodies[hook.url, hook.identifier].add(hook.body)
    for alert in alerts_of(cloud).values():
        for receiver in (alert.owner, "everything"):
            if not by_news[f"{HOOKS}{receiver}", alert.alert_id, alert.revision]:
                wrong.append(f"{receiver} never heard of {alert.alert_id}, revision {alert.revision}")
    wrong += [f"{news} has several ids: {ids}" for news, ids in by_news.items() if len(ids) > 1]
    wrong += [f"{name} came with several bodies" for name, each in bodies.items() if len(each) > 1]
    return wrong + unfinished(cloud)


def unfinished(cloud: Cloud) -> list[str]:
    """Notes that wait, messages that are on their way, notes told by no message."""
    notes = [note_of(one) for one in stored(cloud, "cases", "note")]
    sent = {one.message_id: one for one in map(delivery_of, stored(cloud, "cases", "delivery"))}
    wrong = [f"note {one.id} is {one.state}" for one in notes if one.state == "waiting"]
    wrong += [
        f"note {one.id} was told by nothing" for one in notes if one.state == "told" and one.message_id not in sent
    ]
    return wrong + [f"delivery {one.message_id} is {one.state}" for one in sent.values() if one.state != "delivered"]


def all_of(traffic: Traffic) -> list[str]:
    """Every account, the figures last: for them the clock goes on a little."""
    each = (interactions, messages, answers, pressure, wishes, funnels, deliveries, figures)
    return [sentence for account in each for sentence in account(traffic)]
