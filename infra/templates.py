"""CloudFormation templates as text, and what stands in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from chalice.package import YAMLTemplateSerializer

Json = dict[str, Any]
API = "APIHandler"
"""What Chalice calls the function behind HTTP."""


class Plain(yaml.SafeDumper):
    """YAML without anchors and aliases, which CloudFormation does not read."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def read(path: Path, **names: str) -> Json:
    """The template of a file, its short tags as functions. names: what `{stage}` and the like stand for."""
    text = path.read_text()
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    template: Json = YAMLTemplateSerializer().load_template(text)
    return template


def write(template: Json, path: Path) -> None:
    path.write_text(yaml.dump(template, Dumper=Plain, width=120))


def functions(template: Json) -> Json:
    """The properties of a template's functions, by name."""
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def function_name(service: str, logical: str) -> str:
    """A function's name in the cloud, `${Stage}` in it: `HearSms` is `…-hear-sms`, the one behind HTTP `…-api`."""
    short = "api" if logical == API else re.sub(r"(?<!^)([A-Z])", r"-\1", logical).lower()
    return f"etincelle-{service}-${{Stage}}-{short}"
