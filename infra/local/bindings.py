"""Which function wakes on what, read from the Chalice apps themselves: their routes, streams, queues, schedules.

In the cloud the same registrations become event source mappings; what Chalice cannot express there (filters on a
stream) stands in `infra/merge/{service}.yaml`, and is read from there here too.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import yaml

SERVICES = ("registry", "collector", "aggregator", "alerts", "insights", "invitations")
Kind = Literal["stream", "queue", "schedule"]
Pattern = dict[str, Any]
Handler = Callable[[dict[str, Any], Any], Any]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """A service's app. name: `collector`; module: where its functions are."""

    name: str
    module: ModuleType

    @property
    def app(self) -> Any:
        return self.module.app


@dataclass(frozen=True)
class Binding:
    """A function and what wakes it.

    source: a table's or queue's short name, or a schedule's expression. filters: patterns of which a stream
    record must match one; none lets all pass.
    """

    service: str
    function: str
    kind: Kind
    source: str
    handler: Handler
    batch_size: int = 10
    filters: tuple[Pattern, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.service}.{self.function}"

    def wants(self, record: dict[str, Any]) -> bool:
        """Whether a stream record passes the filters."""
        return not self.filters or any(matches(pattern, record) for pattern in self.filters)


def default_modules() -> list[str]:
    return [f"services.{service}.app" for service in SERVICES]


def load(modules: list[str]) -> list[Service]:
    """The services there are. One that cannot be imported is logged with its cause; the others go on."""
    services = []
    for name in modules:
        try:
            if exists(name):
                services.append(Service(name.removesuffix(".app").rpartition(".")[2], importlib.import_module(name)))
        except Exception:
            log.exception("the service %s could not be loaded", name)
    return services


def exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def bindings(services: list[Service], merge: Path) -> list[Binding]:
    """Every function that wakes by itself. merge: the folder of the templates' additions."""
    found = []
    for service in services:
        filters = filters_of(merge / f"{service.name}.yaml")
        for source in service.app.event_sources:
            found.append(binding(service, source, filters.get(source.name.lower(), ())))
    return found


def binding(service: Service, source: Any, filters: tuple[Pattern, ...]) -> Binding:
    """One registration of Chalice's as a binding. Raises TypeError for a kind that nothing here delivers."""
    function = source.handler_string.rpartition(".")[2]
    kind, place = origin(source)
    batch_size = getattr(source, "batch_size", 1)
    return Binding(service.name, source.name, kind, place, getattr(service.module, function), batch_size, filters)


def origin(source: Any) -> tuple[Kind, str]:
    """What kind of source, and its short name: `("stream", "responses")`, `("queue", "looks")`."""
    if hasattr(source, "stream_arn"):
        return "stream", short(source.stream_arn.split("/")[1])
    if hasattr(source, "queue_arn"):
        return "queue", short(source.queue or source.queue_arn.rpartition(":")[2])
    if hasattr(source, "schedule_expression"):
        expression = source.schedule_expression
        return "schedule", expression if isinstance(expression, str) else expression.to_string()
    raise TypeError(f"nothing on a laptop wakes {source.name}: {type(source).__name__}")


def short(name: str) -> str:
    """`looks`, of that or of `etincelle-dev-looks`."""
    return name.split("-", 2)[2] if name.startswith("etincelle-") else name


def filters_of(merge: Path) -> dict[str, tuple[Pattern, ...]]:
    """The filters a service's merge file puts on its sources, by function in lower case; none without a file."""
    if not merge.exists():
        return {}
    template = yaml.load(merge.read_text(), Loader=Template)  # noqa: S506 (a SafeLoader that knows CloudFormation's tags)
    found = {}
    for resource, body in (template.get("Resources") or {}).items():
        events = ((body or {}).get("Properties") or {}).get("Events") or {}
        criteria = [each["Properties"]["FilterCriteria"] for each in events.values() if has_filter(each)]
        if criteria:
            patterns = [json.loads(each["Pattern"]) for one in criteria for each in one["Filters"]]
            found[resource.lower()] = tuple(patterns)
    return found


def has_filter(event: dict[str, Any]) -> bool:
    return "FilterCriteria" in (event.get("Properties") or {})


class Template(yaml.SafeLoader):
    """Reads CloudFormation's short tags, `!Ref x` and such, as `{"Ref": "x"}`."""


def tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Template.add_multi_constructor("!", tagged)


def matches(pattern: Any, value: Any) -> bool:
    """Whether a value fits a Lambda filter: objects by each key, a list when one of its rules holds."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(matches(rule, value.get(key)) for key, rule in pattern.items())
    return any(holds(rule, value) for rule in pattern)


def holds(rule: Any, value: Any) -> bool:
    """One rule: the value itself, or `prefix`, `exists` or `anything-but`."""
    if not isinstance(rule, dict):
        return bool(rule == value)
    [(operator, operand)] = rule.items()
    if operator == "prefix":
        return isinstance(value, str) and value.startswith(operand)
    if operator == "exists":
        return (value is not None) is bool(operand)
    if operator == "anything-but":
        return value not in (operand if isinstance(operand, list) else [operand])
    raise ValueError(f"the filter operator {operator} is not known here")
