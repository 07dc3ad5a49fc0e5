"""Alarms and the dashboard of a stage, made of the very templates that are deployed, so that nothing goes unwatched.

Every alarm is of a kind; `docs/operate.md` has a paragraph for each kind, named by the alarm's own description.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra import templates
from infra.paths import BUILD, ROOT, SERVICES
from infra.templates import Json, function_name, functions

SOURCE = ROOT / "infra" / "watch.yaml"
DATA = ROOT / "infra" / "data.yaml"
MINUTES_BEHIND = 15
MOST_METRICS = 10
"""As many as CloudWatch lets the expression of one alarm name."""


@dataclass(frozen=True)
class Metric:
    """One metric of CloudWatch. dimensions: a `${Stage}` in them is the stage's name."""

    namespace: str
    name: str
    statistic: str
    dimensions: tuple[tuple[str, str], ...]

    def stat(self, period_s: int) -> Json:
        named = [{"Name": name, "Value": named_by(value)} for name, value in self.dimensions]
        metric = {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": named}
        return {"Metric": metric, "Stat": self.statistic, "Period": period_s}

    def widget(self) -> list[Any]:
        """The metric in a dashboard's notation."""
        flat = [part for pair in self.dimensions for part in pair]
        return [self.namespace, self.name, *flat, {"stat": self.statistic}]


@dataclass(frozen=True)
class Alarm:
    """When the metrics, summed, stand above a threshold for so many periods.

    kind: the heading of its paragraph; of: what it watches. missing: what no data means: fine, or wrong.
    """

    kind: str
    of: str
    metrics: tuple[Metric, ...]
    above: float
    period_s: int = 300
    periods: int = 1
    missing: str = "notBreaching"
    is_least: bool = False

    @property
    def logical_id(self) -> str:
        return re.sub(r"[^A-Za-z0-9]", "", f"{self.kind} {self.of}".title())

    def resource(self) -> Json:
        """The alarm as CloudFormation has it. is_least: it is the lack of something that is wrong."""
        queries: list[Json] = [
            {"Id": f"m{n}", "MetricStat": metric.stat(self.period_s), "ReturnData": False}
            for n, metric in enumerate(self.metrics)
        ]
        combined = "+".join(f"FILL(m{n},0)" for n in range(len(self.metrics)))
        if self.metrics[0].statistic != "Sum":
            combined = f"MAX([{','.join(f'm{n}' for n in range(len(self.metrics)))}])"
        queries.append({"Id": "all", "Expression": combined, "Label": self.kind, "ReturnData": True})
        anchor = self.kind.replace(" ", "-")
        return {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": {"Fn::Sub": f"etincelle-${{Stage}}-{anchor}-{self.of}"},
                "AlarmDescription": f"{self.of}: what to do is in docs/operate.md#{anchor}",
                "Metrics": queries,
                "ComparisonOperator": "LessThanThreshold" if self.is_least else "GreaterThanThreshold",
                "Threshold": self.above,
                "EvaluationPeriods": self.periods,
                "TreatMissingData": self.missing,
                "AlarmActions": [{"Ref": "Operators"}],
                "OKActions": [{"Ref": "Operators"}],
            },
        }


def named_by(value: str) -> Any:
    return {"Fn::Sub": value} if "${" in value else value


def sqs(queue: str, metric: str) -> Metric:
    return Metric("AWS/SQS", metric, "Maximum", (("QueueName", queue),))


def function(name: str, metric: str, statistic: str = "Sum") -> Metric:
    return Metric("AWS/Lambda", metric, statistic, (("FunctionName", name),))


def ours(service: str, metric: str, statistic: str = "Sum") -> Metric:
    """A metric that the functions tell of themselves."""
    return Metric("Etincelle", metric, statistic, (("stage", "${Stage}"), ("service", service)))


def of_queues(data: Json) -> Iterator[Alarm]:
    """Dead letters at once; a queue that nobody empties after half an hour."""
    for resource in data["Resources"].values():
        if resource["Type"] == "AWS::SQS::Queue":
            name = resource["Properties"]["QueueName"]["Fn::Sub"]
            short = name.removeprefix("etincelle-${Stage}-")
            if short.endswith("-dead"):
                yield Alarm("dead letters", short, (sqs(name, "ApproximateNumberOfMessagesVisible"),), 0)
            else:
                yield Alarm("backlog", short, (sqs(name, "ApproximateAgeOfOldestMessage"),), 1800, periods=3)


def of_tables(data: Json) -> Iterator[Alarm]:
    """What a table refuses, and each of its indexes, which CloudWatch counts apart."""
    for resource in data["Resources"].values():
        if resource["Type"] == "AWS::DynamoDB::Table":
            name = resource["Properties"]["TableName"]["Fn::Sub"]
            table = ("TableName", name)
            indexes = [one["IndexName"] for one in resource["Properties"].get("GlobalSecondaryIndexes", ())]
            places = [(table,), *((table, ("GlobalSecondaryIndexName", index)) for index in indexes)]
            refused = tuple(
                Metric("AWS/DynamoDB", metric, "Sum", place)
                for place in places
                for metric in ("ReadThrottleEvents", "WriteThrottleEvents")
            )
            yield Alarm("throttled tables", name.removeprefix("etincelle-${Stage}-"), refused, 0, periods=2)


