"""Interactions and their decisions in the table `contacts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.invitations.adapters.versions import present
from services.invitations.domain.interactions import Decided, Decision, Interaction, Planned, Suppressed
from shared.dynamo import ConditionFailed, Item, Table
from shared.tables import contacts as keys
from shared.times import key_time, months, parse_time


@dataclass(frozen=True)
class TableInteractions:
    """One item each, put on condition that there is none."""

    table: Table

    def get(self, touchpoint: str, interaction_id: str) -> Decided | None:
        item = self.table.get(*keys.interaction_key(touchpoint, interaction_id), consistent=True)
        return decided_in(item) if item else None

    def add(self, decided: Decided) -> bool:
        try:
            self.table.put_new(item_of_decided(decided))
        except ConditionFailed:
            return False
        return True

    def of_person(self, person_id: str) -> list[Decided]:
        items = self.table.query_all(keys.person_partition(person_id), index=keys.PERSON_INDEX)
        return [decided_in(item) for item in items]

    def newest(self, touchpoint: str, since: datetime, until: datetime, most: int) -> list[Decided]:
        found: list[Decided] = []
        for month in sorted(months(since, until), reverse=True):
            found += self._newest_of(keys.month_partition(touchpoint, month), (since, until), most - len(found))
        return found

    def _newest_of(self, partition: str, span: tuple[datetime, datetime], most: int) -> list[Decided]:
        """Of one month, page after page until there are enough."""
        between = (key_time(span[0]), key_time(span[1]))
        found: list[Decided] = []
        after: Item | None = None
        while len(found) < most:
            page = self.table.query(
                partition, index=keys.MONTH_INDEX, between=between, forward=False, limit=most - len(found), after=after
            )
            found += [decided_in(item) for item in page.items]
            after = page.next
            if after is None:
                break
        return found


def item_of_decided(decided: Decided) -> Item:
    """The item, with its places among the person's and among the touchpoint's; customers' identifiers stay out."""
    one = decided.interaction
    pk, sk = keys.interaction_key(one.touchpoint, one.interaction_id)
    person_pk, person_sk = keys.person_interaction_key(
        decided.person_id, one.occurred_at, one.touchpoint, one.interaction_id
    )
    month_pk, month_sk = keys.month_key(one.touchpoint, one.occurred_at, one.interaction_id)
    item: dict[str, Any] = {
        "pk": pk,
        "sk": sk,
        "person_pk": person_pk,
        "person_sk": person_sk,
        "month_pk": month_pk,
        "month_sk": month_sk,
        "kind": "interaction",
        "v": 1,
        "interaction_id": one.interaction_id,
        "touchpoint": one.touchpoint,
        "person_id": decided.person_id,
        "customer": decided.customer,
        "invitation_id": decided.invitation_id,
        "occurred_at": one.occurred_at,
        "received_at": one.received_at,
        "asked_by": one.channel,
        "locale": one.locale,
        "time_zone": one.time_zone,
        "country": one.country,
        "consent_source": one.consent_source,
        "attributes": one.attributes,
    }
    consent = {} if one.consent is None else {"consent": sorted(one.consent)}
    return present(item) | consent | item_of_decision(decided.decision)


def item_of_decision(decision: Decision) -> Item:
    if isinstance(decision, Planned):
        told: dict[str, Any] = {"decision": "planned", "due_at": decision.due_at}
    else:
        told = {
            "decision": "suppressed",
            "reason": decision.reason,
            "whose": decision.whose,
            "until": decision.until,
        }
    return present(told | {"channel": decision.channel, "probability": decision.probability})


def decided_in(item: Item) -> Decided:
    """The interaction and decision in an item. Raises KeyError or ValueError where it holds none."""
    interaction = Interaction(
        interaction_id=item["interaction_id"],
        touchpoint=item["touchpoint"],
        occurred_at=parse_time(item["occurred_at"]),
        received_at=parse_time(item["received_at"]),
        channel=item.get("asked_by"),
        locale=item.get("locale"),
        time_zone=item.get("time_zone"),
        country=item.get("country"),
        consent=frozenset(item["consent"]) if "consent" in item else None,
        consent_source=item.get("consent_source"),
        attributes=item.get("attributes", {}),
    )
    return Decided(interaction, item["person_id"], item["invitation_id"], decision_in(item), item.get("customer"))


def decision_in(item: Item) -> Decision:
    if item["decision"] == "planned":
        return Planned(item["channel"], parse_time(item["due_at"]), item["probability"])
    return Suppressed(
        reason=item["reason"],
        probability=item["probability"],
        whose=item.get("whose"),
        until=time_in(item, "until"),
        channel=item.get("channel"),
    )


def time_in(item: Item, name: str) -> datetime | None:
    return parse_time(item[name]) if name in item else None
