"""The one API in front of all services: their paths, as Chalice described them, in one REST API with a firewall.

Each service's build leaves `routes.json` beside its template: the body of the API that Chalice would have made for it
alone. Here they become one, each integration naming the function it calls. A path may belong to one service and the
path below it to another; a method of a path belongs to one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from infra import templates
from infra.paths import BUILD, ROOT, SERVICES

Json = dict[str, Any]
SOURCE = ROOT / "infra" / "edge.yaml"
INVOKED = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
MOST_RESOURCES = 300
"""Path segments, each counted once, that AWS lets a REST API have unless asked for more."""


class Clash(ValueError):
    """Two services want what only one can have."""


def edge(bodies: Mapping[str, Json], stage: str) -> Json:
    """The edge's SAM template. bodies: each service's `routes.json`. Raises Clash, naming who wants the same."""
    template = templates.read(SOURCE, stage=stage)
    body = template["Resources"]["RestApi"]["Properties"]["DefinitionBody"]
    body["paths"] = merged(bodies)
    body["x-amazon-apigateway-binary-media-types"] = sorted(
        {kind for one in bodies.values() for kind in one["x-amazon-apigateway-binary-media-types"]}
    )
    for service in sorted(bodies):
        template["Resources"][f"{service.capitalize()}Permission"] = permission(service)
    return template


def merged(bodies: Mapping[str, Json]) -> Json:
    """The paths of all services. Raises Clash."""
    paths: Json = {}
    owners: dict[tuple[str, str], str] = {}
    for service, body in bodies.items():
        for path, methods in body["paths"].items():
            for method, operation in methods.items():
                owner = owners.setdefault((path, method), service)
                if owner != service:
                    raise Clash(f"{method.upper()} {path} is of {owner} and of {service}")
                paths.setdefault(path, {})[method] = integrated(operation, service)
    refuse_variables(paths)
    refuse_many(paths)
    return dict(sorted(paths.items()))


def integrated(operation: Json, service: str) -> Json:
    """The operation, calling its service's function by name; one that API Gateway answers itself stays as it is."""
    integration = operation["x-amazon-apigateway-integration"]
    if integration["type"] != "aws_proxy":
        return operation
    uri = {"Fn::Sub": f"{INVOKED}/{function_arn(service)}/invocations"}
    return operation | {"x-amazon-apigateway-integration": integration | {"uri": uri}}


def function_arn(service: str) -> str:
    name = templates.function_name(service, templates.API)
    return "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:" + name


def permission(service: str) -> Json:
    """That this stage of the API may call a service's function, and nothing else may."""
    api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${RestApi}"
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Fn::Sub": function_arn(service)},
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {"Fn::Sub": f"{api}/${{Stage}}/*"},
        },
    }


def refuse_variables(paths: Json) -> None:
    """API Gateway takes one variable at a place: beside `/v1/alerts/{alert_id}` no `/v1/alerts/{id}/notes`."""
    at: dict[str, str] = {}
    for before, variable in (pair for path in paths for pair in variables(path)):
        if at.setdefault(before, variable) != variable:
            raise Clash(f"{before}/{at[before]} and {before}/{variable} must have one name")


def variables(path: str) -> Iterator[tuple[str, str]]:
    parts = path.split("/")
    for place, part in enumerate(parts):
        if part.startswith("{"):
            yield "/".join(parts[:place]), part


def refuse_many(paths: Json) -> None:
    resources = {"/".join(path.split("/")[:place]) for path in paths for place in range(1, path.count("/") + 2)}
    if len(resources) > MOST_RESOURCES:
        raise Clash(f"{len(resources)} resources are more than the {MOST_RESOURCES} of a REST API")


def write(stage: str) -> Json:
    """Writes `edge.yaml` of a stage whose services are all built, and returns it."""
    folder = BUILD / stage
    bodies = {service: json.loads((folder / service / "routes.json").read_text()) for service in SERVICES}
    template = edge(bodies, stage)
    templates.write(template, folder / "edge.yaml")
    return template
