"""One address answers for all services: each operation is routed to the service that has it, by the template."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra import edge, templates, watch
from infra.build import lay_down
from infra.checks import openapi
from infra.paths import BUILD, ROOT, SERVICES, STAGE
from infra.prove.translate import translated
from shared.http import METRICS
from tests.package.test_templates import lint

Json = dict[str, Any]


@pytest.fixture(scope="module")
def laid(built: Mapping[str, Path]) -> dict[str, Json]:
    """The stage's own templates, by name."""
    lay_down(STAGE)
    return {name: templates.read(BUILD / STAGE / f"{name}.yaml") for name in ("account", "data", "edge", "watch")}


def paths(laid: Mapping[str, Json]) -> Json:
    body: Json = laid["edge"]["Resources"]["RestApi"]["Properties"]["DefinitionBody"]
    found: Json = body["paths"]
    return found


def body(**routes: str) -> Json:
    """A service's API with GET of these paths."""
    integration = {"type": "aws_proxy", "uri": "?"}
    operation = {"x-amazon-apigateway-integration": integration}
    return {
        "paths": {path: {"get": operation} for path in routes.values()},
        "x-amazon-apigateway-binary-media-types": ["image/png"],
    }


def test_every_operation_is_routed_to_the_service_that_has_it(laid: Mapping[str, Json]) -> None:
    """As docs/openapi.json lists them: neither one without a way, nor one that leads to another service."""
    routed = {}
    for path, methods in paths(laid).items():
        for method, operation in methods.items():
            integration = operation["x-amazon-apigateway-integration"]
            if integration["type"] == "aws_proxy":
                [service] = re.findall(r"function:etincelle-(\w+)-\$\{Stage}-api/", integration["uri"]["Fn::Sub"])
                routed[method.upper(), path] = service
    wanted = {(one.method, one.path): service for service in SERVICES for one in openapi.operations(service)}
    assert routed == wanted
    described = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    assert {(method.upper(), path) for path, methods in described.items() for method in methods} == routed.keys()


def test_what_another_site_s_page_may_ask_is_answered_before_it_asks(laid: Mapping[str, Json]) -> None:
    """The widget's preflight is answered by API Gateway itself."""
    preflights = {path for path, methods in paths(laid).items() if "options" in methods}
    assert "/w/{code}" in preflights
    for path in preflights:
        assert paths(laid)[path]["options"]["x-amazon-apigateway-integration"]["type"] == "mock"


def test_the_functions_called_are_those_that_are_deployed(laid: Mapping[str, Json], built: Mapping[str, Path]) -> None:
    """By their names, and each lets this API call it and no other."""
    for service, out in built.items():
        properties = templates.functions(templates.read(out / "sam.yaml"))[templates.API]
        name = properties["FunctionName"]["Fn::Sub"]
        permission = laid["edge"]["Resources"][f"{service.capitalize()}Permission"]["Properties"]
        assert permission["FunctionName"]["Fn::Sub"].endswith(f":function:{name}")
        assert permission["SourceArn"]["Fn::Sub"].endswith(":${RestApi}/${Stage}/*")


def test_there_is_one_stage_and_the_firewall_stands_before_it(laid: Mapping[str, Json]) -> None:
    """SAM would make another beside it, which nothing guards, throttles or writes down."""
    made = translated(laid["edge"])["Resources"].values()
    [stage] = [one["Properties"] for one in made if one["Type"] == "AWS::ApiGateway::Stage"]
    [deployment] = [one["Properties"] for one in made if one["Type"] == "AWS::ApiGateway::Deployment"]
    assert stage["StageName"] == STAGE
    assert "StageName" not in deployment


def test_two_services_cannot_have_the_same_operation() -> None:
    """Whoever comes second is told of the first."""
    bodies = {"one": body(a="/v1/things"), "two": body(a="/v1/things")}
    with pytest.raises(edge.Clash, match="GET /v1/things is of one and of two"):
        edge.merged(bodies)


def test_a_variable_has_one_name_whoever_s_path_it_is_in() -> None:
    """API Gateway would refuse the second when it is deployed."""
    bodies = {"one": body(a="/v1/alerts/{alert_id}"), "two": body(a="/v1/alerts/{id}/notes")}
    with pytest.raises(edge.Clash, match="must have one name"):
        edge.merged(bodies)


def test_more_resources_than_an_api_has_are_refused() -> None:
    """`/a/1` is one, and there are `/a` and `/` beside."""
    most = {f"r{n}": f"/a/{n}" for n in range(edge.MOST_RESOURCES - 2)}
    assert len(edge.merged({"one": body(**most)})) == edge.MOST_RESOURCES - 2
    with pytest.raises(edge.Clash, match="301 resources"):
        edge.merged({"one": body(**most, more="/a/one-more")})


