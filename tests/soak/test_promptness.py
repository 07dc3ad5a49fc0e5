"""How soon an alert leaves: through the real handlers, woken as their registrations say, and by no schedule."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from unittest.mock import patch

from services.aggregator.domain.answers import Answer
from services.collector.adapters.responses import item_of
from services.collector.domain.responses import Response
from shared.auth import SCOPES, digest
from shared.dynamo import Table
from shared.tables import registry as registry_keys
from shared.times import parse_time
from tests.journeys import journey
from tests.soak.clients import Sns
from tests.soak.cloud import STAGE, Cloud
from tests.soak.living import living
from tests.soak.traffic import KEY
from tests.worlds import START, World, answers

WORLD = answers(World(days=36, worse_from=30))
CELL, LATENESS = timedelta(minutes=5), timedelta(minutes=5)
SOON = timedelta(seconds=30)
"""For two messages, each by a few seconds later than it asked to be, and two streams."""
Published = tuple[datetime, dict[str, Any]]


class Lived:
    """A company whose answers come when they are given, and what was published."""

    def __init__(self, given: Sequence[Answer], lasting: timedelta = timedelta(hours=3)) -> None:
        self.cloud, self.published = Cloud(1, 0.0, START - timedelta(days=1)), list[Published]()
        with living(self.cloud), patch.object(Sns, "publish", self._publish):
            self._begin()
            for one in given:
                self.cloud.run(one.collected_at)
                self._store(one)
                if self.published:
                    return
            self.cloud.run(self.cloud.now + lasting)

    def _publish(self, *, Message: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        self.published.append((self.cloud.now, json.loads(Message)))
        return {"MessageId": "1"}

    def _begin(self) -> None:
        pk, sk = registry_keys.api_key_key(digest(KEY))
        table = Table(self.cloud.dynamodb, f"etincelle-{STAGE}-registry")
        table.put({"pk": pk, "sk": sk, "kind": "api_key", "key_id": "k", "scopes": list(SCOPES)})
        body = {"document": journey("shop", {"checkout": "web"}), "base_version": 0}
        headers = {"Authorization": f"Bearer {KEY}"}
        assert self.cloud.ask("registry", "PUT", "/v1/documents/shop", body, headers).status == 200

    def _store(self, one: Answer) -> None:
        stored = Response(
            response_id=one.response_id,
            touchpoint="checkout",
            owner="web",
            survey="sat",
            survey_version=1,
            scale="csat",
            score=one.score,
            audience="customer",
            channel="web",
            collected_at=one.collected_at,
            stored_at=one.collected_at,
        )
        Table(self.cloud.dynamodb, f"etincelle-{STAGE}-responses").put(item_of(stored))


@cache
def raised_at() -> datetime:
    """When the evidence was complete: the end of the cell of the answer that completes it."""
    [(_, event), *_] = Lived(WORLD).published
    return parse_time(event["raised_at"])


def test_an_alert_leaves_by_the_first_look_at_the_answer_that_completes_the_evidence() -> None:
    """No answer comes after that one, and no schedule wakes anything: out two messages after cell and lateness."""
    lived = Lived([one for one in WORLD if one.collected_at < raised_at()])
    [(when, event)] = lived.published
    assert (event["kind"], event["state"], parse_time(event["raised_at"])) == ("drop", "raised", raised_at())
    assert raised_at() + LATENESS < when < raised_at() + LATENESS + SOON
    assert not [name for name in lived.cloud.invoked if name.endswith("review")]


def test_without_that_answer_none_leaves() -> None:
    """The counter-proof: the answers before its cell are not enough."""
    assert Lived([one for one in WORLD if one.collected_at < raised_at() - CELL]).published == []
