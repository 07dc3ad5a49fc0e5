"""Where in a table's stream to read on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.local import wire
from infra.local.environment import name
from infra.local.notes import START

OLDEST = {"ShardIteratorType": "TRIM_HORIZON"}


@dataclass(frozen=True)
class Stream:
    """A table's stream. The engine keeps it as a single shard, so that all of it is in order."""

    arn: str
    shard: str

    def iterator(self, engine: wire.Wire, after: str) -> str:
        """An iterator behind the record of that number; where it is no longer kept, at the oldest that is."""
        where = OLDEST if after == START else {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after}
        try:
            return self._iterator(engine, where)
        except wire.EngineError as error:
            if error.code != "TrimmedDataAccessException":
                raise
            return self._iterator(engine, OLDEST)

    def _iterator(self, engine: wire.Wire, where: dict[str, Any]) -> str:
        reply = engine.call(wire.STREAMS, "GetShardIterator", StreamArn=self.arn, ShardId=self.shard, **where)
        return str(reply["ShardIterator"])


def stream_of(engine: wire.Wire, table: str) -> Stream:
    """table: its short name."""
    arn = engine.call(wire.DYNAMODB, "DescribeTable", TableName=name(table))["Table"]["LatestStreamArn"]
    described = engine.call(wire.STREAMS, "DescribeStream", StreamArn=arn)["StreamDescription"]
    return Stream(arn, described["Shards"][0]["ShardId"])