def test_neither_codes_nor_addresses_are_written_down(laid: Mapping[str, Json]) -> None:
    """The access log has the route instead of the path; the firewall keeps neither a log nor samples, which would hold
    who was refused."""
    made = laid["edge"]["Resources"]
    written = made["RestApi"]["Properties"]["AccessLogSetting"]["Format"]
    assert "$context.resourcePath" in written
    assert not re.search(r"\$context\.(path|identity|domain)", written)
    assert not [name for name, one in made.items() if one["Type"] == "AWS::WAFv2::LoggingConfiguration"]
    firewall = made["Firewall"]["Properties"]
    views = [firewall["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in firewall["Rules"])]
    assert {(one["SampledRequestsEnabled"], one["CloudWatchMetricsEnabled"]) for one in views} == {(False, True)}


def test_no_template_of_the_stage_gives_cfn_lint_anything_to_say(laid: Mapping[str, Json], tmp_path: Path) -> None:
    """As written, and the edge as SAM translates it."""
    plain = tmp_path / "edge.json"
    plain.write_text(json.dumps(translated(laid["edge"])))
    assert lint(*(BUILD / STAGE / f"{name}.yaml" for name in laid), plain) == []


def alarms(laid: Mapping[str, Json]) -> list[Json]:
    return [one["Properties"] for one in laid["watch"]["Resources"].values() if one["Type"] == "AWS::CloudWatch::Alarm"]


def test_every_alarm_says_what_to_do_in_the_manual(laid: Mapping[str, Json]) -> None:
    """It names a heading of docs/operate.md, and no heading there is of an alarm that is no more."""
    headings = set(re.findall(r"^### (.+)$", (ROOT / "docs" / "operate.md").read_text(), re.MULTILINE))
    named = {re.findall(r"docs/operate\.md#(.+)$", one["AlarmDescription"])[0] for one in alarms(laid)}
    assert named == {heading.lower().replace(" ", "-") for heading in headings}


def test_every_queue_of_dead_letters_has_its_row_in_the_manual(laid: Mapping[str, Json]) -> None:
    """What its messages mean, and what to do; and no row there is of a queue that is no more."""
    rows = [line for line in (ROOT / "docs" / "operate.md").read_text().splitlines() if line.startswith("| `…-")]
    named = {name for row in rows for name in re.findall(r"`…-([a-z-]+-dead)`", row)}
    queues = {one["Properties"]["QueueName"]["Fn::Sub"] for one in watch.of_type(laid["data"], "AWS::SQS::Queue")}
    assert named == {name.removeprefix("etincelle-${Stage}-") for name in queues if name.endswith("-dead")}


def test_every_alarm_tells_the_operators_and_has_a_name_of_its_own(laid: Mapping[str, Json]) -> None:
    """When it begins and when it is over."""
    found = alarms(laid)
    assert len({one["AlarmName"]["Fn::Sub"] for one in found}) == len(found) == len(watched(laid))
    assert all(one["AlarmActions"] == one["OKActions"] == [{"Ref": "Operators"}] for one in found)


def test_no_alarm_reads_more_metrics_than_cloudwatch_takes(laid: Mapping[str, Json]) -> None:
    """Ten; cfn-lint lets more pass, and AWS takes the whole stack back."""
    assert max(sum("MetricStat" in one for one in alarm["Metrics"]) for alarm in alarms(laid)) == 10


def test_metrics_of_our_own_are_asked_for_as_they_are_told(laid: Mapping[str, Json]) -> None:
    """By the very names of their dimensions; one name more or less is another metric, which nobody tells."""
    [told] = METRICS["CloudWatchMetrics"][0]["Dimensions"]
    own = [one for alarm in watched(laid) for one in alarm.metrics if one.namespace == "Etincelle"]
    assert len(own) == len(SERVICES) + 1
    assert all([name for name, _ in one.dimensions] == told for one in own)


def test_what_runs_every_hour_may_be_a_little_late(laid: Mapping[str, Json]) -> None:
    """The hour that is looked at slides: it may end just before the call, and have begun just after the last."""
    waits = {alarm.of: alarm.periods for alarm in watched(laid) if alarm.kind == "not woken"}
    assert {of for of, periods in waits.items() if periods == 2} == {"insights-TellWeeks", "invitations-CallToReachOut"}
    assert set(waits.values()) == {1, 2}


def watched(laid: Mapping[str, Json]) -> list[watch.Alarm]:
    services = {service: templates.read(BUILD / STAGE / service / "sam.yaml") for service in SERVICES}
    return watch.alarms(laid["data"], services)


def test_everything_that_is_deployed_is_watched(laid: Mapping[str, Json], built: Mapping[str, Path]) -> None:
    """Each queue, table, index and function of the stage stands in the metrics of some alarm."""
    seen = {value for alarm in watched(laid) for metric in alarm.metrics for _, value in metric.dimensions}
    for one in laid["data"]["Resources"].values():
        name = one.get("Properties", {}).get("QueueName") or one.get("Properties", {}).get("TableName")
        assert name is None or name["Fn::Sub"] in seen
        assert {index["IndexName"] for index in one.get("Properties", {}).get("GlobalSecondaryIndexes", ())} <= seen
    for out in built.values():
        for properties in templates.functions(templates.read(out / "sam.yaml")).values():
            assert properties["FunctionName"]["Fn::Sub"] in seen


def test_the_manual_says_what_watching_costs(laid: Mapping[str, Json]) -> None:
    """AWS asks a tenth of a dollar a month for each metric that an alarm reads, and the manual names them in tens."""
    tens = 10 * (sum(len(alarm.metrics) for alarm in watched(laid)) // 10)
    assert f"some {tens} metrics in alarms\n{tens // 10}," in (ROOT / "docs" / "operate.md").read_text()


def test_the_dashboard_is_json_with_nothing_left_to_fill_in(laid: Mapping[str, Json]) -> None:
    """Once CloudFormation has put the stage and the region in."""
    text = laid["watch"]["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    filled = text.replace("${Stage}", STAGE).replace("${AWS::Region}", "eu-west-1")
    assert "${" not in filled
    assert len(json.loads(filled)["widgets"]) == 8
