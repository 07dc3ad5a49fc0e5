"""Looks that are asked for through SQS, and alerts that are published through SNS."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Series
from shared import dynamo
from shared.events import canonical
from shared.scales import scale
from shared.times import format_time


@dataclass(frozen=True)
class QueueLooks:
    """Asks for looks and for decisions through SQS."""

    client: Any
    url: str

    def ask(self, series: Series, delay_s: int) -> None:
        self._send([series.touchpoint, series.source, series.scale_name], delay_s)

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
