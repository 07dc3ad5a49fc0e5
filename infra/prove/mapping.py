"""An event source mapping as Lambda runs one over a stream, by the template's own settings: filters, batches, retries.

    mapping = Mapping(properties["Events"]["FoldDynamodbEventSource"]["Properties"], fold.invoke)
    aside = mapping.drain(records)

What waiting there is between tries is left out, and `MaximumRetryAttempts` is cut to a few.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Dict
from typing import Any

from infra.local.bindings import matches
from infra.prove.runtime_api import FunctionFailed

Record = dict[str, Any]
MOST_TRIES = 3


class Mapping:
    """One source of one function. settings: its properties in the template; invoke: calls the function."""

    def __init__(self, settings: Dict[str, Any], invoke: Callable[[Any], Any]) -> None:
        filters = settings.get("FilterCriteria", {}).get("Filters", [])
        self._patterns = [json.loads(one["Pattern"]) for one in filters]
        self._size = int(settings.get("BatchSize", 100))
        self._bisects = bool(settings.get("BisectBatchOnFunctionError"))
        self._reports = "ReportBatchItemFailures" in settings.get("FunctionResponseTypes", ())
        self._tries = min(MOST_TRIES, 1 + int(settings.get("MaximumRetryAttempts", MOST_TRIES)))
        self._invoke = invoke

    def drain(self, records: list[Record]) -> list[Record]:
        """Hands all records over, in order, and returns those that went to the destination of failures."""
        wanted = [one for one in records if not self._patterns or any(matches(p, one) for p in self._patterns)]
        aside: list[Record] = []
        for start in range(0, len(wanted), self._size):
            aside += self._handed(wanted[start : start + self._size])
        return aside

    def _handed(self, batch: list[Record]) -> list[Record]:
        """Tries a batch until it is done or given up. From the first record that failed on it is tried again."""
        for _ in range(self._tries):
            try:
                failed = self._first_failed(self._invoke({"Records": batch}), batch)
            except FunctionFailed:
                failed = 0
            if failed is None:
                return []
            batch = batch[failed:]
            if self._bisects and len(batch) > 1:
                middle = len(batch) // 2
                return self._handed(batch[:middle]) + self._handed(batch[middle:])
        return batch

    def _first_failed(self, reply: Any, batch: list[Record]) -> int | None:
        """The place of the first record that is to come again; None where all are done."""
        named = (
            {one["itemIdentifier"] for one in (reply or {}).get("batchItemFailures", [])} if self._reports else set()
        )
        places = [place for place, record in enumerate(batch) if record["dynamodb"]["SequenceNumber"] in named]
        if named and not places:
            return 0  # an identifier that is none of the batch's fails all of it
        return places[0] if places else None


def sources(properties: Dict[str, Any], kind: str) -> Iterator[Dict[str, Any]]:
    """The settings of a function's sources of a kind, such as `DynamoDB`."""
    for event in properties.get("Events", {}).values():
        if event["Type"] == kind:
            yield event["Properties"]
