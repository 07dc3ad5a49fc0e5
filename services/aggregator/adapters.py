"""DynamoDB, SQS and SNS made to fit the aggregator's ports."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from services.aggregator.domain import publishing
from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Parcel, Series
from services.aggregator.domain.publishing import Said
from services.aggregator.domain.watching import BEGINNING, Hour, Watch
from shared import dynamo
from shared.dynamo import TRANSACTION_LIMIT, ConditionFailed, Item, ItemTooLarge, Table, Update, transact
from shared.errors import Conflict, Unavailable
from shared.events import AlertEvent, canonical
from shared.scales import scale
from shared.tables import friction as keys
from shared.tables import responses as response_keys
from shared.times import format_time, from_unix, key_time, parse_time

FULL = 32_000
"""Bytes of marks from which on an hour's next marks go to a further item: small items are cheap to add to."""
SMALL = 10
"""Marks; a parcel of more is worth a write of its own, which tells how full its item is."""
PIECES = 1000
FIRST_YEAR = 2000


@dataclass
class TableMarks:
    """Sets of marks in the `friction` table; a busy hour is spread over several items.

    Which piece of an hour a mark stands in does not matter: the union of the pieces is what counts.
    The piece that still has room is only remembered here to save writes.
    """

    table: Table

    def __post_init__(self) -> None:
        self._room: dict[tuple[Series, datetime], int] = {}

    def add(self, parcel: Parcel) -> None:
        for piece in range(self._room.get((parcel.series, parcel.hour), 0), PIECES):
            try:
                held = self._add_to(parcel, piece)
            except ItemTooLarge:
                continue
            if held > FULL:
                self._remember(parcel, piece + 1)
            return
        raise Conflict(f"the hour has no room left in {PIECES} items")

    def add_history(self, parcels: Sequence[Parcel]) -> None:
        """Small parcels by transactions: twice the write units of single writes, in a hundredth of the calls.

        A transaction that fails was not made at all; its parcels are then added one by one.
        """
        small = [parcel for parcel in parcels if len(parcel.marks) <= SMALL]
        for first in range(0, len(small), TRANSACTION_LIMIT):
            group = small[first : first + TRANSACTION_LIMIT]
            try:
                transact([self._addition(parcel, 0) for parcel in group])
            except (ItemTooLarge, ConditionFailed, Unavailable):
                self._each(group)
        self._each(parcel for parcel in parcels if len(parcel.marks) > SMALL)

    def _each(self, parcels: Iterable[Parcel]) -> None:
        for parcel in parcels:
            self.add(parcel)

    def _addition(self, parcel: Parcel, piece: int) -> Update:
        place = keys.hour_key(parcel.series.partition, parcel.hour, piece)
        return Update(self.table, *place, "ADD marks :marks", {":marks": parcel.marks})

    def _add_to(self, parcel: Parcel, piece: int) -> int:
        """Adds the marks to a piece and says how many bytes of marks it then holds."""
        addition = self._addition(parcel, piece)
        item = self.table.update(addition.pk, addition.sk, addition.expression, addition.values)
        return sum(map(len, item["marks"]))

    def _remember(self, parcel: Parcel, piece: int) -> None:
        if len(self._room) > 1000:
            self._room.clear()
        self._room[parcel.series, parcel.hour] = piece

    def hours(self, series: Series, first: datetime, last: datetime) -> Iterable[Hour]:
        items = self.table.query_all(series.partition, between=keys.hours_between(first, last), consistent=True)
        for hour, pieces in groupby(items, key=lambda item: str(item["sk"]).split("#")[1]):
            start = datetime.strptime(hour, keys.HOUR).replace(tzinfo=UTC)
            yield Hour(start, frozenset().union(*(piece["marks"] for piece in pieces)))

    def put_day(self, series: Series, day: date, channels: dict[str, list[int]]) -> None:
        pk, sk = keys.day_key(series.partition, day)
        self.table.put({"pk": pk, "sk": sk, "channels": channels})


