"""What one answer costs a function: its cold start and its warm CPU, beside those of a bare boto3 handler.

python -m tests.bench starts

Both run as Lambda runs them: from a folder of their own, by awslambdaric, with what Lambda's Python brings (its boto3
compiled, as far as that can help it), asked through the Runtime API with API Gateway's own event. The calls of AWS go
to a server that answers at once, so that the CPU of the function's process is all that is counted. The two are measured
one right after the other, each first as often as the other; of these pairs the one is given whose ratio is the median.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from infra.build import build
from infra.local.environment import credentials
from infra.paths import ROOT, STAGE
from infra.prove.cloud import PSEUDO
from infra.prove.function import Function, template_of, unpacked
from infra.templates import functions
from shared.auth import digest
from shared.tables import registry
from tests.bench.figure import Figure
from tests.bench.still import StillAws
from tests.collector import touchpoint
from tests.http import api_gateway_event

T = TypeVar("T")
Pair = tuple[float, float]
KEY = "etk_" + "b" * 27
RUNS = 5
SHOWN = {
    "cold start: start of the process to its first answer, ms": ("cold_ms", "ratio ≤ 0.9"),
    "the same in CPU, ms": ("cold_cpu_ms", ""),
    "a warm answer, everything on, ms of CPU": ("warm_cpu_ms", "ratio ≤ 1.0"),
    "memory, MB": ("memory_mb", "ratio ≤ 1.0"),
}
BARE = {"Handler": "app.handler", "Timeout": 10, "MemorySize": 1024}


@dataclass(frozen=True)
class Subject:
    """A function that takes answers. properties: of its template."""

    name: str
    folder: Path
    properties: Mapping[str, Any]
    extra: dict[str, str]

    def started(self) -> Function:
        return Function(self.folder, self.properties, PSEUDO, self.extra)


def items() -> dict[tuple[str, str], dict[str, Any]]:
    """What the registry holds: a key that may post answers, and the touchpoint that they are about."""
    key = {"key_id": "bench", "scopes": ["responses:write"]}
    about = {"value": touchpoint().model_dump(mode="json", exclude_none=True)}
    return {registry.api_key_key(digest(KEY)): key, registry.touchpoint_key(touchpoint().id): about}


def answer(name: str) -> dict[str, Any]:
    """An answer with a comment, as a page or another system would post it."""
    body = {
        "response_id": name,
        "touchpoint": touchpoint().id,
        "score": touchpoint().survey.measure.high,
        "channel": "web",
        "lang": "fr",
        "comment": "La caisse automatique ne prenait plus les cartes, mais l’équipe a été très aimable.",
    }
    headers = {"Authorization": f"Bearer {KEY}", "Accept": "application/json", "Accept-Language": "fr"}
    event = api_gateway_event("POST", "/v1/responses", body, headers)
    event["requestContext"]["resourcePath"] = "/v1/responses"
    return event | {"resource": "/v1/responses", "pathParameters": None}


def posted(function: Function, name: str, status: int = 201) -> None:
    reply = function.invoke(answer(name))
    if reply["statusCode"] != status:
        raise AssertionError(f"{reply['statusCode']} where {status} was due: {reply}\n{function.log()}")


def cold(subject: Subject, name: str) -> dict[str, float]:
    """Milliseconds from the start of the process until it has its first answer, and its CPU until then."""
    with subject.started() as function:
        init_cpu = function.cpu_ms()
        began = function.clock_ms()
        posted(function, name)
        first = function.clock_ms() - began
        return {
            "init_ms": function.init_ms,
            "first_ms": first,
            "cold_ms": function.init_ms + first,
            "init_cpu_ms": init_cpu,
            "cold_cpu_ms": function.cpu_ms(),
            "memory_mb": function.memory_mb(),
        }


def warm(function: Function, name: str, answers: int) -> float:
    """Milliseconds of CPU that one answer takes, in the mean of so many."""
    began = function.cpu_ms()
    for n in range(answers):
        posted(function, f"warm-{name}-{n}")
    return (function.cpu_ms() - began) / answers


def measured(subjects: list[Subject], starts: int, answers: int) -> dict[str, Pair]:
    """Of each figure the pair of the first subject and the second whose ratio is the median."""
    found: dict[str, list[Pair]] = {}
    for turn in range(starts):
        ours, bare = in_turn(turn, [partial(cold, subject, f"{subject.name}-{turn}") for subject in subjects])
        for figure in ours:
            found.setdefault(figure, []).append((ours[figure], bare[figure]))
    running = [subject.started().__enter__() for subject in subjects]
    for run in range(RUNS + 1):
        count = answers // RUNS
        ours, bare = in_turn(run, [partial(warm, one, f"{place}-{run}", count) for place, one in enumerate(running)])
        if run:  # the first warms up
            found.setdefault("warm_cpu_ms", []).append((ours, bare))
    for function in running:
        function.__exit__(None, None, None)
    return {figure: median_pair(pairs) for figure, pairs in found.items()}


def in_turn(turn: int, measurements: Sequence[Callable[[], T]]) -> list[T]:
    """What each gave; every other time they are made in the other order."""
    order = range(len(measurements))
    made = {place: measurements[place]() for place in (reversed(order) if turn % 2 else order)}
    return [made[place] for place in order]


def median_pair(pairs: Sequence[Pair]) -> Pair:
    """The pair whose ratio is the (lower) median of all."""
    return sorted(pairs, key=lambda pair: pair[0] / pair[1])[(len(pairs) - 1) // 2]


def calls(aws: StillAws, subject: Subject) -> dict[str, dict[str, int]]:
    """What DynamoDB and SSM are asked for the first answer of a process, a further one, and one sent again."""
    found, ours = {}, 200 if subject.name == "collector" else 201
    with subject.started() as function:
        aws.counted()
        for kind, name, status in (("first", "calls-1", 201), ("further", "calls-2", 201), ("again", "calls-2", ours)):
            posted(function, name, status)
            found[kind] = aws.counted()
    return found


def subjects(place: Path, aws: StillAws) -> list[Subject]:
    """The collector as it is deployed, and the bare handler."""
    out = build("collector", STAGE)
    properties = functions(template_of(out))["APIHandler"]
    extra = credentials(aws.url)
    bare = BARE | {"Environment": {"Variables": {"TABLE_RESPONSES": "etincelle-dev-responses"}}}
    return [
        Subject("collector", unpacked(out, place), properties, extra),
        Subject("bare boto3", ROOT / "tests" / "bench" / "bare", bare, extra),
    ]


def figures(short: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, StillAws(items()) as aws:
        compared = subjects(Path(folder), aws)
        found = measured(compared, *((3, 500) if short else (25, 3000)))
        asked_for = calls(aws, compared[0])
    for name, (field, wanted) in SHOWN.items():
        ours, bare = found[field]
        yield Figure(name, ours, reference=bare, than="bare boto3", wanted=wanted, is_timed=True)
    yield Figure("calls of AWS for a further answer", sum(asked_for["further"].values()), wanted="= 1")
    yield Figure("calls of AWS for an answer sent again", sum(asked_for["again"].values()), wanted="= 1")
    yield Figure("calls of AWS for the first answer of a process", sum(asked_for["first"].values()), wanted="≤ 4")
