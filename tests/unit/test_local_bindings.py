"""What wakes which function is read from the apps and their templates, and exists in the data stack."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from infra.local import bindings, schedules
from infra.local.bindings import Template, matches, short
from infra.local.invocation import failed_items
from infra.local.resources import TEMPLATE
from infra.local.worker import MERGE


def found() -> dict[str, bindings.Binding]:
    services = bindings.load(bindings.default_modules())
    return {binding.label: binding for binding in bindings.bindings(services, MERGE)}


def test_every_function_wakes_on_a_table_or_queue_of_the_data_stack() -> None:
    """A name that nobody creates would never wake anything."""
    resources = yaml.load(TEMPLATE.read_text(), Loader=Template)["Resources"].values()
    tables = {name_in(each, "TableName") for each in resources if "StreamSpecification" in each.get("Properties", {})}
    queues = {name_in(each, "QueueName") for each in resources if "QueueName" in each.get("Properties", {})}
    named = {"stream": tables, "queue": queues}
    for binding in found().values():
        assert binding.kind == "schedule" or binding.source in named[binding.kind]


def name_in(resource: dict[str, Any], key: str) -> str:
    return str(resource["Properties"][key]["Fn::Sub"]).removeprefix("etincelle-${Stage}-")


def test_the_functions_are_those_of_the_services() -> None:
    """Who wakes on what."""
    assert {label: binding.source for label, binding in found().items()} == {
        "aggregator.fold": "responses",
        "aggregator.follow": "contacts",
        "aggregator.look": "looks",
        "aggregator.publish": "friction",
        "aggregator.study": "friction",
        "aggregator.review": "rate(15 minutes)",
        "aggregator.erase": "erase-friction",
        "alerts.hear": "alerts",
        "alerts.dispatch": "cases",
        "alerts.deliver": "deliveries",
        "alerts.open_cases": "responses",
        "alerts.watch_cases": "rate(15 minutes)",
        "alerts.erase": "erase-cases",
        "collector.hear_sms": "sms-answers",
        "collector.erase": "erase-responses",
        "insights.tell_weeks": "rate(1 hour)",
        "invitations.receive": "interactions",
        "invitations.call_to_reach_out": "rate(1 hour)",
        "invitations.pick": "rate(1 minute)",
        "invitations.send": "sendings",
        "invitations.tally": "contacts",
        "invitations.hear_answers": "responses",
        "invitations.hear_outcomes": "outcomes",
        "invitations.hear_stop": "sms-wishes",
        "invitations.send_replies": "replies",
        "invitations.erase": "erase-contacts",
    }


def test_a_filter_of_the_template_holds_here_too() -> None:
    """Only alerts are published, however many figures change."""
    publish = found()["aggregator.publish"]
    assert publish.wants(record("ALERTS#livraison"))
    assert not publish.wants(record("SERIES#livraison#customer#stars"))


def record(partition: str) -> dict[str, Any]:
    return {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": partition}}}}


@pytest.mark.parametrize(
    ("pattern", "passes"),
    [
        ({"eventName": ["INSERT"]}, True),
        ({"eventName": ["MODIFY", "REMOVE"]}, False),
        ({"eventName": [{"anything-but": ["REMOVE"]}]}, True),
        ({"eventName": [{"anything-but": "INSERT"}]}, False),
        ({"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "A#"}]}}}}, True),
        ({"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "B#"}]}}}}, False),
        ({"dynamodb": {"OldImage": {"pk": [{"exists": False}]}}}, False),
        ({"dynamodb": {"Keys": {"sk": [{"exists": False}]}}}, True),
        ({"eventName": ["INSERT"], "dynamodb": {"Keys": {"pk": {"S": ["B#1"]}}}}, False),
    ],
)
def test_patterns_match_as_lambdas_do(pattern: dict[str, Any], passes: bool) -> None:
    """Every key must match; of a list's rules one is enough."""
    assert matches(pattern, record("A#1")) is passes


def test_an_operator_that_is_not_known_is_not_passed_over() -> None:
    """Better an error than a filter that does nothing."""
    with pytest.raises(ValueError, match="numeric"):
        matches({"n": [{"numeric": [">", 1]}]}, {"n": 2})


@pytest.mark.parametrize(("name", "expected"), [("looks", "looks"), ("etincelle-dev-looks", "looks"), ("a-b", "a-b")])
def test_a_full_name_and_a_short_one_are_the_same_source(name: str, expected: str) -> None:
    """Placeholders carry the one, real ARNs the other."""
    assert short(name) == expected


@pytest.mark.parametrize("reply", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}, "", "done", 3])
def test_replies_that_name_nothing_mean_that_all_went_well(reply: Any) -> None:
    """As Lambda reads them."""
    assert failed_items(reply, ["a", "b"]) == []


def test_rates_are_seconds_and_calendars_are_refused() -> None:
    """Both edges of what runs on a laptop."""
    assert [schedules.seconds_of(rate) for rate in ("rate(1 minute)", "rate(2 hours)", "rate(1 day)")] == [
        60,
        7200,
        86400,
    ]
    with pytest.raises(ValueError, match="only rate"):
        schedules.seconds_of("cron(0 8 * * ? *)")
