"""The JSON Schemas that others build on: the alert event's, the case event's, the test's and the journey document's.

python -m infra.checks.schemas            writes them
python -m infra.checks.schemas --check    fails where one is not what the code says
"""

from __future__ import annotations

import sys
from typing import Any

from infra.checks.generated import settle
from infra.paths import ROOT
from services.registry.domain import journey_schema
from shared.events import AlertEvent, CaseEvent, OutreachEvent, PingEvent, WeeklyEvent

DIALECT = {"$schema": "https://json-schema.org/draft/2020-12/schema"}


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by the name of its file in docs/."""
    return {
        "alert-event.schema.json": DIALECT | AlertEvent.model_json_schema(),
        "case-event.schema.json": DIALECT | CaseEvent.model_json_schema(),
        "outreach-event.schema.json": DIALECT | OutreachEvent.model_json_schema(),
        "weekly-event.schema.json": DIALECT | WeeklyEvent.model_json_schema(),
        "ping-event.schema.json": DIALECT | PingEvent.model_json_schema(),
        "journey.schema.json": journey_schema(),
    }


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    return max(settle(ROOT / "docs" / name, schema, check) for name, schema in schemas().items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