@dataclass(frozen=True)
class TableWatches:
    """Watches in the `friction` table; `version` settles which of two looks at once goes on."""

    table: Table

    def read(self, series: Series) -> Watch:
        item = self.table.get(*keys.account_key(series.partition), consistent=True)
        return watch_of(series, item) if item else Watch(series)

    def note_late(self, series: Series, now: datetime, look_at: datetime) -> None:
        self.table.update(
            *keys.account_key(series.partition),
            "SET late_n = if_not_exists(late_n, :none) + :one, late_at = :now, look_at = :look_at,"
            " late_since = if_not_exists(late_since, :now)",
            {":none": 0, ":one": 1, ":now": key_time(now), ":look_at": key_time(look_at)},
        )

    def postpone(self, series: Series, look_at: datetime) -> None:
        self.table.update(
            *keys.account_key(series.partition),
            "SET look_at = :look_at",
            {":look_at": key_time(look_at)},
        )

    def claim(self, watch: Watch, to_cell: int) -> Watch:
        if watch.version == 0:
            self._register(watch.series)
        expression = "SET claimed_to = :to, version = :next"
        self._build_on(watch, expression, {":to": max(to_cell, watch.claimed_to)})
        return replace(watch, claimed_to=max(to_cell, watch.claimed_to), version=watch.version + 1)

    def save(self, watch: Watch) -> None:
        self._build_on(
            watch,
            "SET account = :account, settings_version = :settings, stepped_to = :stepped,"
            " rolled_to = :rolled, recomputed_n = :recomputed, version = :next REMOVE late_since",
            {
                ":account": watch.account,
                ":settings": watch.settings_version,
                ":stepped": watch.stepped_to,
                ":rolled": watch.rolled_to.isoformat() if watch.rolled_to else None,
                ":recomputed": watch.recomputed_n,
            },
        )

    def _register(self, series: Series) -> None:
        """Lets the series be found from its touchpoint."""
        pk, sk = keys.series_key(series.touchpoint, series.audience, series.scale_name)
        self.table.put({"pk": pk, "sk": sk})

    def _build_on(self, watch: Watch, expression: str, values: dict[str, Any]) -> None:
        condition = "version = :version" if watch.version else "attribute_not_exists(version)"
        known = {":version": watch.version} if watch.version else {}
        try:
            self.table.update(
                *keys.account_key(watch.series.partition),
                expression,
                {**values, **known, ":next": watch.version + 1},
                condition=condition,
            )
        except ConditionFailed:
            raise Conflict("another look at this series was faster") from None


def watch_of(series: Series, item: Item) -> Watch:
    """The watch in an item; an item that so far only has notes of late answers is a fresh watch with them."""

    def time(name: str) -> datetime | None:
        return parse_time(item[name]) if item.get(name) else None

    return Watch(
        series=series,
        version=item.get("version", 0),
        account=item.get("account"),
        settings_version=item.get("settings_version", ""),
        claimed_to=item.get("claimed_to", 0),
        stepped_to=item.get("stepped_to", 0),
        rolled_to=date.fromisoformat(item["rolled_to"]) if item.get("rolled_to") else None,
        late_n=item.get("late_n", 0),
        recomputed_n=item.get("recomputed_n", 0),
        late_since=time("late_since"),
        late_at=time("late_at"),
        look_at=time("look_at"),
    )


@dataclass(frozen=True)
class TableEvidence:
    """What accounts said, in the `friction` table, with an index over all of them by event time."""

    table: Table

    def add(self, said: Iterable[Said]) -> None:
        for one in said:
            self.table.put(said_item(one))

    def replace(self, series: Series, said: Iterable[Said]) -> None:
        items = [said_item(one) for one in said]
        wanted = {item["sk"] for item in items}
        prefix = keys.said_key(series.partition, BEGINNING, "")[1].split("#")[0]
        before = self.table.query_all(series.partition, prefix=f"{prefix}#", consistent=True)
        for gone in [item for item in before if item["sk"] not in wanted]:
            self.table.delete(gone["pk"], gone["sk"])
        for item in items:
            self.table.put(item)

    def all(self) -> list[Said]:
        return [said_of(item) for item in self.table.query_all("SAID", index=keys.TIME_INDEX)]


def said_item(one: Said) -> Item:
    """The item of what was said, with its place in the index over all series."""
    at = from_unix(one.at)
    pk, sk = keys.said_key(one.series.partition, at, one.kind)
    time_pk, time_sk = keys.said_time_key(one.series.partition, at, one.kind)
    return {
        "pk": pk,
        "sk": sk,
        "time_pk": time_pk,
        "time_sk": time_sk,
        "kind": "said",
        "series": [one.series.touchpoint, one.series.audience, one.series.scale_name],
        "at": one.at,
        "share_false": one.share_false,
        "transition": publishing.to_json(one.transition) if one.transition else None,
    }


