"""How many answers a core folds into figures: `Fold` from its zip, batches of 100 over ever more touchpoints.

python -m tests.bench folds

The calls of DynamoDB go to a server that answers at once, so that the function's own CPU is what is counted.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.build import build
from infra.local.environment import credentials
from infra.paths import STAGE
from infra.prove.cloud import PSEUDO
from infra.prove.function import Function, template_of, unpacked
from infra.templates import functions
from services.collector.adapters.responses import item_of
from services.collector.domain.responses import Response
from shared.dynamo import marshal_item
from tests.bench.figure import Figure
from tests.bench.still import StillAws

BATCH = 100
TOUCHPOINTS = (1, 100, 1_000, 100_000)


def record(number: int, touchpoint: str) -> dict[str, Any]:
    """The stream's record of an answer that is new."""
    at = datetime.now(UTC)
    answer = Response(
        response_id=f"fold-{number}",
        touchpoint=touchpoint,
        owner="team",
        survey="sat",
        survey_version=1,
        scale="csat",
        score=1 + number % 5,
        audience="customer",
        channel="web",
        collected_at=at,
        stored_at=at,
    )
    image = marshal_item(item_of(answer))
    keys = {name: image[name] for name in ("pk", "sk")}
    detail = {"SequenceNumber": str(number), "Keys": keys, "NewImage": image, "ApproximateCreationDateTime": 1.0}
    return {"eventID": str(number), "eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": detail}


def batches(touchpoints: int, number: int, first: int) -> list[list[dict[str, Any]]]:
    """Batches of answers, each at a touchpoint that is drawn."""
    chance = random.Random(first)
    places = range(first, first + number * BATCH)
    records = [record(n, f"touchpoint-{chance.randrange(touchpoints)}") for n in places]
    return [records[start : start + BATCH] for start in range(0, len(records), BATCH)]


def measured(fold: Function, aws: StillAws, made: Sequence[list[dict[str, Any]]]) -> dict[str, float]:
    """CPU of an answer, answers a second of a core, and calls of DynamoDB a batch."""
    aws.counted()
    began = fold.cpu_ms()
    for batch in made:
        reply = fold.invoke({"Records": batch})
        if reply != {"batchItemFailures": []}:
            raise SystemExit(f"{reply}\n{fold.log()}")
    taken, calls = fold.cpu_ms() - began, aws.counted()
    answers = len(made) * BATCH
    return {
        "answers_a_second_a_core": round(1000 * answers / taken),
        "cpu_ms_an_answer": round(taken / answers, 3),
        "writes_a_batch": round(calls.get("UpdateItem", 0) / len(made), 1),
        "reads_a_batch": round((calls.get("GetItem", 0) + calls.get("Query", 0)) / len(made), 1),
        "looks_a_batch": round(calls.get("SendMessage", 0) / len(made), 1),
    }


def found(touchpoints: Sequence[int], number: int) -> dict[int, dict[str, float]]:
    """The figures of each number of touchpoints. number: of batches."""
    with tempfile.TemporaryDirectory() as folder, StillAws({}) as aws:
        out = build("aggregator", STAGE)
        properties = functions(template_of(out))["Fold"]
        with Function(unpacked(out, Path(folder)), properties, PSEUDO, credentials(aws.url)) as fold:
            measured(fold, aws, batches(1_000, 5, 0))  # warms up
            return {
                several: measured(fold, aws, batches(several, number, place * 10_000_000))
                for place, several in enumerate(touchpoints, 1)
            }


def figures(short: bool) -> Iterator[Figure]:
    for touchpoints, values in found(TOUCHPOINTS, 3 if short else 50).items():
        of = "one touchpoint" if touchpoints == 1 else f"{touchpoints:,} touchpoints"
        for name, value in values.items():
            yield Figure(name.replace("_", " "), value, of, is_timed="answer" in name)
