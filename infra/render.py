"""Renders every service's `.chalice/config.json` from `chalice.json`, the one source.

    python -m infra.render            writes them
    python -m infra.render --check    fails where one is not as rendered

Chalice reads one file a project and refuses nothing, not even `"lambda_timeout": "ten"`; here unknown
keys, wrong types and unknown stages are refused. What is more particular wins:
`defaults` < `services.x` < `stages.y` < `services.x.stages.y`. In any text `{stage}` and `{service}`
stand for their names; an environment variable may use `${AWS::…}` as CloudFormation's `Fn::Sub` does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from infra.paths import ROOT

SOURCE = ROOT / "chalice.json"
Policy = Annotated[str, StringConstraints(pattern=r"^\.\./\.\./\.\./infra/iam/[a-z-]+\.json$")]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Function(Part):
    """What one Lambda function may be told, in Chalice's own words. Memory in MB, timeout in seconds."""

    lambda_memory_size: int | None = Field(None, ge=128, le=10_240)
    lambda_timeout: int | None = Field(None, ge=1, le=900)
    reserved_concurrency: int | None = Field(None, ge=0)
    iam_policy_file: Policy | None = None
    environment_variables: dict[str, str] = Field(default_factory=dict)
    tags: dict[str, str] = Field(default_factory=dict)


class Settings(Function):
    """What a service may be told in one stage."""

    autogen_policy: bool | None = None
    lambda_functions: dict[str, Function] = Field(default_factory=dict)


class Service(Settings):
    stages: dict[str, Settings] = Field(default_factory=dict)


class Source(Part):
    """The whole of `chalice.json`."""

    defaults: Settings
    stages: dict[str, Settings]
    services: dict[str, Service]


def load(source: Path = SOURCE) -> Source:
    """The source, checked. Raises ValueError naming every key that is unknown or of a wrong type."""
    plan = Source.model_validate_json(source.read_text())
    for name, service in plan.services.items():
        if unknown := service.stages.keys() - plan.stages.keys():
            raise ValueError(f"services.{name}.stages: no such stage: {', '.join(sorted(unknown))}")
    return plan


def rendered(plan: Source, service: str) -> dict[str, Any]:
    """Chalice's configuration of a service, with every stage spelt out."""
    own = told(plan.services[service])
    particular = own.pop("stages", {})
    stages = {}
    for stage, common in plan.stages.items():
        merged = told(plan.defaults)
        for layer in (own, told(common), particular.get(stage, {})):
            merged = laid_over(merged, layer)
        stages[stage] = filled(merged, stage, service) | {"api_gateway_stage": stage}
    return {"version": "2.0", "app_name": f"etincelle-{service}", "stages": stages}


def told(part: Part) -> dict[str, Any]:
    return part.model_dump(exclude_unset=True)


def laid_over(below: Any, above: Any) -> Any:
    """`above` wins; mappings are merged key by key."""
    if isinstance(below, dict) and isinstance(above, dict):
        return below | {name: laid_over(below.get(name), value) for name, value in above.items()}
    return above


def filled(value: Any, stage: str, service: str) -> Any:
    """The value with `{stage}` and `{service}` replaced in every text."""
    if isinstance(value, dict):
        return {name: filled(inner, stage, service) for name, inner in value.items()}
    if isinstance(value, str):
        return value.replace("{stage}", stage).replace("{service}", service)
    return value


def texts(plan: Source) -> dict[Path, str]:
    """What every generated file holds, by its path."""
    return {
        ROOT / "services" / service / ".chalice" / "config.json": json.dumps(rendered(plan, service), indent=2) + "\n"
        for service in plan.services
    }


def main(arguments: list[str]) -> int:
    """Writes what differs; with `--check` only says so. Returns the exit code."""
    wanted = texts(load())
    drifted = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    for path in drifted:
        print(path.relative_to(ROOT), "is not as chalice.json says: run make generate" if arguments else "rendered")
        if not arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path])
    return 1 if arguments and drifted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