def said_of(item: Item) -> Said:
    transition = item["transition"]
    return Said(
        series=Series(*item["series"]),
        at=item["at"],
        transition=publishing.from_json(transition) if transition else None,
        share_false=item["share_false"],
    )


@dataclass(frozen=True)
class TableAlerts:
    """Alerts in the `friction` table, whose stream publishes them."""

    table: Table
    now: Callable[[], datetime]

    def all(self) -> list[AlertFact]:
        years = range(FIRST_YEAR, self.now().year + 1)
        partitions = [keys.alert_time_key(BEGINNING.replace(year=year), "")[0] for year in years]
        return [
            alert_fact(item)
            for partition in partitions
            for item in self.table.query_all(partition, index=keys.TIME_INDEX)
        ]

    def write(self, fact: AlertFact) -> None:
        event = fact.event
        pk, sk = keys.alert_key(event.touchpoint, event.raised_at, event.alert_id)
        time_pk, time_sk = keys.alert_time_key(event.raised_at, event.alert_id)
        item = {
            "pk": pk,
            "sk": sk,
            "kind": "alert",
            "time_pk": time_pk,
            "time_sk": time_sk,
            "owners": event.owners,
            "revision": event.revision,
            "event": canonical(event),
        }
        newer = "attribute_not_exists(pk) OR revision < :revision"
        with suppress(ConditionFailed):
            self.table.put(item, condition=newer, values={":revision": event.revision})


def alert_fact(item: Item) -> AlertFact:
    event = AlertEvent.model_validate_json(item["event"])
    return AlertFact(Series(event.touchpoint, event.audience, event.scale), event)


@dataclass(frozen=True)
class TableComments:
    """Comments in the `responses` table."""

    table: Table

    def bad_between(self, series: Series, since: datetime, until: datetime, bad_at_most: int) -> list[str]:
        comments: list[str] = []
        for month in months_back(until, since):
            pk = response_keys.month_key(series.touchpoint, month, "")[0]
            span = (key_time(since), key_time(until))
            for item in self.table.query_all(pk, index=response_keys.MONTH_INDEX, between=span, forward=False):
                if is_bad_comment(item, series, bad_at_most) and item["comment"] not in comments:
                    comments.append(item["comment"])
                if len(comments) == 3:
                    return comments[::-1]
        return comments[::-1]


def is_bad_comment(item: Item, series: Series, bad_at_most: int) -> bool:
    here = (item["audience"], item["scale"]) == (series.audience, series.scale_name)
    return bool(here and item["counted"] and item["score"] <= bad_at_most and item.get("comment"))


def months_back(newest: datetime, oldest: datetime) -> Iterable[datetime]:
    """A time in each month from the newest to the oldest."""
    month = newest
    while (month.year, month.month) >= (oldest.year, oldest.month):
        yield month
        month = month.replace(day=1) - timedelta(days=1)


@dataclass(frozen=True)
class QueueLooks:
    """Asks for looks and for decisions through SQS."""

    client: Any
    url: str

    def ask(self, series: Series, delay_s: int) -> None:
        self._send([series.touchpoint, series.audience, series.scale_name], delay_s)

    def ask_to_decide(self, delay_s: int) -> None:
        self._send([], delay_s)

    def _send(self, body: list[str], delay_s: int) -> None:
        dynamo.call(
            self.client.send_message,
            QueueUrl=self.url,
            MessageBody=json.dumps(body),
            DelaySeconds=delay_s,
        )


def series_of(body: str) -> Series | None:
    """The series a look was asked for; None where a decision was. Raises ValueError for anything else."""
    named = json.loads(body)
    if named == []:
        return None
    touchpoint, audience, scale_name = named
    scale(scale_name)
    return Series(touchpoint, audience, scale_name)


@dataclass(frozen=True)
class SnsTopic:
    """Publishes alerts, with what a subscription's filter policy may ask for as attributes."""

    client: Any
    arn: str

    def publish(self, fact: AlertFact) -> None:
        event = fact.event
        attributes = {
            "owner": {"DataType": "String.Array", "StringValue": json.dumps(event.owners)},
            **{
                name: {"DataType": "String", "StringValue": value}
                for name, value in (
                    ("touchpoint", event.touchpoint),
                    ("kind", event.kind),
                    ("severity", event.severity),
                    ("state", event.state),
                )
            },
        }
        dynamo.call(
            self.client.publish,
            TopicArn=self.arn,
            Message=canonical(event),
            MessageAttributes=attributes,
            Subject=f"{event.touchpoint}: {event.state} {format_time(event.raised_at)}"[:100],
        )
