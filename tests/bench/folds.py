"""How many answers a core folds into figures: `Fold` from its zip, batches of 100 over ever more touchpoints.

python -m tests.bench folds

The calls of AWS go to a server that answers at once, so that the function's own CPU is what is counted; of the
repeats, which take turns, the median is given. `waiting`: answers an hour old at 1,000 touchpoints, as a stream hands
them over that was held up; so many of them one after the other. Then what one touchpoint's answers at 1,000 a second
for an hour write to its partition, reckoned from the sizes of its items.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any

from infra.build import build
from infra.local.environment import credentials
from infra.paths import STAGE
from infra.prove.cloud import PSEUDO
from infra.prove.function import Function, template_of, unpacked
from infra.templates import functions
from services.aggregator.adapters.marks import TableMarks
from services.aggregator.domain.answers import Parcel, Series
from services.collector.adapters.responses import item_of
from services.collector.domain.responses import Response
from shared.aws import AwsRefused
from shared.dynamo import Table, marshal_item
from shared.marks import MARK_BYTES
from tests.bench.figure import Figure
from tests.bench.still import StillAws

BATCH = 100
Records = list[dict[str, Any]]


@dataclass(frozen=True)
class Scene:
    """Answers that come in. age: how long ago they were given; batches: of a hundred.

    beside: the scene that its cost is held against; wanted: of its figures, by name.
    """

    name: str
    touchpoints: int
    age: timedelta = timedelta()
    batches: int = 40
    beside: str = ""
    wanted: Mapping[str, str] = field(default_factory=dict)


RATE, COST = "answers a second a core", "CPU of an answer, ms"
HOUR = timedelta(hours=1)
LONG = 100
"""Batches; a scene of more is measured once."""
SCENES = (
    Scene("one touchpoint", 1, wanted={RATE: "≥ 5,000", "writes a batch": "= 1"}),
    Scene("100 touchpoints", 100),
    Scene("1,000 touchpoints", 1_000, wanted={RATE: "≥ 5,000", "writes a batch": "≤ 100"}),
    Scene("100,000 touchpoints", 100_000, beside="1,000 touchpoints", wanted={"writes a batch": "≤ 100"}),
    Scene("100 waiting", 1_000, HOUR, 1),
    Scene("10,000 waiting", 1_000, HOUR, 100, beside="100 waiting"),
    Scene("100,000 waiting", 1_000, HOUR, 1_000, beside="100 waiting"),
)


def record(number: int, touchpoint: str, age: timedelta) -> dict[str, Any]:
    """The stream's record of an answer that is new."""
    at = datetime.now(UTC) - age
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


def batches(scene: Scene, number: int, chance: random.Random) -> Iterator[Records]:
    """Batches of answers, each at a touchpoint that is drawn; they are made one by one, for there may be many."""
    first = chance.randrange(10**12)
    for start in range(first, first + number * BATCH, BATCH):
        places = [(n, f"touchpoint-{chance.randrange(scene.touchpoints)}") for n in range(start, start + BATCH)]
        yield [record(n, touchpoint, scene.age) for n, touchpoint in places]


def measured(fold: Function, aws: StillAws, made: Iterator[Records]) -> dict[str, float]:
    """CPU of an answer, answers a second of a core, and what a batch writes, reads, sends and calls."""
    aws.told()
    taken, number = 0.0, 0
    for batch in made:
        began = fold.cpu_ms()
        reply = fold.invoke({"Records": batch})
        if reply != {"batchItemFailures": []}:
            raise SystemExit(f"{reply}\n{fold.log()}")
        taken, number = taken + fold.cpu_ms() - began, number + 1
    told = aws.told()
    parts = told["parts"]
    return {
        RATE: round(1000 * number * BATCH / taken),
        COST: round(taken / number / BATCH, 4),
        "writes a batch": round(sum(parts.get(name, 0) for name in WRITES) / number, 1),
        "reads a batch": round(parts.get("BatchGetItem", 0) / number, 1),
        "looks a batch": round(sum(parts.get(name, 0) for name in ("SendMessageBatch", "SendMessage")) / number, 1),
        "calls a batch": round(sum(told["calls"].values()) / number, 1),
    }


