"""Looks that are asked for through SQS, and alerts that are published through SNS."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Series
from services.aggregator.usecases.ports import Wanted
from shared import dynamo
from shared.events import canonical
from shared.queues import Message, send_all
from shared.scales import scale
from shared.times import format_time

MOST_REMEMBERED = 20_000


@dataclass(frozen=True)
class QueueLooks:
    """Asks for looks and for decisions through SQS."""

    client: Any
    url: str
    _on_their_way: set[tuple[Series, int]] = field(default_factory=set)

    def ask(self, wanted: Sequence[Wanted]) -> None:
        """What was asked for lately is remembered, so that however many answers a cell has, one look is asked for."""
        new = [one for one in wanted if one.cell is None or (one.series, one.cell) not in self._on_their_way]
        send_all(self.client, self.url, [Message(body_of(one.series), one.delay_s) for one in new])
        if len(self._on_their_way) >= MOST_REMEMBERED:
            self._on_their_way.clear()
        self._on_their_way.update((one.series, one.cell) for one in new if one.cell is not None)

    def ask_to_decide(self, delay_s: int) -> None:
        send_all(self.client, self.url, [Message("[]", delay_s)])


def body_of(series: Series) -> str:
    return json.dumps([series.touchpoint, series.source, series.scale_name])


def series_of(body: str) -> Series | None:
    """The series a look was asked for; None where a decision was. Raises ValueError for anything else."""
    named = json.loads(body)
    if named == []:
        return None
    touchpoint, source, scale_name = named
    scale(scale_name)
    return Series(touchpoint, source, scale_name)


@dataclass(frozen=True)
class SnsTopic:
    """Publishes alerts, with what a subscription's filter policy may ask for as attributes. client: makes it."""

    client: Callable[[], Any]
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
            self.client().publish,
            TopicArn=self.arn,
            Message=canonical(event),
            MessageAttributes=attributes,
            Subject=f"{event.touchpoint}: {event.state} {format_time(event.raised_at)}"[:100],
        )