def of_functions(service: str, template: Json) -> Iterator[Alarm]:
    """Errors and throttles of all of a service's functions; how far each that reads a stream is behind."""
    names = {logical: function_name(service, logical) for logical in functions(template)}
    everyone = list(names.values())
    for first in range(0, len(everyone), MOST_METRICS):
        some = everyone[first : first + MOST_METRICS]
        label = f"{service}-{first // MOST_METRICS + 1}" if first else service
        yield Alarm("errors", label, tuple(function(name, "Errors") for name in some), 0, periods=2)
        yield Alarm("throttled functions", label, tuple(function(name, "Throttles") for name in some), 0, periods=2)
    yield Alarm("server errors", service, (ours(service, "ServerErrors"),), 4)
    for logical, properties in functions(template).items():
        kinds = {event["Type"] for event in properties.get("Events", {}).values()}
        if "DynamoDB" in kinds:
            behind = function(names[logical], "IteratorAge", "Maximum")
            yield Alarm("behind", f"{service}-{logical}", (behind,), MINUTES_BEHIND * 60_000, periods=2)
        if "Schedule" in kinds:
            woken = (function(names[logical], "Invocations"),)
            label, hours = f"{service}-{logical}", hours_without(properties)
            yield Alarm("not woken", label, woken, 1, period_s=3600, periods=hours, missing="breaching", is_least=True)


def hours_without(properties: Json) -> int:
    """How long a scheduled function must have done nothing: an hour that just begins may be without its call."""
    rates = [event["Properties"]["Schedule"] for event in properties["Events"].values() if event["Type"] == "Schedule"]
    return 2 if any("hour" in rate for rate in rates) else 1


def of_the_rest() -> Iterator[Alarm]:
    """What is not of one service: the public address, and how mail providers think of our mail."""
    api = (("ApiName", "etincelle-${Stage}"),)
    yield Alarm("failing address", "api", (Metric("AWS/ApiGateway", "5XXError", "Sum", api),), 9)
    yield Alarm("slow address", "api", (Metric("AWS/ApiGateway", "Latency", "p95", api),), 3000, periods=3)
    yield Alarm("bounces", "ses", (Metric("AWS/SES", "Reputation.BounceRate", "Average", ()),), 0.04, period_s=3600)
    complaints = Metric("AWS/SES", "Reputation.ComplaintRate", "Average", ())
    yield Alarm("complaints", "ses", (complaints,), 0.0008, period_s=3600)
    yield Alarm("parked deliveries", "alerts", (ours("alerts", "DeliveriesParked"),), 0)


def alarms(data: Json, services: Mapping[str, Json]) -> list[Alarm]:
    """Every alarm of a stage. services: each one's template."""
    found = [*of_queues(data), *of_tables(data), *of_the_rest()]
    for service, template in services.items():
        found += of_functions(service, template)
    return found


def dashboard(data: Json, services: Mapping[str, Json]) -> str:
    """The dashboard's body, as `Fn::Sub` takes it: a row for the way of an answer, one for what goes wrong."""
    api = (("ApiName", "etincelle-${Stage}"),)
    names = [function_name(service, logical) for service, one in services.items() for logical in functions(one)]
    queues = [one["Properties"]["QueueName"]["Fn::Sub"] for one in of_type(data, "AWS::SQS::Queue")]
    tables = [one["Properties"]["TableName"]["Fn::Sub"] for one in of_type(data, "AWS::DynamoDB::Table")]
    streams = [function_name(s, f) for s, one in services.items() for f in reading_streams(one)]
    rows = {
        "Requests": [Metric("AWS/ApiGateway", name, "Sum", api) for name in ("Count", "4XXError", "5XXError")],
        "Milliseconds of a request (p95)": [ours(service, "RequestMilliseconds", "p95") for service in services],
        "Writes": [Metric("AWS/DynamoDB", "ConsumedWriteCapacityUnits", "Sum", (("TableName", t),)) for t in tables],
        "Streams: milliseconds behind": [function(name, "IteratorAge", "Maximum") for name in streams],
        "Messages waiting": [sqs(q, "ApproximateNumberOfMessagesVisible") for q in queues if not q.endswith("-dead")],
        "Dead letters": [sqs(q, "ApproximateNumberOfMessagesVisible") for q in queues if q.endswith("-dead")],
        "Errors": [function(name, "Errors") for name in names],
        "Functions at work": [function(name, "ConcurrentExecutions", "Maximum") for name in names],
    }
    widgets = [graph(title, metrics, place) for place, (title, metrics) in enumerate(rows.items())]
    return json.dumps({"widgets": widgets}, indent=1)


def graph(title: str, metrics: list[Metric], place: int) -> Json:
    properties = {"title": title, "region": "${AWS::Region}", "period": 300, "metrics": [m.widget() for m in metrics]}
    return {
        "type": "metric",
        "x": place % 2 * 12,
        "y": place // 2 * 6,
        "width": 12,
        "height": 6,
        "properties": properties,
    }


def of_type(data: Json, kind: str) -> list[Json]:
    return [one for one in data["Resources"].values() if one["Type"] == kind]


def reading_streams(template: Json) -> list[str]:
    return [
        name
        for name, properties in functions(template).items()
        if any(event["Type"] == "DynamoDB" for event in properties.get("Events", {}).values())
    ]


def watch(data: Json, services: Mapping[str, Json], stage: str) -> Json:
    """The template of alarms, dashboard and budget."""
    template = templates.read(SOURCE, stage=stage)
    for alarm in alarms(data, services):
        template["Resources"][alarm.logical_id] = alarm.resource()
    template["Resources"]["Dashboard"] = {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {
            "DashboardName": {"Fn::Sub": "etincelle-${Stage}"},
            "DashboardBody": {"Fn::Sub": dashboard(data, services)},
        },
    }
    return template


def write(stage: str) -> Json:
    """Writes `watch.yaml` of a stage whose services are all built, and returns it."""
    services = {service: templates.read(BUILD / stage / service / "sam.yaml") for service in SERVICES}
    template = watch(templates.read(DATA), services, stage)
    templates.write(template, BUILD / stage / "watch.yaml")
    return template