WRITES = ("UpdateItem", "PutItem", "TransactWriteItems")


class Sizes:
    """A table that only keeps how large its sets are. units: write units of each second, 1 KB each."""

    def __init__(self) -> None:
        self.held: dict[str, int] = {}
        self.units: list[int] = []

    def update_item(self, **request: Any) -> dict[str, Any]:
        place, values = request["Key"]["sk"]["S"], request["ExpressionAttributeValues"]
        before = self.held.get(place, 0)
        is_full = before >= int(values[":full"]["N"])
        after = before + (0 if is_full else len(values[":marks"]["BS"]))
        self.units[-1] += ceil((after * (MARK_BYTES + 1) + 200) / 1024)
        if is_full:
            raise AwsRefused("UpdateItem", 400, "ConditionalCheckFailedException", {})
        self.held[place] = after
        return {}

    def query(self, **_: Any) -> dict[str, Any]:
        return {"Items": [{"sk": {"S": max(self.held)}}]}


def hot(seconds: int, a_second: int) -> Iterator[Figure]:
    """What one touchpoint's answers of an hour write to its partition, in batches of a hundred."""
    sizes, number = Sizes(), 0
    marks, series = TableMarks(Table(sizes, "friction")), Series("hot", "customer", "csat")
    for _ in range(seconds):
        sizes.units.append(0)
        for _ in range(a_second // BATCH):
            new = frozenset((number + n).to_bytes(MARK_BYTES, "big") for n in range(BATCH))
            marks.add([Parcel(series, datetime(2024, 3, 1, 10, tzinfo=UTC), new)])
            number += BATCH
    name = f"one touchpoint at {a_second:,} answers a second for {seconds:,} seconds"
    yield Figure(f"{name}: writes a second", a_second / BATCH)
    yield Figure(f"{name}: write units a second", round(sum(sizes.units) / seconds, 1))
    most = "≤ 1,000"  # what DynamoDB gives a partition
    yield Figure(f"{name}: write units of the busiest second", max(sizes.units), wanted=most)
    yield Figure(f"{name}: items that its hour is spread over", len(sizes.held))


def measure(most: int, repeats: int) -> dict[str, dict[str, float]]:
    """Of each scene the repeat with the median rate; a long one is not repeated. most: batches of a scene."""
    found: dict[str, list[dict[str, float]]] = {scene.name: [] for scene in SCENES}
    with tempfile.TemporaryDirectory() as folder, StillAws({}) as aws:
        out = build("aggregator", STAGE)
        properties = functions(template_of(out))["Fold"]
        with Function(unpacked(out, Path(folder)), properties, PSEUDO, credentials(aws.url)) as fold:
            chance = random.Random(1)
            measured(fold, aws, batches(SCENES[2], 5, chance))  # warms up
            for turn in range(repeats):
                for scene in (one for one in SCENES if turn == 0 or one.batches <= LONG):
                    made = batches(scene, min(scene.batches, most), chance)
                    found[scene.name].append(measured(fold, aws, made))
    return {name: nearest_the_median(several) for name, several in found.items()}


def nearest_the_median(several: list[dict[str, float]]) -> dict[str, float]:
    middle = median(one[RATE] for one in several)
    return min(several, key=lambda one: abs(one[RATE] - middle))


def figures(short: bool) -> Iterator[Figure]:
    found = measure(3, 1) if short else measure(1000, 3)
    for scene in SCENES:
        beside = found.get(scene.beside, {}).get(COST)
        for name, value in found[scene.name].items():
            if name == COST and beside:
                yield Figure(name, value, scene.name, beside, scene.beside, "ratio ≤ 1.3", is_timed=True)
            else:
                yield Figure(name, value, scene.name, wanted=scene.wanted.get(name, ""), is_timed=name in (RATE, COST))
    yield from hot(60 if short else 3600, 1000)
