"""Cases and their stories in the `cases` table."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from services.alerts.domain.cases.case import Case, Deed, Reply, Step
from shared.dynamo import ConditionFailed, Item, Put, Table, TransactionConflict, transact
from shared.errors import Conflict
from shared.tables import cases as keys
from shared.times import key_time, parse_time

SAME = ("case_id", "touchpoint", "journey", "owner", "response_id", "revision", "scale", "score", "state")
NUMBERS = ("round", "level", "change", "version")
PERHAPS = ("customer", "cause")
TIMES = ("opened_at", "due_at")
PERHAPS_TIMES = ("escalate_at", "contacted_at", "closed_at", "taken_back_at")


@dataclass(frozen=True)
class TableCases:
    """A case twice, found among its team's and among all; its deeds beside it. All written in one transaction."""

    table: Table

    def get(self, case_id: str) -> Case | None:
        item = self.table.get(*keys.case_key(case_id), consistent=True)
        return case_of(item) if item else None

    def save(self, step: Step) -> Case:
        before, deed = step
        version = before.version + 1
        case = replace(before, version=version, change=before.change if deed.what == "looked" else version)
        try:
            transact(self._writes(case, deed))
        except (ConditionFailed, TransactionConflict):
            raise Conflict("the case has changed meanwhile") from None
        return case

    def _writes(self, case: Case, deed: Deed) -> list[Put]:
        if case.version == 1:
            main = Put(self.table, item_of_case(case, is_copy=False), new=True)
        else:
            known = {":known": case.version - 1}
            main = Put(self.table, item_of_case(case, is_copy=False), condition="version = :known", values=known)
        writes = [main, Put(self.table, item_of_case(case, is_copy=True)), Put(self.table, item_of_deed(case, deed))]
        if case.customer is not None:  # with each deed, so that it stays as long as the last of them
            writes.append(Put(self.table, customer_item(case.customer, case.case_id)))
        return writes

    def story(self, case_id: str) -> list[Deed]:
        pk, prefix = keys.deeds_prefix(case_id)
        return [deed_of(item) for item in self.table.query_all(pk, prefix=prefix, consistent=True)]

    def listed(
        self, owner: str | None, *, is_closed: bool, after: str | None, limit: int, until: datetime | None = None
    ) -> tuple[list[Case], str | None]:
        """One more is read than is wanted: `after` itself is passed over."""
        first, last = "0", f"{key_time(until)}~" if until else "~"
        first, last = (first, after or last) if is_closed else (after or first, last)
        page = self.table.query(
            keys.cases_partition(owner or keys.EVERYBODY, is_closed=is_closed),
            index=keys.STATE_INDEX,
            between=(first, last),
            forward=not is_closed,
            limit=limit + 1,
        )
        items = [item for item in page.items if item["state_sk"] != after][:limit]
        is_more = page.next is not None or len(page.items) > len(items) + (after is not None)
        return [case_of(item) for item in items], items[-1]["state_sk"] if items and is_more else None


def item_of_case(case: Case, *, is_copy: bool) -> Item:
    """The case's item, with its place among those of its team; or its copy, with its place among all."""
    pk, sk = keys.among_all_key(case.case_id) if is_copy else keys.case_key(case.case_id)
    owner = keys.EVERYBODY if is_copy else case.owner
    written: dict[str, Any] = {name: getattr(case, name) for name in (*SAME, *NUMBERS, *PERHAPS)}
    times = {name: key_time(at) for name in (*TIMES, *PERHAPS_TIMES) if (at := getattr(case, name)) is not None}
    place = {
        "pk": pk,
        "sk": sk,
        "kind": "case",
        "state_pk": keys.cases_partition(owner, is_closed=case.is_closed),
        "state_sk": keys.case_place(case.closed_at or case.due_at, case.case_id),
    }
    return place | present(written) | times | {"reasons": list(case.reasons), "told": sorted(case.told)}


def case_of(item: Item) -> Case:
    """The case in an item. Raises KeyError or ValueError where it holds none."""
    fields: dict[str, Any] = {name: item[name] for name in (*SAME, *NUMBERS)}
    fields |= {name: item.get(name) for name in PERHAPS}
    fields |= {name: parse_time(item[name]) for name in TIMES}
    fields |= {name: parse_time(item[name]) if name in item else None for name in PERHAPS_TIMES}
    return Case(**fields, reasons=tuple(item["reasons"]), told=frozenset(item["told"]))


def item_of_deed(case: Case, deed: Deed) -> Item:
    """The deed by which the case got its version."""
    pk, sk = keys.deed_key(case.case_id, case.version)
    written = {
        "what": deed.what,
        "at": key_time(deed.at),
        "by": deed.by,
        "text": deed.text,
        "detail": deed.detail,
        "reply": asdict(deed.reply) if deed.reply else None,
        "revision": deed.revision,
        "told": list(deed.told) or None,
    }
    return {"pk": pk, "sk": sk, "kind": "deed", "case_id": case.case_id} | present(written)


def deed_of(item: Item) -> Deed:
    """The deed in an item. Raises KeyError or ValueError where it holds none."""
    return Deed(
        what=item["what"],
        at=parse_time(item["at"]),
        by=item["by"],
        text=item.get("text"),
        detail=item.get("detail"),
        reply=Reply(**item["reply"]) if "reply" in item else None,
        revision=item.get("revision"),
        told=tuple(item.get("told", ())),
    )


def deed_in(item: Item) -> tuple[str, Deed]:
    """The case's id and the deed in an item."""
    return item["case_id"], deed_of(item)


def customer_item(customer: str, case_id: str) -> Item:
    pk, sk = keys.customer_case_key(customer, case_id)
    return {"pk": pk, "sk": sk, "kind": "customer_case", "case_id": case_id}


def present(item: Item) -> Item:
    return {name: value for name, value in item.items() if value is not None}
