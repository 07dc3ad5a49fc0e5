"""What wakes a function is handed over as its template says: filtered, in batches, tried again, set aside."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.local import bindings
from infra.paths import ROOT, SERVICES, STAGE
from infra.prove.mapping import MOST_TRIES, Mapping, sources
from infra.prove.runtime_api import FunctionFailed
from infra.templates import API, functions
from tests.package.conftest import Running
from tests.package.events import message_of

Templates = dict[str, dict[str, Any]]
BY_NAME = {("collector", "Phone")}
"""Functions that others call; all others are behind HTTP or have a source."""


def record(number: int, **image: Any) -> dict[str, Any]:
    """A record of a stream: an item that is new."""
    keys = {name: {"S": image[name]} for name in ("pk", "sk")}
    notation = {name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in image.items()}
    detail = {"SequenceNumber": str(number), "Keys": keys, "NewImage": notation}
    return {"eventID": str(number), "eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": detail}


def records(number: int) -> list[dict[str, Any]]:
    return [record(n, pk="RESPONSE#a", sk="RESPONSE") for n in range(number)]


def failing(*poisoned: str, by_error: bool = False) -> Callable[[Any], Any]:
    """A function that cannot take these sequence numbers; it says so, or ends with an error."""

    def invoke(event: Any) -> Any:
        batch = [one["dynamodb"]["SequenceNumber"] for one in event["Records"]]
        failed = [{"itemIdentifier": number} for number in batch if number in poisoned]
        if failed and by_error:
            raise FunctionFailed({"errorMessage": "no"})
        return {"batchItemFailures": failed}

    return invoke


SETTINGS = {
    "BatchSize": 100,
    "BisectBatchOnFunctionError": True,
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "MaximumRetryAttempts": 100,
}


@pytest.mark.parametrize("by_error", [False, True])
def test_of_a_batch_only_what_cannot_be_taken_is_set_aside(by_error: bool) -> None:
    """Whether the function names it or falls over it; the others are taken, however the batch was cut."""
    aside = Mapping(SETTINGS, failing("37", "80", by_error=by_error)).drain(records(250))
    assert [one["dynamodb"]["SequenceNumber"] for one in aside] == ["37", "80"]


def test_without_bisecting_a_whole_batch_goes() -> None:
    """Which is why every source of ours bisects."""
    aside = Mapping(SETTINGS | {"BisectBatchOnFunctionError": False}, failing("3", by_error=True)).drain(records(150))
    assert len(aside) == 100


def test_a_record_is_tried_again_before_it_is_given_up() -> None:
    """A refusal that passes costs nothing."""
    replies = iter([{"batchItemFailures": [{"itemIdentifier": "0"}]}] * (MOST_TRIES - 1) + [None])
    assert Mapping(SETTINGS, lambda _: next(replies)).drain(records(1)) == []


def test_what_the_filter_leaves_out_is_not_handed_over() -> None:
    """As AWS matches patterns: one of the filters, each of its keys."""
    pattern = {"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "ALERTS#"}]}}}}
    seen: list[Any] = []
    criteria = {"FilterCriteria": {"Filters": [{"Pattern": json.dumps(pattern)}]}}
    Mapping(SETTINGS | criteria, seen.append).drain([*records(3), record(9, pk="ALERTS#x", sk="a")])
    assert [one["dynamodb"]["SequenceNumber"] for event in seen for one in event["Records"]] == ["9"]


@pytest.mark.parametrize(
    ("service", "name", "image"),
    [
        ("aggregator", "Fold", {"pk": "RESPONSE#a#b", "sk": "RESPONSE", "kind": "response"}),
        ("aggregator", "Publish", {"pk": "ALERTS#a", "sk": "b", "kind": "alert", "revision": 1}),
        ("aggregator", "Study", {"pk": "STUDIES", "sk": "b", "kind": "study", "wanted_at": "2024-03-01T06"}),
    ],
)
def test_a_record_that_cannot_be_read_is_set_aside_and_holds_no_other_back(
    running: Running, templates: Templates, service: str, name: str, image: dict[str, Any]
) -> None:
    """By the function itself, from its zip, under its template's own settings: what is not its own passes."""
    [settings] = sources(functions(templates[service])[name], "DynamoDB")
    others = [record(n, **image | {"kind": "another"}) for n in (1, 3)]
    poisoned = record(2, **image)
    aside = Mapping(settings, running(service, name).invoke).drain([others[0], poisoned, others[1]])
    assert aside == [poisoned]


QUEUED = [
    (one.service, "".join(part.capitalize() for part in one.function.split("_")))
    for one in bindings.bindings(bindings.load(bindings.default_modules()), ROOT / "infra" / "merge")
    if one.kind == "queue"
]


@pytest.mark.parametrize(("service", "name"), QUEUED)
def test_a_message_that_cannot_be_read_is_given_back_alone(running: Running, service: str, name: str) -> None:
    """By its id; the function itself does not fail, so that the others of its batch are not sent again."""
    poisoned = message_of("no JSON", f"etincelle-{STAGE}-any", identifier="poisoned")
    reply = running(service, name).invoke({"Records": [poisoned]})
    assert reply == {"batchItemFailures": [{"itemIdentifier": "poisoned"}]}


def test_every_function_with_a_queue_is_among_these(templates: Templates) -> None:
    """Those that the code registers are those that the templates connect."""
    found = {
        (service, name)
        for service, template in templates.items()
        for name, properties in functions(template).items()
        if any(sources(properties, "SQS"))
    }
    assert found == set(QUEUED)


def test_every_function_has_a_proof_and_something_that_wakes_it(templates: Templates) -> None:
    """Each is run in `test_functions.py`, and each is behind HTTP, called by name, or has a source."""
    text = (Path(__file__).parent / "test_functions.py").read_text()
    named = {(service, name or API) for service, name in re.findall(r'running\("(\w+)", (?:"(\w+)"|API)\)', text)}
    every = {(service, name) for service in SERVICES for name in functions(templates[service])}
    assert every - named == set()
    for service, name in every - BY_NAME:
        assert name == API or functions(templates[service])[name]["Events"]
